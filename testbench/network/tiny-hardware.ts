/** Networks on a chip of one cluster. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { type ChipRun, type OpenChip, openChip } from '../../sim/chip/run-on-chip.ts';
import type { NetworkOptions } from '../../sim/network/network-options.ts';
import type { NetworkReport } from '../../sim/network/network-report.ts';
import { syntheticTensors } from '../../sim/network/network-tensors.ts';
import { runNetwork } from '../../sim/network/run-network.ts';

let opened: Promise<OpenChip> | undefined;

/** A chip that is opened once for all tests of a file; its runs are listed, and can be tampered with. */
export function hardware(look: (run: ChipRun, layer: string) => ChipRun = (run) => run) {
  const ran: string[] = [];
  const open: typeof openChip = async (chip, options) => {
    opened ??= openChip(chip, options);
    const chipThatStays = await opened;
    return {
      simulation: chipThatStays.simulation,
      run: (layer, operands, asked) => {
        ran.push(layer.name);
        return look(chipThatStays.run(layer, operands, asked), layer.name);
      },
      close() {},
    };
  };
  return { ran, open };
}

const plain: Omit<NetworkOptions, 'network'> = {
  config: 'v2-1x1',
  engine: 'builtin',
  encoding: 'auto',
  order: 'balanced',
  bandwidth: undefined,
  energy: undefined,
  seed: 3,
  sparse: false,
  ...syntheticTensors,
  layers: undefined,
  jobs: 1,
  resume: undefined,
  oacts: undefined,
  psums: undefined,
  report: undefined,
  page: undefined,
  trace: undefined,
  json: false,
  quiet: true,
};

/**
 * Runs a network on small hardware.
 *
 * @param folder for the report, and for whatever a test asks for
 * @returns the exit code, what was said on stderr, and the report
 */
export async function runTiny(
  folder: string,
  options: Partial<NetworkOptions> & Pick<NetworkOptions, 'network'>,
  { open } = hardware(),
) {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const report = join(folder, 'report.json');
  const code = await runNetwork({ ...plain, report, ...options }, open);
  const said = error.mock.calls.flat().join('\n');
  return { code, said, report: JSON.parse(readFileSync(report, 'utf8')) as NetworkReport };
}

export async function closeHardware(): Promise<void> {
  (await opened)?.close();
}
