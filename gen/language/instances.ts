/** Arrays of instances. */
import type { InstanceArrayIr } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import { currentModule } from './module-builder.ts';
import { type InstanceOptions, type Module, placeInstance } from './module.ts';
import type { Outside, Ports } from './ports.ts';
import { fatal } from './report.ts';

export interface InstancesOptions extends InstanceOptions {
  /** Written in the Verilog as so many instances, in place of a loop. */
  readonly unroll?: boolean;
}

/** Instances of one array; more are a mistake in a parameter. */
const MAX_COUNT = 65536;

/**
 * Puts `count` copies of `child` side by side into the module under elaboration: an array, each element of which is used as
 * what `instance` gives. In the Verilog they are a `generate for`.
 */
export function instances<P extends Ports>(
  child: Module<P>,
  count: number,
  options: InstancesOptions = {},
): readonly Outside<P>[] {
  const builder = currentModule('instances()');
  const site = captureSite();
  if (!Number.isInteger(count) || count < 1 || count > MAX_COUNT) {
    throw fatal(
      'I001',
      site,
      `instances() of ${child.name} with a count of ${count}`,
      `a count is a whole number from 1 to ${MAX_COUNT}`,
    );
  }
  const { name, domain, unroll = false } = options;
  const array: InstanceArrayIr = { module: child.checked.ir, length: count, unroll, site, fixedName: name };
  return Array.from({ length: count }, (_, index) =>
    placeInstance(builder, child, site, { fixedName: undefined, element: { array, index } }, domain),
  );
}
