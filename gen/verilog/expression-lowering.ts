/**
 * Expressions of the checked IR to Verilog expressions.
 *
 * Every Verilog expression made here has, by itself, exactly the width and sign of the IR's: operands are extended in full
 * before an operator sees them, so Verilog's context rules never get to change a width. What Verilog can't write in place (a
 * slice of an operator's result) and what is named or used more than once becomes a wire.
 */
import type { CheckedModule } from '../ir/checked-module.ts';
import { type GroundType, rangeOf } from '../ir/ground-type.ts';
import { type Expression, type MemoryIr, operandsOf, type SignalIr } from '../ir/module-ir.ts';
import { uniqueName } from '../passes/unique-name.ts';
import type { Site } from '../source/site.ts';
import type { VBinaryOperator, VDeclaration, VExpression } from './ast.ts';
import { isPart, type Place, type Places } from './signal-places.ts';
import { EnumMembers } from './enum-members.ts';
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
  readonly members: EnumMembers;

  private readonly module: CheckedModule;
  private readonly places: Places;
  private readonly macroWords: ReadonlyMap<Expression, string>;
  private readonly netWidths = new Map<string, number>();
  private readonly signalsRead = new Set<SignalIr>();
  private readonly uses: ReadonlyMap<Expression, number>;
  private readonly wireNames = new Map<Expression, string>();
  private readonly wiresDone = new Set<SignalIr>();
  private readonly signalNames: ReadonlySet<string>;

  /**
   * `roots` are all the expressions that the module's items read: what they share becomes wires. `places` says where signals
   * stand that share a net; `taken` are the names that are used already; `macroWords` are nets that stand for reads.
   */
  constructor(
    module: CheckedModule,
    roots: readonly Expression[],
    places: Places,
    taken: Set<string>,
    macroWords: ReadonlyMap<Expression, string>,
  ) {
    this.module = module;
    this.macroWords = macroWords;
    this.places = places;
    this.taken = taken;
    this.members = new EnumMembers(taken);
    this.signalNames = new Set(module.names.signals.values());
    this.uses = countUses(roots);
    for (const expression of this.uses.keys()) if (expression.op === 'signal') this.signalsRead.add(expression.signal);
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
    const isPort = signal.category === 'output' && !isPart(signal, this.placeOf(signal));
    const driver = isPort ? undefined : this.module.combinational.get(signal);
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

  /** Keeps account of what is read of a net. */
  declareNet(name: string, width: number): void {
    this.netWidths.set(name, width);
    this.unread.declare(name, width);
  }

  widthOf(net: string): number | undefined {
    return this.netWidths.get(net);
  }

  /** The value of a signal that is driven together with others, as part of their net. */
  partOf(signal: SignalIr): VExpression {
    const { value } = this.module.combinational.get(signal)!;
    const name = this.signalName(signal);
    if (!this.signalsRead.has(signal) || value.op === 'signal') return this.lower(value, name);
    this.declareSignalWire(signal);
    this.unread.readAll(name);
    return { kind: 'name', name };
  }

  /**
   * What to connect an instance's input to: a name, a number or a part of a packed port. Anything longer gets a wire called
   * `net`, so that connections stay short.
   */
  instanceInput(signal: SignalIr, net: string): VExpression {
    let name = this.signalName(signal);
    const { value, site } = this.module.combinational.get(signal)!;
    if (!this.wiresDone.has(signal)) {
      const lowered = this.lower(value, name);
      if (lowered.kind === 'name' || lowered.kind === 'number') return lowered;
      if (value.op === 'signal') return lowered.kind === 'sign' ? lowered.operand : lowered;
      this.wiresDone.add(signal);
      name = net;
      this.declareWire(signal, name, lowered, site);
    }
    this.unread.readAll(name);
    return { kind: 'name', name };
  }

  /** Declares a wire of many signals side by side, of which `first` is one. */
  declareVector({ name, width }: { name: string; width: number }, value: VExpression, first: SignalIr): VExpression {
    const { site } = this.module.combinational.get(first)!;
    this.declareNet(name, width);
    this.wires.push({ net: 'wire', shape: { width, signed: false }, name, value, site });
    this.unread.readAll(name);
    return { kind: 'name', name };
  }

  /** What to connect a pin to: a name, a number or some bits of a net; anything longer gets a wire called `net`. */
  connection(expression: Expression, net: string): VExpression {
    const lowered = this.lower(expression, net);
    if (lowered.kind === 'name' || lowered.kind === 'number' || lowered.kind === 'slice') return lowered;
    const name = uniqueName(net, this.taken);
    this.declareWire(expression, name, lowered, expression.site);
    this.unread.readAll(name);
    return { kind: 'name', name };
  }

  private declareWire(item: SignalIr | Expression, name: string, value: VExpression, site: Site): void {
    this.declareNet(name, item.type.width);
    // As the whole value of unsigned bits, a name needs no word about its sign.
    const plain = value.kind === 'sign' && !value.signed && value.operand.kind === 'name' ? value.operand : value;
    this.wires.push({ net: 'wire', shape: shapeOf(item), name, value: plain, site });
  }

  signalName(signal: SignalIr): string {
    return this.module.names.signals.get(signal)!;
  }

  /** The expression in place, or the name of its wire. `consumer` is what it drives, and lends its name to unnamed wires. */
  lower(expression: Expression, consumer: string): VExpression {
    const constant = constantOf(expression);
    if (constant !== undefined && !this.module.names.expressions.has(expression))
      return this.constant(expression.type, constant);
    if (expression.op === 'signal') {
      const place = this.readSignal(expression.signal);
      const bits = this.select(place, expression.type.width - 1, 0);
      return bits.kind === 'slice' && expression.type.kind === 'sint'
        ? { kind: 'sign', signed: true, operand: bits }
        : bits;
    }
    return this.becomesWire(expression) ? this.readWire(expression, consumer) : this.inPlace(expression, consumer);
  }

  /** A constant as a number, or as the name of an enum's member. */
  constant(type: GroundType, value: bigint): VExpression {
    const name = this.members.nameOf(type, value);
    return name === undefined ? numberOf({ type }, value) : { kind: 'name', name };
  }

  /**
   * What chooses a word of a memory. A sum has a wire of its own: Icarus Verilog would take its carry for a bit of the address.
   */
  index(address: Expression, consumer: string): VExpression {
    const lowered = this.lower(address, consumer);
    return hasArithmetic(lowered) ? this.readWire(address, consumer) : lowered;
  }

  private readWire(expression: Expression, consumer: string): VExpression {
    const name = this.wireOf(expression, consumer);
    this.unread.readAll(name);
    return { kind: 'name', name };
  }

  private becomesWire(expression: Expression): boolean {
    if (this.wireNames.has(expression) || this.module.names.expressions.has(expression)) return true;
    // Icarus Verilog writes code that it can't run where such a word stands in a shift.
    if (expression.op === 'read' && readsNothing(expression.address)) return true;
    if ((this.uses.get(expression) ?? 0) < 2) return false;
    // Repeating a choice of bits costs no hardware and reads better than one more name.
    const plain = expression.op === 'cast' || expression.op === 'slice' ? expression.operand : expression;
    return plain.op !== 'signal' && plain.op !== 'literal';
  }

  private wireOf(expression: Expression, consumer: string): string {
    let name = this.wireNames.get(expression);
    if (name === undefined) {
      const { expressions, hints } = this.module.names;
      const hint = hints.get(expression) ?? consumer;
      // What stands within the description of a signal is no second signal of that name.
      const base = hints.has(expression) && !this.signalNames.has(hint) ? hint : `${hint}_${opName(expression)}`;
      const value = this.inPlace(expression, expressions.get(expression) ?? consumer);
      name = expressions.get(expression) ?? uniqueName(base, this.taken);
      this.wireNames.set(expression, name);
      this.declareWire(expression, name, value, expression.site);
    }
    return name;
  }

  private placeOf(signal: SignalIr): Place {
    const place = this.places.get(signal);
    return place ?? { net: this.signalName(signal), low: 0, width: signal.type.width };
  }

  private readSignal(signal: SignalIr): Place {
    const place = this.placeOf(signal);
    const driven = signal.category === 'instance-input' || (signal.category === 'output' && isPart(signal, place));
    if (signal.category !== 'wire' && !driven) return place;
    // What drives one element of a port may depend on another: as one net, the port would depend on itself.
    const { value } = this.module.combinational.get(signal)!;
    if (isPart(signal, place) && value.op === 'signal') return this.readSignal(value.signal);
    this.declareSignalWire(signal);
    return { net: this.signalName(signal), low: 0, width: signal.type.width };
  }

  /** Where an expression stands that Verilog must select bits of. */
  private netOf(expression: Expression, consumer: string): Place {
    if (expression.op === 'signal') return this.readSignal(expression.signal);
    if (expression.op === 'cast' && !this.becomesWire(expression)) return this.netOf(expression.operand, consumer);
    return { net: this.wireOf(expression, consumer), low: 0, width: expression.type.width };
  }

  /** Bits of a place, counted from its own lowest. */
  private select({ net, low, width }: Place, high: number, lowest: number): VExpression {
    if (high - lowest + 1 === width) {
      this.unread.readAll(net);
      return { kind: 'name', name: net };
    }
    this.unread.read(net, low + high, low + lowest);
    return { kind: 'slice', name: net, high: low + high, low: low + lowest };
  }

  private inPlace(expression: Expression, consumer: string): VExpression {
    const lower = (operand: Expression): VExpression => this.lower(operand, consumer);
    switch (expression.op) {
      case 'literal':
        return this.constant(expression.type, expression.value);
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
        const [left, right] = [lower(expression.left), constantAmount(expression) ?? lower(expression.right)];
        return { kind: 'binary', operator: binaryOperator(expression), left, right };
      }
      case 'mux':
        if (expression.whenTrue === expression.whenFalse) return lower(expression.whenTrue);
        return {
          kind: 'ternary',
          condition: lower(expression.condition),
          whenTrue: lower(expression.whenTrue),
          whenFalse: lower(expression.whenFalse),
        };
      case 'concat':
        return this.concat(expression, consumer);
      case 'slice':
        return this.slice(expression, consumer);
      case 'extend':
        return this.extend(expression, consumer);
      case 'cast': {
        const signed = expression.type.kind === 'sint';
        if (signed === (expression.operand.type.kind === 'sint')) return lower(expression.operand);
        const operand = lower(expression.operand);
        // Slices have no sign until they are given one.
        return operand.kind === 'sign' && operand.operand.kind === 'slice'
          ? operand.operand
          : { kind: 'sign', signed, operand };
      }
      case 'read': {
        this.memoriesRead.add(expression.memory);
        const word = this.macroWords.get(expression);
        if (word !== undefined) {
          this.unread.readAll(word);
          return { kind: 'name', name: word };
        }
        return {
          kind: 'element',
          name: this.module.names.memories.get(expression.memory)!,
          index: this.index(expression.address, consumer),
        };
      }
    }
  }

  private concat({ parts }: Extract<Expression, { op: 'concat' }>, consumer: string): VExpression {
    const [first, ...others] = parts.map((part) => this.lower(part, consumer)) as [VExpression, ...VExpression[]];
    if (others.length > 0 && parts.every((part) => part === parts[0]))
      return { kind: 'repeat', count: parts.length, part: first };
    if (others.length > 0) return { kind: 'concat', parts: [first, ...others] };
    return parts[0]!.type.kind === 'sint' ? { kind: 'sign', signed: false, operand: first } : first;
  }

  private slice(expression: Extract<Expression, { op: 'slice' }>, consumer: string): VExpression {
    const { operand, high, low } = expression;
    const constant = constantOf(expression);
    if (constant !== undefined) return numberOf(expression, constant);
    const part = this.select(this.netOf(operand, consumer), high, low);
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
    const net = this.netOf(operand, consumer);
    const top = operand.type.width - 1;
    const whole = this.select(net, top, 0);
    const sign = this.select(net, top, top);
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

/** The amount of a shift where it is constant: beyond the width there is only sign, and tools refuse wide amounts. */
function constantAmount({ operator, right, type }: Extract<Expression, { op: 'binary' }>): VExpression | undefined {
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

function numberOf({ type }: { readonly type: GroundType }, value: bigint): VExpression {
  return { kind: 'number', value, width: type.width, signed: type.kind === 'sint' };
}

/** Whether the width of an expression is that of a sum or a product in it. */
function hasArithmetic(expression: VExpression): boolean {
  switch (expression.kind) {
    case 'binary':
      return (
        ['+', '-', '*'].includes(expression.operator) ||
        hasArithmetic(expression.left) ||
        hasArithmetic(expression.right)
      );
    case 'ternary':
      return hasArithmetic(expression.whenTrue) || hasArithmetic(expression.whenFalse);
    case 'unary':
    case 'sign':
      return hasArithmetic(expression.operand);
    default:
      return false;
  }
}

function opName(expression: Expression): string {
  if (expression.op === 'binary' || expression.op === 'unary') return expression.operator.replace('-', '_');
  return opNames[expression.op] ?? expression.op;
}

/** Whether an expression has one value only. */
function readsNothing(expression: Expression): boolean {
  return expression.op !== 'signal' && expression.op !== 'read' && operandsOf(expression).every(readsNothing);
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
