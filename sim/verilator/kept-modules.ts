/**
 * Which modules of a design Verilator shall keep as they are. Left to itself it writes the logic of every instance out anew and mixes
 * it with its surroundings: a chip of 192 PEs then takes ten times as long to build, and is slower for want of instruction cache.
 */
import type { VerilogDesign } from './design.ts';

/** Instances in the whole design from which on a module is kept. */
const MANY = 4;
/** Characters of Verilog in a module and below it from which on it is; smaller ones are cheaper inside of others. */
const LARGE = 32_000;

/** A module to keep, and its inputs. */
export interface KeptModule {
  readonly name: string;
  readonly inputs: readonly string[];
}

/**
 * The modules to keep; none in a design that does not say how it is made up. Where there are such, those of the checks are kept as
 * well: what fails tells in which instance, so that the code of a check is each instance's own, and would make that of the module
 * around it so, too.
 */
export function keptModules({ top, modules, files, checkFiles = [] }: VerilogDesign): KeptModule[] {
  if (modules === undefined) return [];
  const byName = new Map(modules.map((module) => [module.name, module]));
  const textOf = new Map(files.map(({ path, text }) => [path.replace(/\.v$/, ''), text.length]));
  const sizes = new Map<string, number>();
  const sizeOf = (name: string): number => {
    const known = sizes.get(name);
    if (known !== undefined) return known;
    const below = byName.get(name)?.instances ?? [];
    const size = below.reduce((sum, { module }) => sum + sizeOf(module), textOf.get(name) ?? 0);
    sizes.set(name, size);
    return size;
  };
  // Parents come behind their children: from the top down, the instances of a module are all known when it is its turn.
  const counts = new Map([[top, 1]]);
  for (const { name, instances } of modules.toReversed()) {
    for (const { module } of instances) counts.set(module, (counts.get(module) ?? 0) + (counts.get(name) ?? 0));
  }
  const kept = modules
    .filter(({ name }) => name !== top && counts.get(name)! >= MANY && sizeOf(name) >= LARGE)
    .map(({ name, ports }) => {
      const inputs = ports.filter(({ direction }) => direction === 'input');
      return { name, inputs: inputs.map((port) => port.name) };
    });
  return kept.length === 0 ? [] : [...kept, ...checkFiles.map(({ name, inputs }) => ({ name, inputs }))];
}

/**
 * A configuration file for Verilator that keeps modules: not inlined, and with inputs that have a place of their own in each
 * instance. Without one Verilator reads an input where its driver is, and so needs another copy of the module's logic for each.
 */
export function keepModules(modules: readonly KeptModule[]): string {
  const lines = modules.flatMap(({ name, inputs }) => [
    `no_inline -module "${name}"`,
    ...inputs
      .filter((input) => input !== 'clock' && input !== 'reset')
      .map((input) => `public_flat_rd -module "${name}" -var "${input}"`),
  ]);
  return ['`verilator_config', ...lines, ''].join('\n');
}
