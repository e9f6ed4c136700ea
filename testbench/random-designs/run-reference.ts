/**
 * What a description means, without any of the passes: statements one after the other, on bit patterns. Slow and simple. The
 * simulators take what the passes made of it, and could all be wrong in the same way.
 */
import {
  type BinaryOperator,
  bodiesOf,
  type Expression,
  type InstanceIr,
  type MemoryIr,
  type ModuleIr,
  operandsOf,
  type SignalIr,
  type Statement,
  type UnaryOperator,
} from '../../gen/ir/module-ir.ts';
import { portLayout } from '../../gen/index.ts';
import { WARM_UP } from './random-design.ts';
import { digitsOf, type Outcome, type Trial } from './trial.ts';

/** It is slow. */
const REFERENCE_CYCLES = WARM_UP + 32;

export function runReference({ top, verilog, inputs, outputs, stimulus }: Trial): Outcome {
  const { ir } = top.checked;
  const groups = new Map(portLayout(ir).map((group) => [group.name, group]));
  const root = new Instance(ir);
  const reset = verilog.clocks[0]?.reset;
  return stimulus.slice(0, REFERENCE_CYCLES).map((values) => {
    let inReset = false;
    inputs.forEach(({ name }, index) => {
      if (name === reset?.name) inReset = (values[index] === 1n) === (reset.active === 'high');
      else
        for (const { signal, low } of groups.get(name)!.leaves)
          root.state.set(signal, BigInt.asUintN(signal.type.width, values[index]! >> BigInt(low)));
    });
    if (inReset && reset?.kind === 'async') root.reset();
    root.forget();
    const found = outputs.map((port) => {
      const { leaves } = groups.get(port.name)!;
      return digitsOf(
        port,
        leaves.reduce((sum, { signal, low }) => sum | (root.read(signal) << BigInt(low)), 0n),
      );
    });
    root.edge(inReset);
    return found.join(' ');
  });
}

interface Write {
  readonly words: bigint[];
  readonly address: number;
  readonly data: bigint;
  readonly mask: bigint;
}

class Instance {
  /** Registers, and the inputs of the top. */
  readonly state = new Map<SignalIr, bigint>();
  private readonly ir: ModuleIr;
  private readonly above: { readonly instance: InstanceIr; readonly inside: Instance } | undefined;
  private readonly children: ReadonlyMap<InstanceIr, Instance>;
  private readonly memories = new Map<MemoryIr, bigint[]>();
  /** For each combinational signal the statements around what drives it. */
  private readonly drivers = new Map<SignalIr, readonly Statement[]>();
  /** What was asked for in this cycle. */
  private readonly known = new Map<Expression | SignalIr, bigint>();

  constructor(ir: ModuleIr, above?: { readonly instance: InstanceIr; readonly inside: Instance }) {
    this.ir = ir;
    this.above = above;
    this.children = new Map(
      ir.instances.map((instance) => [instance, new Instance(instance.module, { instance, inside: this })]),
    );
    for (const signal of ir.signals) {
      if (signal.category === 'register' || signal.category === 'input') this.state.set(signal, 0n);
      else if (signal.category !== 'instance-output') this.drivers.set(signal, driversOf(ir.body, signal));
    }
    for (const memory of ir.memories) {
      const { depth, initial = [], type } = memory;
      const words = Array.from({ length: depth }, (_, address) => BigInt.asUintN(type.width, initial[address] ?? 0n));
      this.memories.set(memory, words);
    }
  }

  /** Gives all registers their reset values. */
  reset(): void {
    for (const signal of this.ir.signals)
      if (signal.reset !== undefined) this.state.set(signal, BigInt.asUintN(signal.type.width, signal.reset));
    for (const inside of this.children.values()) inside.reset();
  }

  /** Something changed. */
  forget(): void {
    this.known.clear();
    for (const inside of this.children.values()) inside.forget();
  }

  read(signal: SignalIr): bigint {
    if (signal.category === 'input' && this.above !== undefined) {
      const { instance, inside } = this.above;
      return inside.read(instance.ports[this.ir.ports.indexOf(signal)]!);
    }
    if (signal.category === 'instance-output') {
      const instance = signal.instance!;
      return this.children.get(instance)!.read(instance.module.ports[instance.ports.indexOf(signal)]!);
    }
    const drivers = this.drivers.get(signal);
    if (drivers === undefined) return this.state.get(signal)!;
    let value = this.known.get(signal);
    if (value === undefined) {
      value = this.run(drivers, (target) => target === signal).assigned.get(signal)!;
      this.known.set(signal, value);
    }
    return value;
  }

  /** The edge of the clock. */
  edge(inReset: boolean): void {
    const commit = this.next();
    commit();
    if (inReset) this.reset();
  }

  /** What is to happen at the edge, here and below, from how things are now. */
  private next(): () => void {
    const inner = [...this.children.values()].map((inside) => inside.next());
    const { assigned, writes } = this.run(this.ir.body, (signal) => signal.category === 'register');
    const registers = [...assigned].filter(([{ enable }]) => enable === undefined || this.value(enable) === 1n);
    // A read that sees what is written comes after it.
    const late = this.ir.memories.flatMap(({ syncReads }) =>
      syncReads
        .filter(({ underWrite, output }) => underWrite === 'new' && assigned.has(output))
        .map(({ memory, address, output }) => ({ memory, output, address: Number(this.value(address)) })),
    );
    return () => {
      for (const [signal, value] of registers) this.state.set(signal, value);
      for (const { words, address, data, mask } of writes)
        if (address < words.length) words[address] = (words[address]! & ~mask) | (data & mask);
      for (const { memory, output, address } of late) this.state.set(output, this.memories.get(memory)![address]!);
      for (const commit of inner) commit();
    };
  }

