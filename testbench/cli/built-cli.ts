import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The compiled program. */
export const mainFile = fileURLToPath(new URL('../../out/dist/sim/cli/main.js', import.meta.url));

// Tests that are run without `npm test` must not judge yesterday's program.
const setupFile = fileURLToPath(new URL('../../.setup/setup.mjs', import.meta.url));
const setup = spawnSync(process.execPath, [setupFile, '--for', 'cli'], { encoding: 'utf8' });
if (setup.status !== 0) throw new Error(setup.stderr);

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `saccade` as a user would, and waits for its end.
 *
 * @param env added to this process's environment; undefined removes a variable
 * @param nodeOptions options for node itself
 */
export function saccade(args: string[], env: NodeJS.ProcessEnv = {}, nodeOptions: string[] = []): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeOptions, mainFile, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { status, stdout, stderr };
}
