/**
 * Expressions of the checked IR to Verilog expressions.
 *
 * Every Verilog expression made here has, by itself, exactly the width and sign of the IR's: operands are extended in full
 * before an operator sees them, so Verilog's context rules never get to change a width. What Verilog can't write in place (a
 * slice of an operator's result) and what is named or used more than once becomes a wire.
 */
import type { CheckedModule } from '../ir/checked-module.ts';
import { rangeOf } from '../ir/ground-type.ts';
import { type Expression, type MemoryIr, operandsOf, type SignalIr } from '../ir/module-ir.ts';
import { uniqueName } from '../passes/unique-name.ts';
import type { Site } from '../source/site.ts';
import type { VBinaryOperator, VDeclaration, VExpression } from './ast.ts';
import { UnreadBits } from './unread-bits.ts';

const binaryText: Record<Extract<Expression, { op: 'binary' }>['operator'], VBinaryOperator> = {
  add: '+',
  sub: '-',
  mul: '*',
  and: '&',
  or: '|',
  xor: '^',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  'shift-left': '<<',
  'shift-right': '>>',
};

const opNames: Partial<Record<Expression['op'], string>> = {
  mux: 'choice',
  read: 'word',
  concat: 'bits',
  cast: 'value',
  extend: 'wide',
  slice: 'part',
};

/** Expressions within expressions; about four calls each. */
const MAX_DEPTH = 500;

export class ExpressionLowering {
  /** Wires in an order in which each reads only earlier ones. */
  readonly wires: VDeclaration[] = [];
  readonly unread = new UnreadBits();
  readonly memoriesRead = new Set<MemoryIr>();
  readonly taken: Set<string>;

  private readonly module: CheckedModule;
  private readonly uses: ReadonlyMap<Expression, number>;
  private readonly wireNames = new Map<Expression, string>();
  private readonly wiresDone = new Set<SignalIr>();

  /** `roots` are all the expressions that the module's items read: what they share becomes wires. */
  constructor(module: CheckedModule, roots: readonly Expression[]) {
    this.module = module;
    this.taken = new Set(module.names.taken);
    this.uses = countUses(roots);
    this.cutDeepChains(roots);
  }

  /**
   * Lowering recurses, and JavaScript's stack is finite: in a chain of logic deeper than any that a person writes, every
   * so often an expression becomes a wire, from the inputs on, so that what comes after finds it done.
   */
  private cutDeepChains(roots: readonly Expression[]): void {
    const depths = new Map<Expression, number>();
    const path = roots.map((expression) => ({ expression, entered: false }));
    for (let top = path.pop(); top !== undefined; top = path.pop()) {
      const { expression, entered } = top;
      if (depths.has(expression)) continue;
      const sources = this.sourcesOf(expression);
      if (!entered) {
        path.push({ expression, entered: true }, ...sources.map((source) => ({ expression: source, entered: false })));
        continue;
      }
      const depth = sources.reduce((deepest, source) => Math.max(deepest, depths.get(source)! + 1), 0);
      if (depth === MAX_DEPTH) this.wireOf(expression, 'deep');
      depths.set(expression, depth === MAX_DEPTH ? 0 : depth);
    }
  }

  /** What is lowered on the way to an expression: its operands, and the drivers of the wires that it reads. */
  private sourcesOf(expression: Expression): readonly Expression[] {
    if (expression.op !== 'signal') return operandsOf(expression);
    const { signal } = expression;
    const driver = signal.category === 'output' ? undefined : this.module.combinational.get(signal);
    return driver === undefined ? [] : [driver.value];
  }

  /** Declares the wire of a combinational signal, after the wires that it reads. */
  declareSignalWire(signal: SignalIr): void {
    if (this.wiresDone.has(signal)) return;
    this.wiresDone.add(signal);
    const name = this.signalName(signal);
    const { value, site } = this.module.combinational.get(signal)!;
    this.declareWire(signal, name, this.lower(value, name), site);
  }

  /** What to connect an instance's input to: a name or a number. Anything longer gets a wire, so that connections stay short. */
  instanceInput(signal: SignalIr): VExpression {
    const name = this.signalName(signal);
    const { value, site } = this.module.combinational.get(signal)!;
    if (!this.wiresDone.has(signal)) {
      const lowered = this.lower(value, name);
      if (lowered.kind === 'name' || lowered.kind === 'number') return lowered;
      this.wiresDone.add(signal);
      this.declareWire(signal, name, lowered, site);
    }
    this.unread.readAll(name);
    return { kind: 'name', name };
  }