  /** Executes statements, as far as they drive signals of some kind. */
  private run(
    statements: readonly Statement[],
    isDriven: (signal: SignalIr) => boolean = () => true,
  ): { readonly assigned: Map<SignalIr, bigint>; readonly writes: Write[] } {
    const assigned = new Map<SignalIr, bigint>();
    const writes: Write[] = [];
    const execute = (body: readonly Statement[]): void => {
      for (const statement of body) {
        switch (statement.kind) {
          case 'assign': {
            const { target, part, value } = statement;
            if (!isDriven(target)) break;
            const { high, low } = part ?? { high: target.type.width - 1, low: 0 };
            const mask = ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
            const old = assigned.get(target) ?? this.state.get(target) ?? 0n;
            assigned.set(target, (old & ~mask) | ((this.value(value) << BigInt(low)) & mask));
            break;
          }
          case 'write':
            writes.push(this.writeOf(statement));
            break;
          case 'check':
            break;
          case 'when': {
            const chosen = statement.branches.find(({ condition }) => this.value(condition) === 1n);
            execute(chosen?.body ?? statement.otherwise ?? []);
            break;
          }
          case 'switch': {
            const subject = this.value(statement.subject);
            const chosen = statement.cases.find(({ values }) => values.includes(subject));
            execute(chosen?.body ?? statement.otherwise ?? []);
          }
        }
      }
    };
    execute(statements);
    return { assigned, writes };
  }

  private writeOf({ memory, address, data, mask }: Extract<Statement, { kind: 'write' }>): Write {
    const bits = memory.maskWidth ?? memory.type.width;
    const lanes = mask === undefined ? -1n : this.value(mask);
    let selected = 0n;
    for (let lane = 0; lane * bits < memory.type.width; lane++)
      if ((lanes >> BigInt(lane)) & 1n) selected |= ((1n << BigInt(bits)) - 1n) << BigInt(lane * bits);
    const words = this.memories.get(memory)!;
    return { words, address: Number(this.value(address)), data: this.value(data), mask: selected };
  }

  /** The bit pattern of an expression, from how things are. */
  private value(expression: Expression): bigint {
    const known = this.known.get(expression);
    if (known !== undefined) return known;
    const result = BigInt.asUintN(expression.type.width, this.compute(expression));
    this.known.set(expression, result);
    return result;
  }

  /** An integer of which the low bits count. */
  private compute(expression: Expression): bigint {
    const operands = operandsOf(expression);
    const [a, b, c] = operands.map((operand) => this.value(operand)) as [bigint, bigint, bigint];
    switch (expression.op) {
      case 'literal':
        return expression.value;
      case 'signal':
        return this.read(expression.signal);
      case 'unary':
        return unary(expression.operator, a, operands[0]!.type.width);
      case 'binary':
        return binary(
          expression.operator,
          integerOf(operands[0]!, a),
          integerOf(operands[1]!, b),
          expression.type.width,
        );
      case 'mux':
        return a === 1n ? b : c;
      case 'concat':
        return expression.parts.reduce((high, part) => (high << BigInt(part.type.width)) | this.value(part), 0n);
      case 'slice':
        return (a >> BigInt(expression.low)) & ((1n << BigInt(expression.high - expression.low + 1)) - 1n);
      case 'extend':
        return integerOf(operands[0]!, a);
      case 'cast':
        return a;
      case 'read':
        return this.memories.get(expression.memory)![Number(a)] ?? 0n;
    }
  }
}

/** The statements that drive a signal, with the branches around them. */
function driversOf(statements: readonly Statement[], signal: SignalIr): Statement[] {
  return statements.filter((statement) => {
    if (statement.kind === 'assign') return statement.target === signal;
    if (statement.kind !== 'when' && statement.kind !== 'switch') return false;
    return bodiesOf(statement).some((body) => driversOf(body, signal).length > 0);
  });
}

/** A bit pattern as the integer that it means. */
function integerOf({ type }: Expression, bits: bigint): bigint {
  return type.kind === 'sint' ? BigInt.asIntN(type.width, bits) : bits;
}

function unary(operator: UnaryOperator, bits: bigint, width: number): bigint {
  const ones = bits.toString(2).replaceAll('0', '').length;
  switch (operator) {
    case 'not':
      return ~bits;
    case 'reduce-or':
      return BigInt(ones > 0);
    case 'reduce-and':
      return BigInt(ones === width);
    case 'reduce-xor':
      return BigInt(ones % 2);
  }
}

function binary(operator: BinaryOperator, a: bigint, b: bigint, width: number): bigint {
  switch (operator) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'eq':
      return BigInt(a === b);
    case 'ne':
      return BigInt(a !== b);
    case 'lt':
      return BigInt(a < b);
    case 'le':
      return BigInt(a <= b);
    case 'gt':
      return BigInt(a > b);
    case 'ge':
      return BigInt(a >= b);
    case 'shift-left':
      return b >= BigInt(width) ? 0n : a << b;
    case 'shift-right':
      return a >> (b > BigInt(width) ? BigInt(width) : b);
  }
}
