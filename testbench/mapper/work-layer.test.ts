import { describe, expect, test } from 'vitest';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { columnIndex, columnWords } from '../../sim/mapper/column-words.ts';
import { workLayer } from '../../sim/mapper/work-layer.ts';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { pairedWords } from '../../sim/csc/pairs.ts';
import { Random } from '../../sim/tensor/random.ts';

const layer = parseLayer({ n: 2, g: 5, m: 2, c: 3, h: 5, w: 6, r: 3, s: 2, pad: [1, 0, 0, 1] }, 'l');

describe('a work layer', () => {
  test('is the layer itself if nothing is asked for', () => {
    const work = workLayer(layer);
    expect(work).toMatchObject({ n: 2, g: 5, m: 2, c: 3, h: 5, w: 6, r: 3, s: 2, e: 4, f: 6 });
    expect(work.iactIndex(1, 4, 2, 4, 5)).toBe(2 * 15 * 30 - 1);
    expect(work.iactIndex(0, 0, 0, -1, 0)).toBe(-1);
    expect(work.iactIndex(0, 0, 0, 0, 6)).toBe(-1);
    expect(work.weightIndex(4, 1, 2, 2, 1)).toBe(10 * 18 - 1);
    expect(work.outputChannel(4, 1)).toBe(9);
  });

  test('bundles groups, the last of them ragged', () => {
    const work = workLayer(layer, false, 2);
    expect(work).toMatchObject({ g: 3, m: 4, c: 6 });
    expect(work.weightIndex(1, 2, 3, 0, 0)).toBe(3 * 36);
    expect(work.weightIndex(1, 2, 2, 0, 0)).toBe(-1);
    expect(work.weightIndex(2, 2, 3, 0, 0)).toBe(-1);
    expect(work.iactIndex(0, 2, 2, 0, 0)).toBe(14 * 30);
    expect(work.iactIndex(0, 2, 3, 0, 0)).toBe(-1);
    expect([work.outputChannel(2, 1), work.outputChannel(2, 2)]).toEqual([9, -1]);
  });

  test('makes a window a pixel', () => {
    const work = workLayer(layer, true);
    expect(work).toMatchObject({ g: 5, m: 2, c: 18, h: 4, w: 6, r: 1, s: 1, stride: [1, 1], e: 4, f: 6 });
    // Channel 1, kernel row 2, kernel column 1, of the window at row 1, column 3.
    expect(work.iactIndex(0, 2, 11, 1, 3)).toBe(7 * 30 + 2 * 6 + 4);
    expect(work.iactIndex(0, 2, 0, 0, 3)).toBe(-1);
    expect(work.iactIndex(0, 2, 1, 1, 5)).toBe(-1);
    expect(work.weightIndex(2, 1, 11, 0, 0)).toBe(5 * 18 + 11);
  });

  test('of a fully connected layer reads iacts as they lie', () => {
    const connected = parseLayer({ n: 3, m: 4, c: 2, h: 3, w: 3, r: 3, s: 3 }, 'fc');
    const work = workLayer(connected, true);
    expect(Array.from({ length: 18 }, (_, c) => work.iactIndex(2, 0, c, 0, 0))).toEqual(
      Array.from({ length: 18 }, (_, c) => 36 + c),
    );
    expect(work.iactIndex(0, 0, 0, 0, 1)).toBe(-1);
  });
});

describe('a work layer in another order', () => {
  // Five groups of two filters and three channels.
  const order = {
    channels: Array.from({ length: 5 }, () => [2, 0, 1]).flat(),
    filters: [1, 0, 0, 1, 0, 1, 0, 1, 1, 0],
  };
  const plain = workLayer(layer);
  const work = workLayer(layer, false, 1, order);

  test('leads to the same iacts, weights and outputs by other numbers', () => {
    expect(work.iactIndex(1, 4, 0, 2, 3)).toBe(plain.iactIndex(1, 4, 2, 2, 3));
    expect(work.weightIndex(0, 0, 2, 1, 1)).toBe(plain.weightIndex(0, 1, 1, 1, 1));
    expect(work.weightIndex(1, 0, 1, 1, 1)).toBe(plain.weightIndex(1, 0, 0, 1, 1));
    expect([work.outputChannel(0, 0), work.outputChannel(4, 1)]).toEqual([1, 8]);
  });

  test('counts words of columns where the order has them', () => {
    const weights = Int8Array.from({ length: 10 * 18 }, (_, at) => (at % 7 < 3 ? 1 : 0));
    for (const span of [
      { start: 0, size: 1 },
      { start: 0, size: 2 },
    ]) {
      const words = columnWords(work, weights, 0, span, 'csc', eyerissV2Pe);
      for (let channel = 0; channel < 3; channel++) {
        for (let row = 0; row < 3; row++) {
          for (let x = 0; x < 2; x++) {
            const column = Array.from({ length: span.size }, (_, filter) => {
              return weights[work.weightIndex(0, filter, channel, row, x)]!;
            });
            expect(words[columnIndex(work, channel, row, x)]).toBe(pairedWords(column));
          }
        }
      }
    }
  });
});

describe('words of weight columns', () => {
  test.each([1, 2])('are those of the encoder, %i groups in one', (bundle) => {
    const tall = parseLayer({ g: 3, m: 23, c: 2, h: 4, w: 4, r: 2, s: 2 }, 'tall');
    const random = Random.stream(5, 'weights');
    const weights = Int8Array.from({ length: 69 * 8 }, () => (random.fraction() < 0.06 ? 1 : 0));
    const work = workLayer(tall, false, bundle);
    for (let group = 0; group < work.g; group++) {
      for (const span of [
        { start: 0, size: 16 },
        { start: 0, size: work.m },
        { start: 5, size: 18 },
      ]) {
        const words = columnWords(work, weights, group, span, 'csc', eyerissV2Pe);
        for (let c = 0; c < work.c; c++)
          for (let row = 0; row < 2; row++)
            for (let x = 0; x < 2; x++) {
              const column = Array.from({ length: span.size }, (_, filter) => {
                const at = work.weightIndex(group, span.start + filter, c, row, x);
                return at < 0 ? 0 : weights[at]!;
              });
              expect(words[columnIndex(work, c, row, x)]).toBe(pairedWords(column));
            }
      }
    }
  });

  test('uncompressed are half the filters', () => {
    const words = columnWords(workLayer(layer), new Int8Array(180), 0, { start: 0, size: 5 }, 'dense', eyerissV2Pe);
    expect([...new Set(words)]).toEqual([3]);
  });
});
