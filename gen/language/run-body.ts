import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { fatal } from './report.ts';

/**
 * Runs a function that describes hardware, and refuses one that has not run to its end when it returns: what it does later would
 * land in another scope, or nowhere.
 *
 * @param what names the function for the error: `the body of a when()`
 * @param site the place of the call that was given the function, where it is not the one in progress
 * @returns what the function returns
 * @throws ElaborationError C005 where it is asynchronous or a generator function
 */
export function runBody<R>(what: string, body: () => R, site?: Site): R {
  const result = body();
  const kind = unfinished(result);
  if (kind === undefined) return result;
  // Whatever it fails with later, this error has said why.
  if (kind === 'asynchronous') Promise.resolve(result).catch(() => {});
  throw fatal(
    'C005',
    site ?? captureSite(),
    `${what} is ${kind}`,
    'give a plain function: the hardware is described while it runs',
  );
}

/** What kind of function leaves such a result; undefined of a plain one. */
function unfinished(result: unknown): string | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  if ('then' in result && typeof result.then === 'function') return 'asynchronous';
  const tag = Object.prototype.toString.call(result);
  return tag === '[object Generator]' || tag === '[object AsyncGenerator]' ? 'a generator function' : undefined;
}
