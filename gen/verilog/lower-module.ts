/** Checked IR to Verilog AST, one module at a time. */
import type { Check, CheckedModule, RegisterGroup } from '../ir/checked-module.ts';
import type { Expression, MemoryIr } from '../ir/module-ir.ts';
import { bitsFor } from '../language/types.ts';
import { portLayout } from '../ir/port-layout.ts';
import { domainOfRegister } from '../passes/collect-domains.ts';
import { uniqueName } from '../passes/unique-name.ts';
import type {
  VAlways,
  VAssign,
  VDeclaration,
  VEvent,
  VExpression,
  VInstance,
  VModule,
  VPort,
  VStatement,
} from './ast.ts';
import { type Clocking, clockingOf, type ClockStyle, implicitPins, implicitPorts, whereReset } from './clocking.ts';
import { ExpressionLowering, shapeOf } from './expression-lowering.ts';
import { groupInstances } from './instance-groups.ts';
import { lowerChecks } from './lower-checks.ts';
import { lowerInstance } from './lower-instances.ts';
import { memoryContents, memoryDeclaration, memoryWrites } from './lower-memory.ts';
import { expressionsIn, lowerStatements } from './lower-statements.ts';
import { MacroUses } from './macro-uses.ts';
import { mergeParts } from './merge-parts.ts';
import { placeSignals } from './signal-places.ts';

export interface LoweringOptions {
  /** Writes every element of an array of instances as an instance of its own, `cells_0`, in place of a loop. */
  readonly unroll?: boolean;
  /** Names of the default domain's clock and reset, the edge, and the kind of the reset. */
  readonly clock?: ClockStyle;
}

/** @param checks what the module judges itself; the checks of RTL stand in a module of their own */
export function lowerModule(
  module: CheckedModule,
  options: LoweringOptions = {},
  checks: readonly Check[] = [],
): VModule {
  const { ir, names } = module;
  const { clocking, implicit, taken, groups, macros, places } = layOut(module, options);
  const roots = [...rootsOf(module, macros, checks)];
  const lowering = new ExpressionLowering(module, roots, places, taken, macros.words);
  const nameOf = (signal: (typeof ir.signals)[number]): string => names.signals.get(signal)!;

  const ports: VPort[] = implicit.map(({ name }) => ({
    direction: 'input',
    shape: { width: 1, signed: false },
    name,
    site: ir.site,
  }));
  const layout = portLayout(ir);
  for (const { name, direction, width, signed, leaves } of layout) {
    ports.push({ direction, shape: { width, signed }, name, site: leaves[0]!.signal.site });
    if (direction === 'input') lowering.declareNet(name, width);
  }

  const state: VDeclaration[] = [];
  const memories = [...module.writes.keys()].filter((memory) => !macros.has(memory));
  for (const memory of memories) state.push(memoryDeclaration(module, memory));
  const registerGroups = module.sequential.filter(({ registers }) => !macros.holds(registers[0]!));
  for (const signal of registerGroups.flatMap(({ registers }) => registers)) {
    const attribute = signal.synchroniser === undefined ? {} : { attribute: 'ASYNC_REG = "TRUE"' };
    const initial =
      signal.ghost === true && signal.reset !== undefined
        ? { value: lowering.constant(signal.type, signal.reset) }
        : {};
    state.push({
      net: 'reg',
      shape: shapeOf(signal),
      name: nameOf(signal),
      ...attribute,
      ...initial,
      site: signal.site,
    });
    lowering.declareNet(nameOf(signal), signal.type.width);
  }
  const instanceWires: VDeclaration[] = [];
  for (const { port, net, signals } of groups.flatMap(({ pins }) => pins)) {
    if (port.direction === 'input') continue;
    const { type, site } = signals[0]!;
    const width = signals.length * type.width;
    instanceWires.push({ net: 'wire', shape: { width, signed: port.signed && signals.length === 1 }, name: net, site });
    lowering.declareNet(net, width);
  }
  for (const declared of macros.declarations()) {
    instanceWires.push(declared);
    lowering.declareNet(declared.name, declared.shape.width);
  }

  const assigns: VAssign[] = [];
  // All elements of a port are assigned at once, where its first one is due.
  const outputs = new Map(layout.map((group) => [group.leaves[0]!.signal, group]));
  for (const [signal, { value, site }] of module.combinational) {
    if (signal.category === 'wire') lowering.declareSignalWire(signal);
    const group = signal.category === 'output' ? outputs.get(signal) : undefined;
    if (group?.leaves.length === 1)
      assigns.push({ target: group.name, value: withoutSign(lowering.lower(value, nameOf(signal))), site });
    else if (group !== undefined) {
      const parts = group.leaves.map((leaf) => lowering.partOf(leaf.signal)).toReversed();
      assigns.push({ target: group.name, value: mergeParts(parts, (net) => lowering.widthOf(net)), site });
    }
  }

  const always: VAlways[] = [];
  for (const memory of memories) always.push(...memoryWrites(lowering, module, memory, clocking));
  for (const group of registerGroups) {
    const block = lowerRegisters(lowering, module, group, clocking);
    if (block.body.length > 0) always.push(block);
  }
  always.push(...lowerChecks(lowering, module, checks, clocking));

  const instances: VInstance[] = groups.map((group) =>
    lowerInstance(lowering, group, implicitPins(group.elements[0]!, module.children.get(group.module)!, clocking)),
  );

  instances.push(...macros.instances(lowering, clocking));

  const unread = [...lowering.unread.unread(), ...unreadMemories(lowering, module, memories)];
  return {
    name: ir.name,
    site: ir.site,
    ports,
    localparams: lowering.members.localparams(),
    state,
    instanceWires,
    wires: lowering.wires,
    instances,
    assigns,
    contents: memories.flatMap((memory) => memoryContents(module, memory)),
    always,
    unread: unread.length === 0 ? undefined : unreadWire(unread, lowering.taken, module),
  };
}