  private declareWire(item: SignalIr | Expression, name: string, value: VExpression, site: Site): void {
    this.unread.declare(name, item.type.width);
    this.wires.push({ net: 'wire', shape: shapeOf(item), name, value, site });
  }

  signalName(signal: SignalIr): string {
    return this.module.names.signals.get(signal)!;
  }

  /** The expression in place, or the name of its wire. `consumer` is what it drives, and lends its name to unnamed wires. */
  lower(expression: Expression, consumer: string): VExpression {
    const constant = constantOf(expression);
    if (constant !== undefined && !this.module.names.expressions.has(expression)) return numberOf(expression, constant);
    if (expression.op === 'signal') {
      const name = this.readSignal(expression.signal);
      this.unread.readAll(name);
      return { kind: 'name', name };
    }
    if (!this.becomesWire(expression)) return this.inPlace(expression, consumer);
    const name = this.wireOf(expression, consumer);
    this.unread.readAll(name);
    return { kind: 'name', name };
  }

  private becomesWire(expression: Expression): boolean {
    if (this.wireNames.has(expression) || this.module.names.expressions.has(expression)) return true;
    if ((this.uses.get(expression) ?? 0) < 2) return false;
    // Repeating a choice of bits costs no hardware and reads better than one more name.
    const plain = expression.op === 'cast' || expression.op === 'slice' ? expression.operand : expression;
    return plain.op !== 'signal' && plain.op !== 'literal';
  }

  private wireOf(expression: Expression, consumer: string): string {
    let name = this.wireNames.get(expression);
    if (name === undefined) {
      const { expressions, hints } = this.module.names;
      const base = hints.get(expression) ?? `${consumer}_${opName(expression)}`;
      const value = this.inPlace(expression, expressions.get(expression) ?? consumer);
      name = expressions.get(expression) ?? uniqueName(base, this.taken);
      this.wireNames.set(expression, name);
      this.declareWire(expression, name, value, expression.site);
    }
    return name;
  }

  private readSignal(signal: SignalIr): string {
    if (signal.category === 'wire' || signal.category === 'instance-input') this.declareSignalWire(signal);
    return this.signalName(signal);
  }

  /** The name of an expression that Verilog must select bits of. */
  private nameOf(expression: Expression, consumer: string): string {
    if (expression.op === 'signal') return this.readSignal(expression.signal);
    if (expression.op === 'cast' && !this.becomesWire(expression)) return this.nameOf(expression.operand, consumer);
    return this.wireOf(expression, consumer);
  }

  private inPlace(expression: Expression, consumer: string): VExpression {
    const lower = (operand: Expression): VExpression => this.lower(operand, consumer);
    switch (expression.op) {
      case 'literal':
        return numberOf(expression, expression.value);
      case 'signal':
        return this.lower(expression, consumer);
      case 'unary': {
        const operand = lower(expression.operand);
        const operator = ({ not: '~', 'reduce-or': '|', 'reduce-and': '&', 'reduce-xor': '^' } as const)[
          expression.operator
        ];
        return {
          kind: 'unary',
          operator: operator === '~' && expression.type.kind === 'bool' ? '!' : operator,
          operand,
        };
      }
      case 'binary': {
        const certain = certainResult(expression);
        if (certain !== undefined) return numberOf(expression, certain);
        const [left, right] = [lower(expression.left), shiftAmount(expression) ?? lower(expression.right)];
        return { kind: 'binary', operator: binaryOperator(expression), left, right };
      }
      case 'mux':
        return {
          kind: 'ternary',
          condition: lower(expression.condition),
          whenTrue: lower(expression.whenTrue),
          whenFalse: lower(expression.whenFalse),
        };
      case 'concat':
        return { kind: 'concat', parts: expression.parts.map(lower) };
      case 'slice':
        return this.slice(expression, consumer);
      case 'extend':
        return this.extend(expression, consumer);
      case 'cast': {
        const signed = expression.type.kind === 'sint';
        if (signed === (expression.operand.type.kind === 'sint')) return lower(expression.operand);
        return { kind: 'sign', signed, operand: lower(expression.operand) };
      }
      case 'read':
        this.memoriesRead.add(expression.memory);
        return {
          kind: 'element',
          name: this.module.names.memories.get(expression.memory)!,
          index: lower(expression.address),
        };
    }
  }

  private slice(expression: Extract<Expression, { op: 'slice' }>, consumer: string): VExpression {
    const { operand, high, low } = expression;
    const constant = constantOf(expression);
    if (constant !== undefined) return numberOf(expression, constant);
    const name = this.nameOf(operand, consumer);
    this.unread.read(name, high, low);
    const part: VExpression = operand.type.width === 1 ? { kind: 'name', name } : { kind: 'slice', name, high, low };
    return expression.type.kind === 'sint' ? { kind: 'sign', signed: true, operand: part } : part;
  }

