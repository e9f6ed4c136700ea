/** Checked IR to Verilog AST, one module at a time. */
import type { CheckedModule, RegisterGroup } from '../ir/checked-module.ts';
import type { Expression } from '../ir/module-ir.ts';
import { bitsFor } from '../language/types.ts';
import { uniqueName } from '../passes/unique-name.ts';
import type { VAlways, VAssign, VDeclaration, VExpression, VInstance, VModule, VPort, VStatement } from './ast.ts';
import { ExpressionLowering, shapeOf } from './expression-lowering.ts';
import { expressionsIn, lowerStatements } from './lower-statements.ts';

export function lowerModule(module: CheckedModule): VModule {
  const { ir, names } = module;
  const lowering = new ExpressionLowering(module, [...rootsOf(module)]);
  const nameOf = (signal: (typeof ir.signals)[number]): string => names.signals.get(signal)!;

  const ports: VPort[] = implicitPorts(module);
  for (const port of ir.ports) {
    ports.push({
      direction: port.category === 'input' ? 'input' : 'output',
      shape: shapeOf(port),
      name: nameOf(port),
      site: port.site,
    });
    if (port.category === 'input') lowering.unread.declare(nameOf(port), port.type.width);
  }

  const state: VDeclaration[] = [];
  for (const memory of module.writes.keys()) {
    state.push({
      net: 'reg',
      shape: shapeOf(memory),
      name: names.memories.get(memory)!,
      depth: memory.depth,
      site: memory.site,
    });
  }
  for (const signal of module.sequential.flatMap(({ registers }) => registers)) {
    state.push({ net: 'reg', shape: shapeOf(signal), name: nameOf(signal), site: signal.site });
    lowering.unread.declare(nameOf(signal), signal.type.width);
  }
  const instanceWires: VDeclaration[] = [];
  for (const signal of ir.signals) {
    if (signal.category !== 'instance-output') continue;
    instanceWires.push({ net: 'wire', shape: shapeOf(signal), name: nameOf(signal), site: signal.site });
    lowering.unread.declare(nameOf(signal), signal.type.width);
  }

  const assigns: VAssign[] = [];
  for (const [signal, { value, site }] of module.combinational) {
    if (signal.category === 'wire') lowering.declareSignalWire(signal);
    if (signal.category === 'output')
      assigns.push({ target: nameOf(signal), value: withoutSign(lowering.lower(value, nameOf(signal))), site });
  }

  const always: VAlways[] = [];
  for (const [memory, statements] of module.writes) {
    always.push({ body: lowerStatements(lowering, module, statements), site: memory.site });
  }
  for (const group of module.sequential) {
    const body = lowerRegisters(lowering, module, group);
    if (body.length > 0) always.push({ body, site: group.registers[0]!.site });
  }

  const instances: VInstance[] = ir.instances.map((instance) => {
    const child = module.children.get(instance.module)!;
    const connections = implicitPorts(child).map(({ name }) => ({
      port: name,
      value: { kind: 'name', name } as VExpression,
    }));
    instance.ports.forEach((signal, index) => {
      const port = instance.module.ports[index]!.fixedName!;
      const value: VExpression =
        signal.category === 'instance-input' ? lowering.instanceInput(signal) : { kind: 'name', name: nameOf(signal) };
      connections.push({ port, value });
    });
    return { module: instance.module.name, name: names.instances.get(instance)!, connections, site: instance.site };
  });

  const unread = [...lowering.unread.unread(), ...unreadMemories(lowering, module)];
  return {
    name: ir.name,
    site: ir.site,
    ports,
    state,
    instanceWires,
    wires: lowering.wires,
    instances,
    assigns,
    always,
    unread: unread.length === 0 ? undefined : unreadWire(unread, lowering.taken, module),
  };
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
): VStatement[] {
  const body = lowerStatements(lowering, module, statements);
  const clear = registers.flatMap((register): VStatement[] => {
    if (register.reset === undefined) return [];
    const value: VExpression = {
      kind: 'number',
      value: register.reset,
      width: register.type.width,
      signed: register.type.kind === 'sint',
    };
    return [{ kind: 'assign', target: lowering.signalName(register), value, site: register.site }];
  });
  if (clear.length === 0) return body;
  return [
    {
      kind: 'if',
      branches: [{ condition: { kind: 'name', name: 'reset' }, body: clear }],
      otherwise: body,
      site: registers[0]!.site,
    },
  ];
}

function* rootsOf(module: CheckedModule): Iterable<Expression> {
  for (const { value } of module.combinational.values()) yield value;
  for (const statements of module.writes.values()) yield* expressionsIn(statements);
  for (const { statements } of module.sequential) yield* expressionsIn(statements);
}

/** Clock and reset, where the module needs them. */
function implicitPorts({ clocked, resettable, ir }: CheckedModule): VPort[] {
  const shape = { width: 1, signed: false };
  const port = (name: string): VPort => ({ direction: 'input', shape, name, site: ir.site });
  return [...(clocked ? [port('clock')] : []), ...(resettable ? [port('reset')] : [])];
}

/** A word of each memory that is written but never read. */
function unreadMemories(lowering: ExpressionLowering, { writes, names }: CheckedModule): VExpression[] {
  const unread = [...writes.keys()].filter((memory) => !lowering.memoriesRead.has(memory));
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
