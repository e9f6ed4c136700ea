/** A word as its bits lie: the highest on the left. */
import { box, text, textWidth } from './svg.ts';

export interface BitField {
  readonly name: string;
  readonly bits: number;
  /** Class of its box; `bare` for bits that say nothing. */
  readonly look: string;
}

/** Heights of a word, and of the numbers of its bits above it. */
export const wordHeight = 22;
export const bitNumberHeight = 13;

/**
 * The fields of a word from the highest bit down, each as wide as its bits (or as its name, at the cost of the widest), with the
 * numbers of its first and last bit above it.
 *
 * @param y of the boxes' upper edge
 */
export function bitFields(x: number, y: number, bitWidth: number, fields: readonly BitField[]): string[] {
  const parts: string[] = [];
  const widths = fields.map(({ name, bits }) => Math.max(bits * bitWidth, textWidth(name) + 4));
  const total = fields.reduce((sum, { bits }) => sum + bits, 0);
  const excess = widths.reduce((sum, width) => sum + width, 0) - total * bitWidth;
  widths[widths.indexOf(Math.max(...widths))]! -= excess;
  let high = total - 1;
  let left = x;
  for (const [index, { name, bits, look }] of fields.entries()) {
    const width = widths[index]!;
    const low = high - bits + 1;
    const numbers = { size: 9, ink: 'quiet-ink' } as const;
    parts.push(
      box(left, y, width, wordHeight, look, 2),
      text(left + width / 2, y + 15, name, {
        anchor: 'middle',
        width: width - 2,
        ...(look === 'bare' ? { ink: 'quiet-ink' } : {}),
      }),
      bits === 1
        ? text(left + width / 2, y - 3, String(high), { ...numbers, anchor: 'middle' })
        : `${text(left + 2, y - 3, String(high), numbers)}\n${text(left + width - 2, y - 3, String(low), { ...numbers, anchor: 'end' })}`,
    );
    left += width;
    high = low - 1;
  }
  return parts;
}
