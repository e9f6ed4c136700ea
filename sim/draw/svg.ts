/**
 * SVG as text, element by element: what the drawings are made of, and no more. Text stays text. The same calls give the same
 * file.
 */
import { themeRules } from './theme.ts';

/** A place, in pixels from the top left. */
export type Point = readonly [x: number, y: number];

export interface TextStyle {
  /** Pixels; 11 unless given. */
  readonly size?: number;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Colour: a class of the theme that ends in `ink`; `ink` unless given. */
  readonly ink?: string;
  /** Digits and letters of one width, for bits and words. */
  readonly mono?: boolean;
  /** Text that would be wider is drawn smaller, so that it stays in its box whatever the reader's fonts. */
  readonly width?: number;
}

/** @param look classes of the theme */
export function box(x: number, y: number, width: number, height: number, look: string, radius = 4): string {
  return `<rect class="${look}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${radius}"/>`;
}

/** @param y of the baseline */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { bold = false, anchor = 'start', ink = 'ink', mono = false } = style;
  const size = fittingSize(content, style);
  const attributes = [
    `class="${ink}${bold ? ' bold' : ''}${mono ? ' mono' : ''}"`,
    `x="${round(x)}" y="${round(y)}"`,
    ...(size === 11 ? [] : [`font-size="${size}"`]),
    ...(anchor === 'start' ? [] : [`text-anchor="${anchor}"`]),
  ];
  return `<text ${attributes.join(' ')}>${escapeXml(content)}</text>`;
}

/** Lines of text below each other, all of one size. */
export function textLines(
  x: number,
  y: number,
  lines: readonly string[],
  leading: number,
  style: TextStyle = {},
): string {
  const size = Math.min(...lines.map((each) => fittingSize(each, style)));
  return lines.map((each, index) => text(x, y + index * leading, each, { ...style, size })).join('\n');
}

/** Words in lines that are no wider than `width`, unless a word is. */
export function wrapped(content: string, width: number, style: TextStyle = {}): string[] {
  const lines: string[] = [];
  for (const word of content.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, style) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A line through points. */
export function line(points: readonly Point[], look: string): string {
  const way = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join(' ');
  return `<path class="${look}" d="${way}"/>`;
}

/** A line with a head at its last point. `network` names its colour; `dashed` says that what it brings is not taken. */
export function arrow(points: readonly Point[], network: string, { dashed = false, head = 5 } = {}): string {
  const [x1, y1] = points.at(-2)!;
  const [x2, y2] = points.at(-1)!;
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const back: Point = [x2 - head * dx, y2 - head * dy];
  const half = head * 0.55;
  const corners: Point[] = [
    [x2, y2],
    [back[0] - half * dy, back[1] + half * dx],
    [back[0] + half * dy, back[1] - half * dx],
  ];
  const shaft = line([...points.slice(0, -1), back], `${network}-line${dashed ? ' dashed' : ''}`);
  return `${shaft}<path class="${network}-head" d="M${corners.map(([x, y]) => `${round(x)} ${round(y)}`).join(' L')} Z"/>`;
}

/** The size at which text fits its width, in tenths of pixels. */
function fittingSize(content: string, style: TextStyle): number {
  const { size = 11, width = Infinity } = style;
  return Math.floor(10 * Math.min(size, (size * width) / textWidth(content, style))) / 10;
}

/** How wide text is in a wide font such as DejaVu Sans, and so no wider in any of those that readers have. */
export function textWidth(content: string, { size = 11, bold = false, mono = false }: TextStyle = {}): number {
  let ems = 0;
  for (const letter of content) {
    if (mono) ems += 0.61;
    else if (/[ilj.,:;|'!()[\]ftr ]/.test(letter)) ems += 0.39;
    else if (/[mwMW→⇄]/.test(letter)) ems += 0.93;
    else ems += 0.635;
  }
  return ems * size * (bold ? 1.1 : 1);
}

/** A whole drawing, on a ground of its own, with its name and what it shows for those who don't see it. */
export function drawing(
  { title, description, width, height }: { title: string; description: string; width: number; height: number },
  parts: readonly string[],
): string {
  const [wide, high] = [Math.ceil(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${high}" width="${wide}" height="${high}" font-size="11" role="img" aria-labelledby="title description">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<desc id="description">${escapeXml(description)}</desc>`,
    `<style>\n${themeRules()}</style>`,
    box(0.5, 0.5, wide - 1, high - 1, 'ground', 6),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
