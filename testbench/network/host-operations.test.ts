import { expect, test } from 'vitest';
import { add, averagePool, chooseAddition, concat, flatten, maxPool } from '../../sim/network/host-operations.ts';

const unsigned = (...values: number[]) => ({ shape: [1, 1, 3, 3], data: Uint8Array.from(values) });
const signed = (...values: number[]) => ({ shape: [1, 1, 3, 3], data: Int8Array.from(values) });
const windows = { size: [2, 2], stride: [1, 2], pad: [1, 0, 0, 1] } as const;

test('max pooling takes the largest of what lies on the input', () => {
  const pooled = maxPool(unsigned(1, 2, 3, 4, 5, 6, 7, 8, 9), windows);
  expect(pooled).toEqual({ shape: [1, 1, 3, 2], data: Uint8Array.of(2, 3, 5, 6, 8, 9) });
  // Beyond the input there is nothing, not zero.
  const negative = maxPool(signed(-1, -2, -3, -4, -5, -6, -7, -8, -9), windows);
  expect(negative.data).toEqual(Int8Array.of(-1, -3, -1, -3, -4, -6));
});

test('average pooling counts what lies on the input, and rounds half up', () => {
  const pooled = averagePool(unsigned(1, 2, 3, 4, 5, 6, 7, 8, 255), windows);
  expect(pooled.data).toEqual(Uint8Array.of(2, 3, 3, 5, 6, 131));
  const negative = averagePool(signed(-1, -2, -3, -4, -5, -6, -7, -8, -128), windows);
  // The means are -1.5, -3; -3, -4.5; -6, -67.
  expect(negative.data).toEqual(Int8Array.of(-1, -3, -3, -4, -6, -67));
});

test('windows of several images and channels keep apart', () => {
  const data = Uint8Array.from({ length: 16 }, (_, i) => i);
  const pooled = maxPool({ shape: [2, 2, 2, 2], data }, { size: [2, 2], stride: [2, 2], pad: [0, 0, 0, 0] });
  expect(pooled).toEqual({ shape: [2, 2, 1, 1], data: Uint8Array.of(3, 7, 11, 15) });
});

test('a sum is scaled, rounded half up and cut', () => {
  const a = unsigned(0, 1, 2, 3, 100, 200, 255, 255, 7);
  const b = signed(0, 0, -3, -4, -128, 127, 127, -128, -8);
  const scaling = { multipliers: [1, 1], shift: 1 } as const;
  expect(add(a, b, scaling, { relu: false, signed: true }).data).toEqual(
    Int8Array.of(0, 1, 0, 0, -14, 127, 127, 64, 0),
  );
  expect(add(a, b, scaling, { relu: true, signed: false }).data).toEqual(Uint8Array.of(0, 1, 0, 0, 0, 164, 191, 64, 0));
  const uneven = { multipliers: [2, 3], shift: 0 } as const;
  expect(add(a, b, uneven, { relu: false, signed: true }).data).toEqual(
    Int8Array.of(0, 2, -5, -6, -128, 127, 127, 126, -10),
  );
  expect(add(a, b, uneven, { relu: true, signed: true }).data[4]).toBe(0);
});

test('the scale that is chosen makes the largest sum fit, and hardly more', () => {
  const a = unsigned(1, 2, 3, 4, 5, 6, 7, 8, 255);
  const sum = add(a, a, chooseAddition(a, a, false), { relu: true, signed: false });
  expect(Math.max(...sum.data)).toBe(255);
  expect(sum.data[0]).toBe(1);
  const b = signed(-100, 0, 0, 0, 0, 0, 0, 0, 50);
  const signedSum = add(b, b, chooseAddition(b, b, true), { relu: false, signed: true });
  expect([signedSum.data[0], signedSum.data[8]]).toEqual([-127, 63]);
  const zero = unsigned(0, 0, 0, 0, 0, 0, 0, 0, 0);
  expect(add(zero, zero, chooseAddition(zero, zero, false), { relu: true, signed: false })).toEqual(zero);
});

test('flattening changes the shape only', () => {
  const data = Uint8Array.from({ length: 12 }, (_, i) => i);
  expect(flatten({ shape: [2, 3, 1, 2], data })).toEqual({ shape: [2, 6, 1, 1], data });
});

test('joining puts channels behind each other, image by image', () => {
  const a = { shape: [2, 1, 1, 2], data: Uint8Array.of(1, 2, 3, 4) };
  const b = { shape: [2, 2, 1, 2], data: Uint8Array.of(11, 12, 13, 14, 15, 16, 17, 18) };
  expect(concat([a, b, a])).toEqual({
    shape: [2, 4, 1, 2],
    data: Uint8Array.of(1, 2, 11, 12, 13, 14, 1, 2, 3, 4, 15, 16, 17, 18, 3, 4),
  });
  const signed = { shape: [1, 1, 1, 1], data: Int8Array.of(-7) };
  expect(concat([signed, signed]).data).toEqual(Int8Array.of(-7, -7));
});
