import { describe, expect, test } from 'vitest';
import { estimateErrors } from '../../sim/network/estimates.ts';
import { compareNetwork } from '../../sim/network/network-comparison.ts';
import { paperResult } from '../../sim/network/paper-results.ts';
import { layerReport, networkReport } from './synthetic-reports.ts';

const layers = [
  layerReport('CONV1', { cycles: 300_000, tailCycles: 5 }),
  layerReport('FC8', { cycles: 199_995, tailCycles: 0, bounds: [{ what: 'words', cycles: 7 }, { what: 'link', cycles: 9 }] }), // prettier-ignore
];

describe('a network beside the paper', () => {
  test('is as many times as fast as the paper takes more cycles, what lies between layers included', () => {
    const compared = compareNetwork(networkReport(layers, { sparse: true }));
    expect(compared.cycles).toBe(500_000);
    expect(compared.inferencesPerSecond).toBe(400);
    expect(compared.paper).toEqual({
      inferencesPerSecond: 278.7,
      cycles: 717_618,
      limited: { megabytesPerSecond: 25_600, loss: 0.16 },
    });
    expect(compared.speedup).toBeCloseTo(717_618 / 500_000, 9);
    expect(compared).toMatchObject({ boundCycles: 609, checked: 1000, mismatches: 0, limited: null });
  });

  test('loses the share of its speed that more cycles make', () => {
    const slow = [layers[0]!, layerReport('FC8', { cycles: 324_995, tailCycles: 0, bandwidth: 128, mismatches: 2 })];
    const limited = { ...networkReport(slow), bandwidth: 128 };
    expect(compareNetwork(networkReport(layers), limited).limited).toEqual({
      bytesPerCycle: 128,
      cycles: 625_000,
      loss: expect.closeTo(0.2, 9) as number,
      checked: 1000,
      mismatches: 2,
    });
  });

  test.each([
    ['not all of its layers ran', networkReport(layers, { complete: false })],
    ['nothing is published of it', networkReport(layers, { network: 'vgg16' })],
    ['the chip is another', networkReport(layers.map((layer) => ({ ...layer, totalPes: 48 })))],
    ['it is a batch', networkReport(layers.map((layer) => ({ ...layer, dimensions: { ...layer.dimensions, n: 4 } })))],
  ])('has nothing to stand beside it where %s', (_, report) => {
    expect(compareNetwork(report)).toMatchObject({ paper: null, speedup: null });
  });
});

test("the paper's cycles are those of its inferences at 200 MHz; Sparseloop's MACs are of the sparse MobileNet alone", () => {
  const totals = { totalPes: 192, images: 1 };
  const known = ['alexnet', 'mobilenet-v1-0.5-128'].flatMap((network) =>
    [false, true].map((sparse) => paperResult({ network, sparse, totals })),
  );
  expect(known.map((each) => each?.cycles)).toEqual([1_958_864, 717_618, 155_994, 135_999]);
  expect(known.map((each) => each?.limited?.loss)).toEqual([undefined, 0.16, undefined, 0.24]);
  const [sparseloop, ...others] = known.map((each) => each?.effectualMacs).toReversed();
  expect(others).toEqual([undefined, undefined, undefined]);
  expect(sparseloop).toMatchObject({ L01: 1_769_472, L07: 1_702_140, L27: 775_316, L28: 95_443 });
  // What the validation has as its total.
  expect(Object.values(sparseloop!).reduce((sum, macs) => sum + macs, 0)).toBe(23_781_667);
});

test('errors of estimates count without their signs, layer by layer', () => {
  const expected = (layer: string, cycles: number, estimate: number) =>
    layerReport(layer, { cycles, mapperEstimate: { cycles: estimate } as never });
  const [mapper] = estimateErrors([expected('a', 1000, 1100), expected('b', 200, 140), expected('c', 50, 50)]);
  expect(mapper).toMatchObject({ name: 'mapper', cycles: 1290, worstLayer: 'b' });
  expect(mapper!.mean).toBeCloseTo((0.1 + 0.3) / 3, 9);
  expect(mapper!.worst).toBeCloseTo(0.3, 9);
});
