/** The modules of a design that are written in Verilog elsewhere. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import type { ModuleIr } from '../ir/module-ir.ts';
import { portLayout } from '../ir/port-layout.ts';
import type { Site } from '../source/site.ts';
import type { VerilogFile, VerilogPort } from './verilog-file.ts';

export interface VerilogExternal {
  readonly name: string;
  /** Without the pins of its clock and reset. */
  readonly ports: readonly VerilogPort[];
  readonly clock: string | undefined;
  readonly reset: string | undefined;
  /** The file of the design that holds its Verilog; undefined where whoever reads the design must know it. */
  readonly file: string | undefined;
}

/** Collects the external modules of a design, each name once, and their sources. */
export class Externals {
  readonly found = new Map<string, { readonly ir: ModuleIr; readonly external: VerilogExternal }>();
  readonly files = new Map<string, VerilogFile>();

  /** @throws ElaborationError where another external module of that name, or another source of that file's, is different */
  add(ir: ModuleIr): void {
    const { name, external } = ir;
    const { clock, reset, source } = external!;
    const ports = portLayout(ir).map(({ name: port, direction, width, signed }) => ({
      name: port,
      direction,
      width,
      signed,
    }));
    const file = source === undefined ? undefined : this.addSource(ir, source);
    const made: VerilogExternal = { name, ports, clock, reset, file };
    const known = this.found.get(name);
    if (known === undefined) this.found.set(name, { ir, external: made });
    else if (JSON.stringify(known.external) !== JSON.stringify(made)) throw twoOfOneName(ir, known.ir);
  }

  private addSource(ir: ModuleIr, source: { readonly path: string } | { readonly text: string }): string {
    const path = 'path' in source ? basename(source.path) : `${ir.name}.v`;
    const text = 'path' in source ? readFileSync(source.path, 'utf8') : source.text;
    const known = this.files.get(path);
    if (known !== undefined && known.text !== text) {
      throw new ElaborationError([
        {
          code: 'I004',
          message: `the source of external module ${ir.name} would be ${path}, as another one of other text is`,
          site: ir.site,
          related: [],
          fix: 'give one of the files another name',
        },
      ]);
    }
    this.files.set(path, { path, text, sites: text.split('\n').map(() => undefined) });
    return path;
  }
}

/** Two modules of one name, of which at least one is external, or a memory's. */
export function twoOfOneName(ir: ModuleIr, other: { readonly site: Site }): ElaborationError {
  return new ElaborationError([
    {
      code: 'H002',
      message: `two different modules are called ${ir.name}`,
      site: ir.site,
      related: [{ text: 'the other is described', site: other.site }],
      fix: 'give both the same ports, pins and source, or one of them another name',
    },
  ]);
}

/** An external module has no text to emit. */
export function nothingToEmit(ir: ModuleIr): ElaborationError {
  return new ElaborationError([
    {
      code: 'I005',
      message: `external module ${ir.name} is written elsewhere: there is nothing to emit`,
      site: ir.site,
      related: [],
      fix: 'put an instance of it into a module, and emit that one',
    },
  ]);
}
