import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.ts';
import { HardwareFault } from '../pe/hardware-fault.ts';
import type { FromProcess, ToProcess } from './process-messages.ts';
import type { FinishedTask, LayerRunner, LayerSettings, LayerTask } from './run-network-layer.ts';

/** Compiled, it lies beside this module as it does in the sources. */
const extension = extname(fileURLToPath(import.meta.url));
const program = fileURLToPath(new URL(`./layer-process${extension}`, import.meta.url));
/** Node.js does not read the sources by itself. */
const loader = extension === '.ts' ? ['--import', 'tsx'] : [];

/**
 * Runs as many layers at a time as there are processes, each with a chip of its own. Processes are started as they are needed, and end
 * with this one.
 *
 * @param jobs no more than so many `run`s may be under way
 */
export function processRunner(settings: LayerSettings, jobs: number): LayerRunner {
  const idle: ChildProcess[] = [];
  const all: ChildProcess[] = [];

  async function start(): Promise<ChildProcess> {
    if (all.length === jobs) throw new RangeError(`more than ${jobs} layers at a time`);
    // Structured cloning takes tensors as they are.
    const child = fork(program, [], { serialization: 'advanced', execArgv: [...process.execArgv, ...loader] });
    all.push(child);
    await answer(child);
    await send(child, { kind: 'settings', settings });
    return child;
  }

  return {
    async run(task: LayerTask): Promise<FinishedTask> {
      const child = idle.pop() ?? (await start());
      const answered = answer(child);
      await Promise.all([answered, send(child, { kind: 'task', task })]);
      const message = await answered;
      idle.push(child);
      if (message.kind === 'finished') return message.finished;
      throw asError(message);
    },
    close() {
      for (const child of all) child.kill();
    },
  };
}

function send(child: ChildProcess, message: ToProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.send(message, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** The next message. A process that ends instead is the machine's fault: it has no memory left, or somebody stopped it. */
function answer(child: ChildProcess): Promise<FromProcess> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      child.off('message', onMessage).off('exit', onExit).off('error', reject);
    };
    const onMessage = (message: unknown): void => {
      done();
      resolve(message as FromProcess);
    };
    const onExit = (code: number | null, signal: string | null): void => {
      done();
      reject(
        new InputError(
          `a process that runs layers ended with ${signal ?? `code ${code}`}; is there memory for all? Try fewer --jobs`,
        ),
      );
    };
    child.on('message', onMessage).on('exit', onExit).on('error', reject);
  });
}

/** An error of another process, so that it is told as one of this process would be. */
function asError(message: FromProcess): Error {
  if (message.kind !== 'failed') return new Error(`a process that runs layers answered "${message.kind}"`);
  if (message.name === 'InputError') return new InputError(message.message);
  if (message.exitCode !== undefined) return new HardwareFault(message.message);
  return Object.assign(new Error(message.message), { stack: message.stack ?? message.message });
}
