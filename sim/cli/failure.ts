import { InputError } from '../errors.ts';

/** Exit code for a fault of the program itself (EX_SOFTWARE of sysexits.h), so that 1 and 2 keep their meanings. */
const internalError = 70;

/**
 * Tells the user what went wrong, on stderr.
 *
 * An InputError, and any error that carries a numeric `exitCode`, was made for the user: the message says it all. Any other
 * is a bug of ours and comes with its stack.
 *
 * @returns the exit code of the process
 */
export function reportFailure(error: unknown): number {
  const code = intendedExitCode(error);
  if (error instanceof Error && code !== undefined) {
    console.error(`saccade: ${error.message}`);
    return code;
  }
  console.error('saccade: internal error. This is a bug in Saccade; please report it with what follows.');
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  return internalError;
}

function intendedExitCode(error: unknown): number | undefined {
  if (error instanceof InputError) return 2;
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number'
    ? error.exitCode
    : undefined;
}
