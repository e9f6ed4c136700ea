import { describe, expect, test, vi } from 'vitest';
import { chipLike } from '../../sim/config/chip-like.ts';
import type { ChipConfig } from '../../sim/config/config.ts';
import { eyerissEnergies } from '../../sim/energy/energy-table.ts';
import { estimateCycles } from '../../sim/estimate/estimate-cycles.ts';
import { estimateLayer } from '../../sim/estimate/estimate-layer.ts';
import { nothingCompared } from '../../sim/estimate/estimate-summary.ts';
import { masksOfShares, sharesOf } from '../../sim/estimate/masks.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { syntheticTensors } from '../../sim/network/network-tensors.ts';
import { networkEstimate } from '../../sim/network/estimate-network.ts';
import { layersOf } from '../../sim/network/network.ts';
import type { NetworkOptions } from '../../sim/network/network-options.ts';
import { findNetwork } from '../../sim/network/read-network.ts';
import { runNetwork } from '../../sim/network/run-network.ts';
import { runLayer } from '../../sim/run/run-layer.ts';

const v2: ChipConfig = { name: 'v2', clockMHz: 200, chip: chipLike({}) };

const settings = {
  encoding: 'auto',
  order: 'balanced',
  bandwidth: undefined,
  energyTable: eyerissEnergies,
  explain: false,
} as const;

function estimateOf(json: Record<string, unknown>, iact: number, weight: number, config = v2) {
  const layer = parseLayer({ r: 1, s: 1, ...json }, 'test');
  const density = { iact, weight, output: 0.5 };
  const masks = masksOfShares(layer, density, sharesOf(layer, density, { activations: 1, weights: 0.3 }, 1), 1);
  const sources = { iacts: { seed: 1, density: iact }, weights: { seed: 1, density: weight } };
  return estimateLayer(layer, masks, sources, config, settings);
}

const pointwise = { m: 64, c: 64, h: 16, w: 16 };

describe('an estimate', () => {
  test('adds up', () => {
    const report = estimateOf(pointwise, 0.6, 0.5);
    const { phases, stalls, cycles, counters, offChipBytes } = report;
    expect(phases.load + phases.compute + phases.drain + phases.stall).toBe(cycles);
    expect(stalls.waitPsum + stalls.waitIact + stalls.windowEnd).toBe(phases.stall);
    expect(report).toMatchObject({ engine: 'estimate', checked: 0, mismatches: 0, failedChecks: [], walked: 1 });
    expect(offChipBytes.iact).toBe(3 * counters.iactIn);
    expect(offChipBytes.weight).toBe(3 * counters.weightIn);
    expect(report.boundCycles).toBeLessThan(cycles);
    expect(report.energy.total).toBeGreaterThan(0);
    for (const unknown of ['psumOverflows', 'rtlMacs', 'fullCounters', 'outsideStalls'])
      expect(report).not.toHaveProperty(unknown);
  });

  test('is the same twice', () => {
    const { wallSeconds: _first, simCyclesPerSecond: _speed, ...one } = estimateOf(pointwise, 0.6, 0.5);
    const { wallSeconds: _second, simCyclesPerSecond: _other, ...two } = estimateOf(pointwise, 0.6, 0.5);
    expect(one).toEqual(two);
  });

  test('of denser operands by the same mapping is larger', () => {
    const layer = parseLayer({ r: 1, s: 1, ...pointwise }, 'test');
    const { mapping, cycles: expected } = estimateOf(pointwise, 0.6, 0.5);
    const cycles = [0.1, 0.3, 0.5, 0.7].map((share) => {
      const density = { iact: share, weight: share, output: 0.5 };
      const masks = masksOfShares(layer, density, sharesOf(layer, density, { activations: 0, weights: 0 }, 1), 1);
      return estimateCycles(layer, mapping, v2.chip, masks, expected).cycles;
    });
    expect(cycles).toEqual([...new Set(cycles)].sort((a, b) => a - b));
  });

  test('of more of everything is larger', () => {
    const plain = estimateOf(pointwise, 0.6, 0.5).cycles;
    for (const more of [{ m: 128 }, { c: 128 }, { h: 32 }, { n: 2 }, { g: 2 }])
      expect(estimateOf({ ...pointwise, ...more }, 0.6, 0.5).cycles).toBeGreaterThan(plain);
  });

  test('of narrow memory is what its bytes take', () => {
    const layer = parseLayer({ r: 1, s: 1, ...pointwise }, 'test');
    const density = { iact: 0.6, weight: 0.5, output: 0.5 };
    const masks = masksOfShares(layer, density, sharesOf(layer, density, { activations: 0, weights: 0 }, 1), 1);
    const sources = { iacts: { seed: 1, density: 0.6 }, weights: { seed: 1, density: 0.5 } };
    const report = estimateLayer(layer, masks, sources, v2, { ...settings, bandwidth: 1 });
    const { iact, weight, psum, oact } = report.offChipBytes;
    expect(report.cycles).toBe(iact + weight + psum + oact);
  });

  test.each([
    { m: 1, c: 1, h: 1, w: 1 },
    { m: 3, c: 5, h: 7, w: 2, r: 5, s: 2, stride: [3, 1], pad: [1, 0, 2, 1] },
    { g: 7, m: 1, c: 1, h: 9, w: 9, r: 3, s: 3 },
    { m: 1000, c: 2000, h: 1, w: 1 },
    { m: 2, c: 300, h: 2, w: 40, r: 2, s: 2, n: 3 },
  ])('of %j is some number', (json) => {
    for (const density of [0, 0.4, 1]) expect(estimateOf(json, density, density).cycles).toBeGreaterThan(47);
  });

  test('can be had of a chip that nobody can simulate', { timeout: 120_000 }, () => {
    const chip = chipLike({ clusterRows: 512, clusterColumns: 2, peRows: 4, peColumns: 4, iactBanks: 4 });
    const huge = { name: 'huge', clockMHz: 200, chip };
    const layer = { m: 256, c: 256, h: 14, w: 14, r: 3, s: 3, pad: [1, 1, 1, 1] };
    const report = estimateOf(layer, 1, 1, huge);
    expect(report.totalPes).toBe(16384);
    expect(report.cycles).toBeLessThan(estimateOf(layer, 1, 1).cycles);
  });
});

