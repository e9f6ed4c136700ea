/** Tables in Markdown, laid out as Prettier lays them out. */

export type Alignment = 'left' | 'right';

/** @param align of each column; left unless given */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Alignment[] = [],
): string {
  const all = [header, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = header.map((_, column) => Math.max(3, ...all.map((cells) => cells[column]!.length)));
  const right = (column: number): boolean => align[column] === 'right';
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (right(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join(' | ')} |\n`;
  const rule = widths.map((width, column) => (right(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(all[0]!), line(rule), ...all.slice(1).map(line)].join('');
}
