import { siteText } from '../../gen/source/site.ts';
import type { VerilogDesign } from './design.ts';

/**
 * What a failure says in the user's terms: which check it is, and where it stands in the source. Undefined where the design
 * stopped for another reason.
 *
 * @param failure as templates/harness.hbs words it, with the file and line of the Verilog at its end
 */
export function failedCheck(design: VerilogDesign, failure: string): string | undefined {
  const [, path, line] = / at (\S+):(\d+)$/.exec(failure) ?? [];
  const file = design.checkFiles?.find((each) => each.path === path);
  const found = file?.checks.find((each) => each.line === Number(line));
  if (file === undefined || found === undefined) return undefined;
  const what = found.check === 'assume' ? 'assumption' : 'assertion';
  const why = found.message === undefined ? '' : `: ${found.message}`;
  return `${what} "${found.label}" of module ${file.module} does not hold at the edge${why}\n  at ${siteText(found.site)}`;
}