/** Which nets a module has besides its logic's, and what stands where on them; the same each time. */
export function layOut(module: CheckedModule, options: LoweringOptions) {
  const { ir, names } = module;
  const clocking = clockingOf(options.clock);
  const implicit = implicitPorts(module, clocking);
  const taken = new Set([...names.taken, ...implicit.map(({ name }) => name)]);
  const groups = groupInstances(ir, names, options.unroll === true, taken);
  const macros = new MacroUses(module, taken);
  return { clocking, implicit, taken, groups, macros, places: placeSignals(ir, groups) };
}

/**
 * A name read with another sign is, as the whole value of an output, the name: the bits are the same, and Icarus takes
 * `assign y = $signed(a)` of an input for a port that goes both ways.
 */
function withoutSign(value: VExpression): VExpression {
  return value.kind === 'sign' && value.operand.kind === 'name' ? value.operand : value;
}

/** A declaration's registers: cleared by reset, where they have a reset value, and otherwise as the statements say. */
function lowerRegisters(
  lowering: ExpressionLowering,
  module: CheckedModule,
  { registers, statements }: RegisterGroup,
  clocking: Clocking,
): VAlways {
  const { site } = registers[0]!;
  const domain = domainOfRegister(registers[0]!);
  const clock = clocking.clockOf(domain);
  const reset = module.domains.get(domain)?.resettable === true ? clocking.resetOf(domain) : undefined;
  const events: VEvent[] = [{ edge: clock.edge, signal: clock.name }];
  const body = lowerStatements(lowering, module, statements);
  const clear = registers.flatMap((register): VStatement[] => {
    if (register.reset === undefined) return [];
    const value = lowering.constant(register.type, register.reset);
    return [{ kind: 'assign', target: lowering.signalName(register), value, site: register.site }];
  });
  if (clear.length === 0 || reset === undefined) return { events, body, site };
  if (reset.kind === 'async') events.push({ edge: reset.active === 'high' ? 'rising' : 'falling', signal: reset.name });
  const condition = whereReset(reset, true);
  return { events, body: [{ kind: 'if', branches: [{ condition, body: clear }], otherwise: body, site }], site };
}

function* rootsOf(module: CheckedModule, macros: MacroUses, checks: readonly Check[]): Iterable<Expression> {
  for (const { value } of module.combinational.values()) yield value;
  for (const [memory, statements] of module.writes) if (!macros.has(memory)) yield* expressionsIn(statements);
  for (const { registers, statements } of module.sequential)
    if (!macros.holds(registers[0]!)) yield* expressionsIn(statements);
  yield* macros.roots();
  for (const { condition } of checks) yield condition;
}

/** A word of each memory that is written but never read. */
function unreadMemories(
  lowering: ExpressionLowering,
  { names }: CheckedModule,
  memories: readonly MemoryIr[],
): VExpression[] {
  const unread = memories.filter((memory) => !lowering.memoriesRead.has(memory));
  return unread.map((memory) => {
    const index: VExpression = { kind: 'number', value: 0n, width: bitsFor(memory.depth), signed: false };
    return { kind: 'element', name: names.memories.get(memory)!, index };
  });
}

function unreadWire(parts: readonly VExpression[], taken: Set<string>, module: CheckedModule): VDeclaration {
  // A reduction that starts with a constant 0 is constant, so synthesis drops it.
  const zero: VExpression = { kind: 'number', value: 0n, width: 1, signed: false };
  const value: VExpression = { kind: 'unary', operator: '&', operand: { kind: 'concat', parts: [zero, ...parts] } };
  return {
    net: 'wire',
    shape: { width: 1, signed: false },
    name: uniqueName('unused', taken),
    value,
    site: module.ir.site,
  };
}