const options: NetworkOptions = {
  network: 'mobilenet-v1-0.5-128',
  config: undefined,
  engine: 'estimate',
  encoding: 'auto',
  order: 'balanced',
  bandwidth: undefined,
  ...syntheticTensors,
  energy: undefined,
  seed: 1,
  sparse: true,
  layers: ['L26', 'L28'],
  jobs: 1,
  resume: undefined,
  oacts: undefined,
  psums: undefined,
  report: undefined,
  page: undefined,
  trace: undefined,
  json: true,
  quiet: false,
};

describe('an estimate of a network', () => {
  test('sums up its layers', { timeout: 60_000 }, () => {
    const network = findNetwork(options.network);
    const layers = layersOf(network).filter(({ name }) => options.layers!.includes(name));
    const { engine, totals, layers: reports } = networkEstimate({ network, config: v2, layers, options });
    expect(engine).toBe('estimate');
    expect(reports.map(({ layer }) => layer)).toEqual(['L26', 'L28']);
    expect(totals.cycles).toBe(reports[0]!.cycles + reports[1]!.cycles);
    expect(totals).not.toHaveProperty('psumOverflows');
    expect(totals.inferencesPerSecond).toBeNull();
  });

  test('is told to be one, and compares nothing', { timeout: 60_000 }, async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      expect(await runNetwork({ ...options, json: false, layers: ['L26'] })).toBe(0);
      expect(log.mock.calls.flat().join('\n')).toContain(nothingCompared);
      expect(log.mock.calls.flat().join('\n')).toContain('200 MHz, estimated');
    } finally {
      log.mockRestore();
    }
  });

  test.each(['oacts', 'resume'] as const)('cannot have %s', async (name) => {
    await expect(runNetwork({ ...options, [name]: 'somewhere' })).rejects.toThrow(
      `--${name} is for runs of the hardware, and --engine estimate computes no data`,
    );
  });
});

describe('saccade run --engine estimate', () => {
  const run = {
    layer: 'lenet5-conv2',
    config: undefined,
    engine: 'estimate',
    encoding: 'auto',
    order: 'balanced',
    iacts: undefined,
    weights: undefined,
    bias: undefined,
    bandwidth: undefined,
    energy: undefined,
    seed: 1,
    iactDensity: 0.5,
    weightDensity: 0.5,
    psums: undefined,
    checkPsums: false,
    oacts: undefined,
    report: undefined,
    trace: undefined,
    explain: false,
    json: false,
    quiet: false,
  } as const;

  test('says that nothing was compared', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      expect(await runLayer(run)).toBe(0);
      expect(log.mock.calls.flat().join('\n')).toContain(nothingCompared);
    } finally {
      log.mockRestore();
    }
  });

  test.each([
    [{ psums: 'p.npy' }, '--psums is for runs of the hardware'],
    [{ oacts: 'o.npy' }, '--oacts is for runs of the hardware'],
    [{ bias: 'b.npy' }, '--bias is for runs of the hardware'],
    [{ trace: 't.fst' }, '--trace is for runs of the hardware'],
    [{ checkPsums: true }, '--check-psums is for runs of the hardware'],
    [{ config: 'pe' }, '--engine estimate is for chips'],
  ])('refuses %j', async (changes, message) => {
    await expect(runLayer({ ...run, ...changes })).rejects.toThrow(message);
  });
});
