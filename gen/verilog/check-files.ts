/** The checks of a module as a file of SystemVerilog beside its RTL. */
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import type { Check, CheckedModule } from '../ir/checked-module.ts';
import type { Expression } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import { uniqueName } from '../passes/unique-name.ts';
import type { VInstance, VModule } from './ast.ts';
import type { VerilogFile } from './verilog-file.ts';
import { lowerChecksModule } from './lower-checks-module.ts';
import type { LoweringOptions } from './lower-module.ts';
import { printInstance, printModule, type PrintOptions } from './print-module.ts';

/**
 * How checks and RTL come together. `bind`: a check file binds its module to the RTL, which knows nothing of it. `inline`: the
 * RTL instantiates it, for formal tools that don't know `bind`; what is assumed inside of an instance is asserted there.
 */
export type CheckStyle = 'bind' | 'inline';

/** A check as it stands in a file. */
export interface VerilogCheck {
  readonly check: Check['check'];
  readonly label: string;
  readonly message: string | undefined;
  /** Counted from 1. */
  readonly line: number;
  /** Where the user wrote it. */
  readonly site: Site;
}

export interface VerilogCheckFile extends VerilogFile {
  /** The module in the file, and its inputs: all of its ports. */
  readonly name: string;
  readonly inputs: readonly string[];
  /** The module of the RTL that is checked. */
  readonly module: string;
  readonly checks: readonly VerilogCheck[];
}

export interface PrintedChecks {
  readonly file: VerilogCheckFile;
  /** The RTL; with the instance of its checks in it, where they are inline. */
  readonly rtl: VModule;
}

/**
 * @param rtl of the module, lowered with the same options
 * @param modules names of all modules of the design
 * @param isTop whether what the module assumes is for the surroundings of the whole design to keep
 */
export function printChecks(
  checked: CheckedModule,
  rtl: VModule,
  modules: ReadonlySet<string>,
  isTop: boolean,
  options: LoweringOptions & PrintOptions & { readonly checks?: CheckStyle },
): PrintedChecks {
  const inline = options.checks === 'inline';
  const name = uniqueName(`${checked.ir.name}_checks`, new Set(modules));
  const { module, instance, inputs } = lowerChecksModule(checked, name, options, (check) =>
    inline
      ? { ...check, check: check.check === 'assume' && !isTop ? 'assert' : check.check, message: undefined }
      : check,
  );
  for (const { port, source } of inputs) {
    // A wire whose value constants decide is not written.
    if ('op' in source && !rtl.wires.some((wire) => wire.name === port.fixedName))
      throw noWire(port.fixedName!, source, checked);
  }
  const inRtl = new Set([
    ...checked.names.takenWithGhosts,
    ...[...rtl.ports, ...rtl.state, ...rtl.instanceWires, ...rtl.wires, ...rtl.instances].map((item) => item.name),
  ]);
  const placed: VInstance = { ...instance, name: uniqueName(instance.name, inRtl) };
  const printed = printModule(module, options);
  const bind = inline ? [] : [{ text: '', site: undefined }, ...printInstance(placed, `bind ${checked.ir.name} `)];
  const lines = printed.text.replace(/\n$/, '').split('\n');
  const sites = [...printed.sites.slice(0, lines.length), ...bind.map(({ site }) => site)];
  lines.push(...bind.map(({ text }) => text));
  const lineOf = (label: string): number => lines.findIndex((line) => line.trimStart().startsWith(`${label}: `)) + 1;
  return {
    file: {
      path: `${name}.sv`,
      text: `${lines.join('\n')}\n`,
      sites,
      name,
      inputs: module.ports.map((port) => port.name),
      module: checked.ir.name,
      checks: checked.checks.map(({ check, label, message, site }) => ({
        check,
        label,
        message,
        line: lineOf(label),
        site,
      })),
    },
    rtl: inline ? { ...rtl, instances: [...rtl.instances, placed] } : rtl,
  };
}

function noWire(name: string, { site }: Expression, { ir }: CheckedModule): ElaborationError {
  return new ElaborationError([
    {
      code: 'A004',
      message: `a check of module ${ir.name} reads a word of a memory as ${name}, which the Verilog has no wire for: nothing depends on its value`,
      site,
      related: [],
      fix: 'keep a copy of the word in ghost(), or remove what needs no value',
    },
  ]);
}
