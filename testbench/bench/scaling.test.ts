import { expect, test } from 'vitest';
import { formatScaling } from '../../sim/bench/scaling.ts';

test('speed on a larger array is a share of what as many more PEs could bring, with and without commands', () => {
  const lines = formatScaling([
    { network: 'n', pes: 256, cycles: 1600, commandCycles: 0 },
    { network: 'n', pes: 1024, cycles: 500, commandCycles: 100 },
    { network: 'm', pes: 256, cycles: 700, commandCycles: 100 },
    { network: 'm', pes: 1024, cycles: 350, commandCycles: 50 },
  ]).split('\n');
  const shares = lines.slice(1).map((line) => line.match(/[\d.]+ %/g));
  expect(shares).toEqual([
    ['100.0 %', '100.0 %'],
    ['80.0 %', '100.0 %'],
    ['100.0 %', '100.0 %'],
    ['50.0 %', '50.0 %'],
  ]);
});
