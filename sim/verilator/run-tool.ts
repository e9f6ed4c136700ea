import { execFile } from 'node:child_process';

/** How a program ended, and what it printed on both channels. */
export interface ToolResult {
  ok: boolean;
  log: string;
}

/** Programs that run at once: a build must not take the whole machine. */
const SLOTS = 2;
/** Verilator's messages name single lines; a compiler can fill pages. */
const LOG_BYTES = 1 << 26;

let busy = 0;
const queue: (() => void)[] = [];

/** Runs a program to its end, without a shell, once fewer than two others started here are running. */
export async function runTool(path: string, args: string[], directory: string): Promise<ToolResult> {
  if (busy >= SLOTS) await new Promise<void>((resolve) => queue.push(resolve));
  busy++;
  try {
    return await new Promise((resolve) => {
      execFile(path, args, { cwd: directory, maxBuffer: LOG_BYTES }, (error, stdout, stderr) => {
        const log = stdout + stderr;
        const reason = error?.signal ? `stopped by ${error.signal}` : (error?.message ?? '');
        resolve({ ok: error === null, log: log.trim() === '' ? reason : log });
      });
    });
  } finally {
    busy--;
    queue.shift()?.();
  }
}
