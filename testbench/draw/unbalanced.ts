/** What stands between no tags, and tags that are not closed. */
export function unbalanced(svg: string): string[] {
  const tags = /<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<>]*")*)\s*(\/?)>/g;
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [tag, closing, name, , empty] of svg.matchAll(tags)) {
    if (closing === '/') {
      if (open.pop() !== name) wrong.push(tag);
    } else if (empty === '') open.push(name!);
  }
  const rest = svg.replaceAll(tags, '');
  return [...wrong, ...open, ...(/<|&(?!amp;|lt;|gt;)/.exec(rest) ?? [])];
}
