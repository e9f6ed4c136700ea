/** A module and everything below it, as Verilog files. */
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import type { CheckedModule } from '../ir/checked-module.ts';
import type { StreamPortIr } from '../ir/module-ir.ts';
import type { Module } from '../language/module.ts';
import { lowerModule } from './lower-module.ts';
import { type PrintedModule, printModule, type PrintOptions } from './print-module.ts';

export interface VerilogPort {
  readonly name: string;
  readonly direction: 'input' | 'output';
  readonly width: number;
  readonly signed: boolean;
}

export interface VerilogFile extends PrintedModule {
  /** `<module>.v` */
  readonly path: string;
}

export interface VerilogModule {
  readonly name: string;
  readonly ports: readonly VerilogPort[];
  readonly memories: readonly { readonly name: string; readonly width: number; readonly depth: number }[];
  readonly instances: readonly { readonly name: string; readonly module: string }[];
}

export interface VerilogDesign {
  readonly top: string;
  readonly ports: readonly VerilogPort[];
  readonly streams: readonly StreamPortIr[];
  /** Children before parents, the top last. */
  readonly modules: readonly VerilogModule[];
  readonly files: readonly VerilogFile[];
}

/**
 * Emits a module with all that it instantiates: one file a module, each module once.
 *
 * @throws ElaborationError where two different modules have one name
 */
export function emitVerilog(top: Pick<Module, 'checked'>, options: PrintOptions = {}): VerilogDesign {
  const byName = new Map<string, { checked: CheckedModule; file: VerilogFile; summary: VerilogModule }>();
  const emit = (checked: CheckedModule): void => {
    const known = byName.get(checked.ir.name);
    if (known?.checked === checked) return;
    for (const child of checked.children.values()) emit(child);
    const lowered = lowerModule(checked);
    const file = { path: `${checked.ir.name}.v`, ...printModule(lowered, options) };
    if (known !== undefined) {
      // Two elaborations that come to the same text are one module.
      if (printModule(lowerModule(known.checked)).text === printModule(lowered).text) return;
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
    const memories = [...checked.writes.keys()].map((memory) => ({
      name: checked.names.memories.get(memory)!,
      width: memory.type.width,
      depth: memory.depth,
    }));
    const instances = checked.ir.instances.map((instance) => ({
      name: checked.names.instances.get(instance)!,
      module: instance.module.name,
    }));
    byName.set(checked.ir.name, { checked, file, summary: { name: checked.ir.name, ports, memories, instances } });
  };
  emit(top.checked);
  const all = [...byName.values()];
  const last = all.at(-1)!;
  return {
    top: last.summary.name,
    ports: last.summary.ports,
    streams: top.checked.ir.streams,
    modules: all.map(({ summary }) => summary),
    files: all.map(({ file }) => file),
  };
}
