import { captureSite } from '../source/capture-site.ts';
import { fatal } from '../language/report.ts';

/**
 * Refuses what is no whole number from `least`.
 *
 * @param what the number is of, as it stands before it: `fork() into`
 * @param instead what to do where fewer are wanted
 */
export function requireCount(what: string, count: number, least: number, instead?: string): void {
  if (Number.isInteger(count) && count >= least) return;
  const fix = `give a whole number from ${least}${instead === undefined ? '' : `; ${instead}`}`;
  throw fatal('P001', captureSite(), `${what} ${count}`, fix);
}
