/** The module of a memory that stands by itself: described like any other, and written with the memory or as its pins alone. */
import type { CheckedModule } from '../ir/checked-module.ts';
import { defaultDomain } from '../ir/clock-domain.ts';
import type { GroundType } from '../ir/ground-type.ts';
import type { Expression, MemoryIr, ModuleIr, SignalIr, Statement } from '../ir/module-ir.ts';
import { bitsFor } from '../language/types.ts';
import { checkModule } from '../passes/check-module.ts';
import type { Site } from '../source/site.ts';
import type { VModule } from './ast.ts';
import { lowerModule } from './lower-module.ts';
import { macroName, macroPins, type MacroShape } from './macro-shape.ts';

/** How the module of a macro is written: with the memory in it, or as its pins alone. */
export type MacroForm = 'behavioural' | 'blackbox';

/** The module of a macro. Its clock is called `clock`, and its edge is the rising one, whatever the design's are. */
export function lowerMacro(macro: CheckedModule, form: MacroForm): VModule {
  const module = lowerModule(macro);
  if (form === 'behavioural') return module;
  return {
    ...module,
    blackbox: true,
    state: [],
    contents: [],
    wires: [],
    assigns: [],
    always: [],
    unread: undefined,
  };
}

/** Describes the memory of a shape with its pins. */
export function macroModule(shape: MacroShape, site: Site): CheckedModule {
  const { depth, width, maskWidth } = shape;
  const bool: GroundType = { kind: 'bool', width: 1 };
  const address: GroundType = { kind: 'uint', width: bitsFor(depth) };
  const word: GroundType = { kind: 'bits', width };
  const memory: MemoryIr = {
    type: word,
    depth,
    site,
    fixedName: 'memory',
    ...(maskWidth === undefined ? {} : { maskWidth }),
    syncReads: [],
  };
  const ports: SignalIr[] = [];
  const registers: SignalIr[] = [];
  const body: Statement[] = [];
  const port = (category: 'input' | 'output', name: string, type: GroundType): SignalIr => {
    const signal: SignalIr = { category, type, site, fixedName: name, path: [name] };
    ports.push(signal);
    return signal;
  };
  const valueOf = (signal: SignalIr): Expression => ({ op: 'signal', signal, type: signal.type, site });
  const input = (name: string, type: GroundType): Expression => valueOf(port('input', name, type));
  const when = (condition: Expression, statement: Statement): void => {
    body.push({ kind: 'when', branches: [{ condition, body: [statement] }], otherwise: undefined, site });
  };

  for (let index = 0; index < shape.reads; index++) {
    const pins = macroPins.read(index);
    const value: Expression = { op: 'read', memory, address: input(pins.address, address), type: word, site };
    body.push({ kind: 'assign', target: port('output', pins.data, word), value, site });
  }
  shape.syncReads.forEach((underWrite, index) => {
    const pins = macroPins.syncRead(index);
    const enable = input(pins.enable, bool);
    const from = input(pins.address, address);
    const data = port('output', pins.data, word);
    const output: SignalIr = { category: 'register', type: word, site, fixedName: `rs${index}_word`, path: [] };
    registers.push(output);
    memory.syncReads.push({ memory, address: from, output, underWrite, domain: defaultDomain, site });
    const value: Expression = { op: 'read', memory, address: from, type: word, site };
    when(enable, { kind: 'assign', target: output, value, site });
    body.push({ kind: 'assign', target: data, value: valueOf(output), site });
  });
  for (let index = 0; index < shape.writes; index++) {
    const pins = macroPins.write(index);
    const enable = input(pins.enable, bool);
    const to = input(pins.address, address);
    const data = input(pins.data, word);
    const mask = maskWidth === undefined ? undefined : input(pins.mask, { kind: 'bits', width: width / maskWidth });
    const masked = mask === undefined ? {} : { mask };
    when(enable, { kind: 'write', memory, address: to, data, ...masked, domain: defaultDomain, site });
  }

  const ir: ModuleIr = {
    name: macroName(shape),
    site,
    ports,
    streams: [],
    signals: [...ports, ...registers],
    memories: [memory],
    instances: [],
    body,
    expressions: [],
  };
  return checkModule(ir);
}