  private extend(expression: Extract<Expression, { op: 'extend' }>, consumer: string): VExpression {
    const { operand, type } = expression;
    const added = type.width - operand.type.width;
    const constant = constantOf(expression);
    if (constant !== undefined) return numberOf(expression, constant);
    if (type.kind !== 'sint') {
      return {
        kind: 'concat',
        parts: [{ kind: 'number', value: 0n, width: added, signed: false }, this.lower(operand, consumer)],
      };
    }
    const name = this.nameOf(operand, consumer);
    this.unread.readAll(name);
    const whole: VExpression = { kind: 'name', name };
    const top = operand.type.width - 1;
    const sign: VExpression = top === 0 ? whole : { kind: 'slice', name, high: top, low: top };
    const copies: VExpression = added === 1 ? sign : { kind: 'repeat', count: added, part: sign };
    return { kind: 'sign', signed: true, operand: { kind: 'concat', parts: [copies, whole] } };
  }
}

export function shapeOf(item: { readonly type: Expression['type'] }): { width: number; signed: boolean } {
  return { width: item.type.width, signed: item.type.kind === 'sint' };
}

function binaryOperator(expression: Extract<Expression, { op: 'binary' }>): VBinaryOperator {
  const { operator, type } = expression;
  if (type.kind === 'bool' && operator === 'and') return '&&';
  if (type.kind === 'bool' && operator === 'or') return '||';
  if (operator === 'shift-right' && type.kind === 'sint') return '>>>';
  return binaryText[operator];
}

/**
 * The result that no value of the operands can change: `x >= 0` of an unsigned x, a shift that leaves nothing. Parameters
 * make such expressions, and lint tools warn of them.
 */
function certainResult({ operator, left, right, type }: Extract<Expression, { op: 'binary' }>): bigint | undefined {
  if (operator === 'shift-left' || (operator === 'shift-right' && type.kind !== 'sint')) {
    const amount = constantOf(right);
    return amount !== undefined && amount >= BigInt(type.width) ? 0n : undefined;
  }
  const { low, high } = rangeOf(left.type);
  const isLeft = (limit: bigint): boolean => constantOf(left) === limit;
  const isRight = (limit: bigint): boolean => constantOf(right) === limit;
  switch (operator) {
    case 'lt':
      return isRight(low) || isLeft(high) ? 0n : undefined;
    case 'ge':
      return isRight(low) || isLeft(high) ? 1n : undefined;
    case 'gt':
      return isRight(high) || isLeft(low) ? 0n : undefined;
    case 'le':
      return isRight(high) || isLeft(low) ? 1n : undefined;
    default:
      return undefined;
  }
}

/** A constant amount of an arithmetic shift: beyond the width there is only sign, and tools refuse wide amounts. */
function shiftAmount({ operator, right, type }: Extract<Expression, { op: 'binary' }>): VExpression | undefined {
  const amount = operator === 'shift-left' || operator === 'shift-right' ? constantOf(right) : undefined;
  if (amount === undefined) return undefined;
  const value = amount < BigInt(type.width) ? amount : BigInt(type.width - 1);
  return { kind: 'number', value, width: Math.min(right.type.width, 32), signed: false };
}

/** The value of a literal, also when it is read as another type or in part. */
function constantOf(expression: Expression): bigint | undefined {
  if (expression.op === 'literal') return expression.value;
  if (expression.op !== 'cast' && expression.op !== 'slice' && expression.op !== 'extend') return undefined;
  const whole = constantOf(expression.operand);
  if (whole === undefined) return undefined;
  const bits = expression.op === 'slice' ? whole >> BigInt(expression.low) : whole;
  const { kind, width } = expression.type;
  return kind === 'sint' ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits);
}

function numberOf({ type }: Expression, value: bigint): VExpression {
  return { kind: 'number', value, width: type.width, signed: type.kind === 'sint' };
}

function opName(expression: Expression): string {
  if (expression.op === 'binary' || expression.op === 'unary') return expression.operator.replace('-', '_');
  return opNames[expression.op] ?? expression.op;
}

/** How often each expression is read by another expression or by an item of the module. */
function countUses(roots: readonly Expression[]): Map<Expression, number> {
  const uses = new Map<Expression, number>();
  const pending = [...roots];
  for (let expression = pending.pop(); expression !== undefined; expression = pending.pop()) {
    const count = uses.get(expression) ?? 0;
    uses.set(expression, count + 1);
    if (count > 0) continue;
    pending.push(...operandsOf(expression));
  }
  return uses;
}
