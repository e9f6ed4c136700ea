/** The matrix of the paper's Fig 16, encoded by the encoders that layers are encoded with. */
import { type PeParameters, widthsOf } from '../../hw/pe/parameters.ts';
import { encodeCsc } from '../csc/csc.ts';
import { packIacts, packWeights } from '../pe/pack-words.ts';
import { box, text, textLines, wrapped } from './svg.ts';
import type { Network } from './theme.ts';

/** Its rows; letters are non-zeros. */
const matrix = ['.c.....j', 'ad...h.k', 'b.f....l', '.e..gi..'];

const letters = [...new Set(matrix.join('').replaceAll('.', ''))].sort();
const columns = Array.from({ length: matrix[0]!.length }, (_, column) =>
  matrix.map((row) => letters.indexOf(row.charAt(column)) + 1),
);

const cell = 22;
const title = 'Worked example: the matrix of Fig 16';
export const cscExampleHeight = 346;

/** The vectors of the encoding: data, counts, and the addresses where columns begin. */
export function exampleVectors(pe: PeParameters): { data: string[]; counts: number[]; addresses: number[] } {
  const { data, counts, addresses } = encodeCsc(columns, pe);
  return { data: data.map(letterOf), counts: [...counts], addresses: [...addresses] };
}

function letterOf(value: number): string {
  return value === 0 ? '0' : letters[value - 1]!;
}

export function cscExample(pe: PeParameters, x: number, y: number, width: number): string[] {
  const { data, counts, addresses } = exampleVectors(pe);
  const matrixY = y + 34;
  const parts = [text(x, y, title, { size: 13, bold: true })];
  columns.forEach((column, index) => {
    const left = x + 18 + index * cell;
    parts.push(text(left + cell / 2, matrixY - 4, String(index), { size: 9, anchor: 'middle', ink: 'quiet-ink' }));
    column.forEach((value, row) => {
      const top = matrixY + row * cell;
      parts.push(box(left, top, cell, cell, value === 0 ? 'bare' : 'plain-box', 0));
      if (value !== 0) parts.push(text(left + cell / 2, top + 15, letterOf(value), { anchor: 'middle' }));
      if (index === 0) parts.push(text(x + 6, top + 15, String(row), { size: 9, ink: 'quiet-ink' }));
    });
  });
  const vectorsX = x + 18 + columns.length * cell + 40;
  const vectors: readonly [string, readonly (string | number)[]][] = [
    ['data', data],
    ['count', counts],
    ['address', addresses],
  ];
  vectors.forEach(([name, values], index) => {
    const top = matrixY + index * (cell + 8);
    parts.push(
      text(vectorsX, top + 15, name),
      ...values.map((value, at) => vectorCell(vectorsX + 56 + at * 28, top, value)),
    );
  });
  const note = 'address: where each column begins in the data, and where the last ends; an empty column repeats it';
  parts.push(
    textLines(vectorsX, matrixY + 3 * (cell + 8) + 10, wrapped(note, width - vectorsX + x, { size: 10 }), 13, {
      size: 10,
      ink: 'quiet-ink',
    }),
  );

  const asWeights = matrixY + 4 * cell + 44;
  const { entry } = widthsOf(pe);
  const addressWords = Math.ceil(columns.length / 3);
  const weightWords = [...packWeights(columns, pe, false)];
  const iactWords = [...packIacts(columns, pe, false)];
  parts.push(
    text(
      x,
      asWeights,
      `As a weight tile of ${matrix.length} filters and ${columns.length} columns: the columns' ends in words, then pairs of count and weight`,
      { bold: true },
    ),
    ...wordRow(weightWords, x, asWeights + 10, width, 'weight', (word, at) =>
      at < addressWords ? endsText(word, pe) : pairText(word, pe),
    ),
  );
  const asIacts = asWeights + 80;
  // Where a segment begins, its number of entries stands in the place of an entry.
  const starts = new Set<number>();
  for (let at = 0; at < iactWords.length; at += Math.floor((iactWords[at]! & (2 ** pe.dataBits - 1)) / 2) + 1)
    starts.add(at);
  parts.push(
    text(
      x,
      asIacts,
      `As ${columns.length} iact segments of ${matrix.length}: each its number of entries, then pairs of count and iact`,
      { bold: true },
    ),
    ...wordRow(iactWords, x, asIacts + 10, width, 'iact', (word, at) =>
      starts.has(at) ? [entryText(word >>> entry, pe), `n=${word & (2 ** pe.dataBits - 1)}`] : pairText(word, pe),
    ),
    textLines(
      x,
      asIacts + 76,
      wrapped(
        'Each box is a word, its upper half on the left; below it the word itself in hexadecimal, with a = 1 to l = 12. "1 g" is the non-zero g after one zero; a dash is a half that holds nothing.',
        width,
      ),
      15,
      { ink: 'quiet-ink' },
    ),
  );
  return parts;
}

function vectorCell(x: number, y: number, value: string | number): string {
  return `${box(x, y, 28, cell, 'box', 0)}\n${text(x + 14, y + 15, String(value), { anchor: 'middle' })}`;
}

/** Words side by side: what the halves (or thirds) of each hold, and its digits. */
function wordRow(
  words: readonly number[],
  x: number,
  y: number,
  width: number,
  network: Network,
  partsOf: (word: number, index: number) => string[],
): string[] {
  const gap = 5;
  const wordWidth = Math.min(72, (width + gap) / words.length - gap);
  return words.flatMap((word, index) => {
    const left = x + index * (wordWidth + gap);
    const held = partsOf(word, index);
    const part = wordWidth / held.length;
    return [
      ...held.flatMap((each, at) => [
        box(
          left + at * part,
          y,
          part,
          24,
          each === '–' ? 'bare' : /^[n\d]+=?\d*$/.test(each) ? 'output-box' : `${network}-box`,
          2,
        ),
        text(left + (at + 0.5) * part, y + 16, each, { anchor: 'middle', width: part - 3 }),
      ]),
      text(left + wordWidth / 2, y + 38, word.toString(16).padStart(6, '0'), {
        size: 9.5,
        anchor: 'middle',
        mono: true,
        ink: 'quiet-ink',
      }),
    ];
  });
}

/** The three ends of columns that a word holds, the highest first. */
function endsText(word: number, { dataBits }: PeParameters): string[] {
  return [2, 1, 0].map((index) => String((word >>> (index * dataBits)) & (2 ** dataBits - 1)));
}

function pairText(word: number, pe: PeParameters): string[] {
  const { entry } = widthsOf(pe);
  return [entryText(word >>> entry, pe), entryText(word & (2 ** entry - 1), pe)];
}

function entryText(bits: number, { dataBits }: PeParameters): string {
  const value = bits & (2 ** dataBits - 1);
  return bits === 0 ? '–' : `${bits >>> dataBits} ${letterOf(value)}`;
}
