import { expect, test } from 'vitest';
import { type CountedCycles, cycleCauses } from '../../sim/run/cycle-causes.ts';

const counted: CountedCycles = {
  encoding: 'csc',
  boundCycles: 50,
  commandCycles: 7,
  phases: { load: 20, compute: 60, drain: 5, stall: 15 },
  stalls: { waitPsum: 8, waitIact: 4, windowEnd: 3 },
};

function byName(given: Partial<CountedCycles> = {}): Record<string, number> {
  return Object.fromEntries(cycleCauses({ ...counted, ...given }).map(({ name, cycles }) => [name, cycles]));
}

test('the causes add up to the cycles, the command told apart from weights, the words from idle PEs', () => {
  expect(byName()).toEqual({
    words: 50,
    idle: 10,
    command: 7,
    load: 13,
    waitIact: 4,
    waitPsum: 8,
    windowEnd: 3,
    drain: 5,
  });
});

test('no more words than were computed count, where counters were full', () => {
  expect(byName({ boundCycles: 80 })).toMatchObject({ words: 60, idle: 0 });
});

test('uncompressed, what is computed beyond the words of non-zeros are zeros', () => {
  const idle = (encoding: CountedCycles['encoding']) =>
    cycleCauses({ ...counted, encoding }).find(({ name }) => name === 'idle')?.what;
  expect([idle('csc'), idle('dense')]).toEqual(['PEs without a share', 'zeros']);
});
