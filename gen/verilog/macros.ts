/** The macros of a design: a module and a file for each shape, however often the design has it. */
import type { Site } from '../source/site.ts';
import type { VModule, VPort } from './ast.ts';
import type { VerilogFile, VerilogModule, VerilogPort } from './verilog-file.ts';
import { lowerMacro, type MacroForm, macroModule } from './macro-module.ts';
import { macroName, type MacroShape } from './macro-shape.ts';
import { printModule, type PrintOptions } from './print-module.ts';

/** A memory module that a macro can take the place of. */
export interface VerilogMacro {
  /** Name of the module, which follows from its shape. */
  readonly module: string;
  /** Its file among the design's. */
  readonly file: string;
  /** Words. */
  readonly depth: number;
  /** Bits of a word. */
  readonly width: number;
  /** Bits that one bit of a mask stands for; undefined where words are written whole. */
  readonly maskWidth: number | undefined;
  /** How many ports of each kind; `readSync` as what each does under a write. */
  readonly ports: {
    readonly read: number;
    readonly readSync: readonly ('old' | 'new' | 'any')[];
    readonly write: number;
  };
  readonly pins: readonly VerilogPort[];
}

export class Macros {
  readonly found = new Map<string, { readonly macro: VerilogMacro; readonly site: Site }>();
  readonly files: VerilogFile[] = [];
  readonly modules: VerilogModule[] = [];
  private readonly form: MacroForm;
  private readonly printOptions: PrintOptions;

  constructor(form: MacroForm, printOptions: PrintOptions) {
    this.form = form;
    this.printOptions = printOptions;
  }

  /** Adds those that stand in a module. */
  addFrom({ instances }: VModule): void {
    for (const { macro, site } of instances) if (macro !== undefined) this.add(macro, site);
  }

  private add(shape: MacroShape, site: Site): void {
    const module = macroName(shape);
    if (this.found.has(module)) return;
    const lowered = lowerMacro(macroModule(shape, site), this.form);
    const file = `${module}.v`;
    const pins = lowered.ports.map(portOf);
    const { depth, width, maskWidth, reads: read, syncReads: readSync, writes: write } = shape;
    const ports = { read, readSync, write };
    this.found.set(module, { macro: { module, file, depth, width, maskWidth, ports, pins }, site });
    this.files.push({ path: file, ...printModule(lowered, this.printOptions) });
    const memories = this.form === 'blackbox' ? [] : [{ name: 'memory', width, depth }];
    this.modules.push({ name: module, ports: pins, memories, instances: [] });
  }
}

function portOf({ name, direction, shape }: VPort): VerilogPort {
  return { name, direction, ...shape };
}
