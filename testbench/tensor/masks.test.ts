import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { maskedIacts, maskedWeights } from '../../sim/tensor/masks.ts';

const folder = mkdtempSync(join(tmpdir(), 'saccade-masks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const layer = parseLayer({ m: 2, c: 3, h: 1, w: 2, r: 1, s: 1 }, 'pw.json');

function maskFile(text: string): string {
  const path = join(folder, 'mask.txt');
  writeFileSync(path, text);
  return path;
}

function places(data: ArrayLike<number>): number[] {
  return Array.from(data, (value) => Number(value !== 0));
}

describe('masks', () => {
  it('of iacts have the channel innermost', () => {
    // Position 0 has channels 0 and 1, position 1 channel 2.
    const iacts = maskedIacts(maskFile('110001'), layer, 1);
    expect(iacts.shape).toEqual([1, 3, 1, 2]);
    expect(iacts.data).toBeInstanceOf(Uint8Array);
    expect(places(iacts.data)).toEqual([1, 0, 1, 0, 0, 1]);
    expect(maskedIacts(maskFile('110001'), { ...layer, iactSigned: true }, 1).data).toBeInstanceOf(Int8Array);
  });

  it('of iacts go row by row', () => {
    const rows = parseLayer({ m: 1, c: 2, h: 2, w: 2, r: 1, s: 1 }, 'rows');
    const iacts = maskedIacts(maskFile('10 00\n01 11\n'), rows, 1);
    expect(places(iacts.data)).toEqual([1, 0, 0, 1, 0, 0, 1, 1]);
  });

  it('of weights have the tensor order', () => {
    const weights = maskedWeights(maskFile('110001'), layer, 1);
    expect(weights.shape).toEqual([2, 3, 1, 1]);
    expect(places(weights.data)).toEqual([1, 1, 0, 0, 0, 1]);
  });

  it('give the same values for the same seed only', () => {
    const mask = maskFile('111111');
    expect(maskedWeights(mask, layer, 1)).toEqual(maskedWeights(mask, layer, 1));
    expect(maskedWeights(mask, layer, 1)).not.toEqual(maskedWeights(mask, layer, 2));
  });

  it.each([
    {
      text: '11000',
      fault: 'the mask has 5 digits: expected 6 for the iacts of layer pw: 1×2×3',
    },
    { text: '11002x', fault: 'digit 5 is "2": a mask has only 0 and 1' },
  ])('refuse $text', ({ text, fault }) => {
    const path = maskFile(text);
    expect(() => maskedIacts(path, layer, 1)).toThrow(new InputError(`${path}: ${fault}`));
  });

  it('refuse batches, and kernels other than 1×1', () => {
    expect(() => maskedIacts('m.txt', { ...layer, n: 2 }, 1)).toThrow(
      new InputError('m.txt: a mask is of one image, but layer pw has n 2'),
    );
    expect(() => maskedWeights('m.txt', { ...layer, r: 3 }, 1)).toThrow(
      new InputError(
        'm.txt: a weight mask needs a 1×1 kernel, or filters of one channel, but layer pw has 3×1 and 3 channels',
      ),
    );
  });
});
