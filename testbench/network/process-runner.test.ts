import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { type ChipConfig, presets } from '../../sim/config/config.ts';
import { InputError } from '../../sim/errors.ts';
import { type GoldenLayer, goldenNetwork } from '../../sim/network/golden-network.ts';
import { processRunner } from '../../sim/network/process-runner.ts';
import { parseNetwork } from '../../sim/network/read-network.ts';
import type { LayerSettings, LayerTask } from '../../sim/network/run-network-layer.ts';
import { createProgress } from '../../sim/cli/progress.ts';
import { tinyNetwork } from './tiny-network.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const silent = createProgress({ quiet: true, json: false });
const settings: LayerSettings = {
  config: presets['v2-1x1'] as ChipConfig,
  engine: 'builtin',
  encoding: 'auto',
  order: 'balanced',
  bandwidth: undefined,
};

function taskOf(name: string): LayerTask {
  const network = parseNetwork(tinyNetwork, 'tiny.json');
  const all = [...goldenNetwork(network, { seed: 1, sparse: false, psumBits: 20 }, [name])];
  const { layer, operands, golden } = all.at(-1) as GoldenLayer;
  return { layer, operands, golden };
}

/** The error that a layer ends with in a process of its own. */
async function failureOf(changes: Partial<LayerSettings>): Promise<unknown> {
  const runner = processRunner({ ...settings, ...changes }, 1);
  try {
    await runner.run(taskOf('conv'), silent);
    return 'it ran';
  } catch (error) {
    return error;
  } finally {
    runner.close();
  }
}

test('a process takes layer after layer, and none remembers those before', async () => {
  const runner = processRunner(settings, 1);
  try {
    const first = new Map<string, unknown>();
    for (const name of ['fc', 'conv', 'dw', 'pw', 'dw', 'fc', 'pw', 'conv']) {
      const { report, comparisons } = await runner.run(taskOf(name), silent);
      expect(report.layer).toBe(name);
      expect(comparisons.map(({ mismatches }) => mismatches)).toEqual([0]);
      const counts = { cycles: report.cycles, counters: report.counters };
      expect(counts).toEqual(first.get(name) ?? counts);
      first.set(name, counts);
    }
  } finally {
    runner.close();
  }
});

test('what is wrong with the machine is told as it would be here', async () => {
  // Nothing is found, neither installed nor built.
  vi.stubEnv('PATH', '/dev/null');
  vi.stubEnv('SACCADE_CACHE', mkdtempSync(join(tmpdir(), 'saccade-network-')));
  const error = await failureOf({ engine: 'verilator' });
  rmSync(process.env['SACCADE_CACHE']!, { recursive: true });
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(/verilator/i);
});

test('a process that ends by itself is told, with what to do', async () => {
  vi.stubEnv('NODE_OPTIONS', '--import=data:text/javascript,process.exit(7)');
  expect(await failureOf({})).toEqual(
    new InputError('a process that runs layers ended with code 7; is there memory for all? Try fewer --jobs'),
  );
});
