import { expect, test } from 'vitest';
import { layersOf } from '../../sim/network/network.ts';
import { NetworkProgress } from '../../sim/network/network-progress.ts';
import { parseNetwork } from '../../sim/network/read-network.ts';
import { tinyNetwork } from './tiny-network.ts';

function listened() {
  const said: unknown[][] = [];
  const progress = {
    shown: true,
    stage: (...args: unknown[]) => void said.push(['stage', ...args]),
    advance: (...args: unknown[]) => void said.push(args),
    finish: () => undefined,
  };
  const layers = layersOf(parseNetwork(tinyNetwork, 'tiny.json'));
  return { said, shown: new NetworkProgress(progress, layers, { sparse: false, macs: 2 }) };
}

test('what is left is estimated by what the finished layers took', () => {
  const { shown } = listened();
  // Of 13,716 MACs the first layer has 11,664: what it takes, the others take in proportion.
  shown.finished('conv', 11_664);
  expect(shown.expectedCycles()).toBe(13_716);
  shown.finished('dw', 1_080);
  expect(shown.expectedCycles()).toBe(13_716);
  expect(shown.expectedCycles({ name: 'pw', total: 1_000 })).toBe(11_664 + 1_080 + 1_000 + 252);
  shown.finished('pw', 10);
  shown.finished('fc', 5);
  expect(shown.expectedCycles()).toBe(11_664 + 1_080 + 10 + 5);
});

test("a layer's cycles are shown with those before it, its place, and the estimate", () => {
  const { said, shown } = listened();
  shown.finished('conv', 11_664);
  shown.ofLayer('dw').advance('cycles', 100, 1_080);
  expect(said).toEqual([
    ['1 of 4 layers done, cycles', 11_664, 13_716],
    ['dw (2 of 4), cycles', 11_764, 13_716],
  ]);
});

test('stages are told until a layer is done: a build takes long, and comes once', () => {
  const { said, shown } = listened();
  shown.ofLayer('conv').stage('building');
  shown.finished('conv', 1);
  shown.ofLayer('dw').stage('simulating');
  expect(said.filter(([what]) => what === 'stage')).toEqual([['stage', 'building']]);
});
