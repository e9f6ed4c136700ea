import { InputError } from '../errors.ts';
import { reason } from '../user-file.ts';

/**
 * Who reads our output may stop early (`| head`). That is no fault: the command still does its work, writes its files and
 * ends with its own exit code.
 */
export function ignoreClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw new InputError(`cannot write to stdout: ${reason(error)}`, { cause: error });
  });
}
