/** A module and everything below it, as Verilog files. */
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import type { CheckedModule } from '../ir/checked-module.ts';
import type { StreamPortIr } from '../ir/module-ir.ts';
import type { Module } from '../language/module.ts';
import { Externals, nothingToEmit, twoOfOneName, type VerilogExternal } from './externals.ts';
import { checkClocking } from './check-clocking.ts';
import { type CheckStyle, printChecks, type VerilogCheckFile } from './check-files.ts';
import { type Clocking, clockingOf, type ResetSignal } from './clocking.ts';
import { lowerModule, type LoweringOptions } from './lower-module.ts';
import type { MacroForm } from './macro-module.ts';
import { contentsFiles } from './lower-memory.ts';
import { Macros, type VerilogMacro } from './macros.ts';
import { printModule, type PrintOptions } from './print-module.ts';
import type { VerilogFile, VerilogModule, VerilogPort } from './verilog-file.ts';

/** A clock domain of a design, as its top module's ports show it. */
export interface VerilogClock {
  /** Undefined for the default domain. */
  readonly domain: string | undefined;
  /** The port of its clock. */
  readonly name: string;
  readonly edge: 'rising' | 'falling';
  /** The port of its reset; undefined where nothing is reset. */
  readonly reset: ResetSignal | undefined;
}

export interface VerilogDesign {
  readonly top: string;
  readonly ports: readonly VerilogPort[];
  readonly streams: readonly StreamPortIr[];
  /** The default domain first, if anything is in it. */
  readonly clocks: readonly VerilogClock[];
  /** Children before parents, the top last. */
  readonly modules: readonly VerilogModule[];
  /** Modules that are instantiated and written in Verilog elsewhere. */
  readonly externals: readonly VerilogExternal[];
  /** Memories in modules of their own, each shape once. */
  readonly macros: readonly VerilogMacro[];
  readonly files: readonly VerilogFile[];
  /** SystemVerilog beside it: the checks of each module that has some, which bind themselves to it. */
  readonly checkFiles: readonly VerilogCheckFile[];
}

export interface EmitOptions extends PrintOptions, LoweringOptions {
  /** How checks and RTL come together: by `bind`, unless said otherwise. */
  readonly checks?: CheckStyle;
  /**
   * How the modules of memories that are macros are written: with the memory in them, or as a black box that has pins and
   * nothing else. `behavioural` by default.
   */
  readonly memories?: MacroForm;
}

/**
 * Emits a module with all that it instantiates: one file a module, each module once.
 *
 * @throws ElaborationError where two different modules have one name, or clocks and resets don't go with the names or kinds of
 *   what is there
 */
export function emitVerilog(top: Pick<Module, 'checked'>, options: EmitOptions = {}): VerilogDesign {
  const byName = new Map<string, Emitted>();
  const clocking = clockingOf(options.clock);
  const externals = new Externals();
  const macros = new Macros(options.memories ?? 'behavioural', options);
  const modules = namesBelow(top.checked);
  const print = (checked: CheckedModule, style: EmitOptions = options) => {
    const lowered = lowerModule(checked, options);
    macros.addFrom(lowered);
    const withChecks =
      checked.checks.length === 0 ? undefined : printChecks(checked, lowered, modules, checked === top.checked, style);
    const printed = printModule(withChecks?.rtl ?? lowered, style);
    const data = contentsFiles(lowered).map((each): VerilogFile => ({ ...each, sites: [] }));
    return { lowered, data, file: { path: `${checked.ir.name}.v`, ...printed }, checkFile: withChecks?.file };
  };
  const emit = (checked: CheckedModule): void => {
    const known = byName.get(checked.ir.name);
    if (checked.ir.external !== undefined) {
      if (known !== undefined) throw twoOfOneName(checked.ir, known.checked.ir);
      externals.add(checked.ir);
      return;
    }
    if (known?.checked === checked) return;
    for (const child of checked.children.values()) emit(child);
    const external = externals.found.get(checked.ir.name);
    if (external !== undefined) throw twoOfOneName(checked.ir, external.ir);
    const unfit = checkClocking(checked, clocking);
    if (unfit.length > 0) throw new ElaborationError(unfit);
    const { lowered, data, file, checkFile } = print(checked);
    if (known !== undefined) {
      // Two elaborations that come to the same text are one module.
      const [own, other] = [checked, known.checked].map((each) => {
        const printed = print(each, { ...options, locations: false });
        return [printed.file, ...printed.data, printed.checkFile].map((part) => part?.text).join();
      });
      if (own === other) return;
      throw new ElaborationError([
        {
          code: 'H002',
          message: `two different modules are called ${checked.ir.name}`,
          site: checked.ir.site,
          related: [{ text: 'the other is described', site: known.checked.ir.site }],
          fix: 'put what tells them apart into the name: module(`Fifo_${width}`, ...)',
        },
      ]);
    }
    const ports = lowered.ports.map(({ name, direction, shape }) => ({ name, direction, ...shape }));
    const memories = [...checked.writes.keys()].flatMap((memory) => {
      const { macro: prefix, type, depth } = memory;
      return prefix === undefined ? [{ name: checked.names.memories.get(memory)!, width: type.width, depth }] : [];
    });
    const instances = [
      ...checked.ir.instances.map((instance) => ({
        name: checked.names.instances.get(instance)!,
        module: instance.module.name,
      })),
      ...lowered.instances.flatMap(({ macro: shape, name, module }) => (shape === undefined ? [] : [{ name, module }])),
    ];
    const summary = { name: checked.ir.name, ports, memories, instances };
    byName.set(checked.ir.name, { checked, data, file, checkFile, summary });
  };
  emit(top.checked);
  const all = [...byName.values()];
  for (const { checked } of all) {
    const macro = macros.found.get(checked.ir.name);
    if (macro !== undefined) throw twoOfOneName(checked.ir, macro);
  }
  const last = all.at(-1);
  if (last === undefined) throw nothingToEmit(top.checked.ir);
  return {
    top: last.summary.name,
    ports: last.summary.ports,
    streams: top.checked.ir.streams,
    clocks: clocksOf(top.checked, clocking),
    modules: [...macros.modules, ...all.map(({ summary }) => summary)],
    externals: [...externals.found.values()].map(({ external }) => external),
    macros: [...macros.found.values()].map(({ macro }) => macro),
    files: [
      ...externals.files.values(),
      ...macros.files,
      ...all.flatMap(({ data }) => data),
      ...all.map(({ file }) => file),
    ],
    checkFiles: all.flatMap(({ checkFile }) => (checkFile === undefined ? [] : [checkFile])),
  };
}

interface Emitted {
  readonly checked: CheckedModule;
  readonly data: readonly VerilogFile[];
  readonly file: VerilogFile;
  readonly checkFile: VerilogCheckFile | undefined;
  readonly summary: VerilogModule;
}

function namesBelow(module: CheckedModule, names = new Set<string>()): Set<string> {
  if (names.has(module.ir.name)) return names;
  names.add(module.ir.name);
  for (const child of module.children.values()) namesBelow(child, names);
  return names;
}

function clocksOf({ domains }: CheckedModule, clocking: Clocking): VerilogClock[] {
  return [...domains].map(([domain, { resettable }]) => ({
    domain: domain.name,
    ...clocking.clockOf(domain),
    reset: resettable ? clocking.resetOf(domain) : undefined,
  }));
}
