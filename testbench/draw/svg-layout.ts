/** Where the parts of a drawing are, read back from its SVG: enough to see whether it is legible. */
import { textWidth } from '../../sim/draw/svg.ts';

export interface PlacedText {
  readonly content: string;
  readonly size: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly texts: readonly PlacedText[];
  readonly boxes: readonly {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  }[];
  /** Every coordinate of the shapes. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

export function layoutOf(svg: string): Layout {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!;
  const texts = [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, attributes, escaped]) => {
    const attribute = (name: string): string | undefined =>
      new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes!)?.[1];
    const content = escaped!.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    const looks = attribute('class')!.split(' ');
    const size = Number(attribute('font-size') ?? 11);
    const [x, y] = [Number(attribute('x')), Number(attribute('y'))];
    const wide = textWidth(content, { size, bold: looks.includes('bold'), mono: looks.includes('mono') });
    const anchor = attribute('text-anchor') ?? 'start';
    const left = anchor === 'start' ? x : anchor === 'end' ? x - wide : x - wide / 2;
    return { content, size, left, right: left + wide, top: y - 0.75 * size, bottom: y + 0.2 * size };
  });
  const boxes = [...svg.matchAll(/<rect [^>]*x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"/g)].map(
    (match) => {
      const [x, y, wide, high] = match.slice(1).map(Number) as [number, number, number, number];
      return { left: x, right: x + wide, top: y, bottom: y + high };
    },
  );
  const paths = [...svg.matchAll(/ d="([^"]*)"/g)].map(([, path]) => path).join(' ');
  const points = [...paths.matchAll(/[ML](\S+) (\S+)/g)];
  return {
    width: Number(width),
    height: Number(height),
    texts,
    boxes,
    xs: [...boxes.flatMap(({ left, right }) => [left, right]), ...points.map(([, x]) => Number(x))],
    ys: [...boxes.flatMap(({ top, bottom }) => [top, bottom]), ...points.map(([, , y]) => Number(y))],
  };
}

/** Pairs of texts that lie over each other. */
export function overlaps({ texts }: Layout): string[] {
  return texts.flatMap((one, index) =>
    texts
      .slice(index + 1)
      .filter(
        (other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom,
      )
      .map((other) => `"${one.content}" and "${other.content}"`),
  );
}

/** Texts that begin in a box and reach out of it. */
export function overflows({ texts, boxes }: Layout): string[] {
  return texts
    .filter(({ left, right, top, bottom }) => {
      const middle = [(left + right) / 2, (top + bottom) / 2] as const;
      const around = boxes.filter(
        (box) => box.left < middle[0] && middle[0] < box.right && box.top < middle[1] && middle[1] < box.bottom,
      );
      const inner = around.toSorted((one, other) => area(one) - area(other))[0]!;
      return left < inner.left || right > inner.right || top < inner.top || bottom > inner.bottom;
    })
    .map(({ content }) => content);
}

function area({ left, right, top, bottom }: Layout['boxes'][number]): number {
  return (right - left) * (bottom - top);
}
