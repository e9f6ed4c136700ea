import { vi } from 'vitest';
import { reportFailure } from '../../sim/cli/failure.ts';
import { runProgram } from '../../sim/cli/program.ts';
import type { Outcome } from './built-cli.ts';

/**
 * Runs a command line as the program does, but in this process, which takes no time to start.
 *
 * @param env put into the environment meanwhile; undefined removes a variable
 */
export async function saccadeInProcess(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text);
      return true;
    });
  }
  // A test's console does not write to the streams of its process.
  vi.spyOn(console, 'log').mockImplementation((text) => void (said.stdout += `${String(text)}\n`));
  vi.spyOn(console, 'error').mockImplementation((text) => void (said.stderr += `${String(text)}\n`));
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    const status = await runProgram(args).catch(reportFailure);
    return { status, ...said };
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}
