/**
 * The one run-time class behind every ground value: builds expressions, and refuses on the spot what doesn't fit. `values.ts`
 * tells the type checker which of its methods each hardware type has.
 */
import { type GroundKind, type GroundType, groundTypeText, sameType } from '../ir/ground-type.ts';
import type { BinaryOperator, Expression, SignalIr, UnaryOperator } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { bitsFor } from './bits-for.ts';
import { deliver, type Delivery, type Destination, isWhole, partOf, signalOf, wholeOf } from './destination.ts';
import { literal } from './literal.ts';
import { currentModule, keep, type ModuleBuilder } from './module-builder.ts';
import { fatal, report } from './report.ts';
import { checkAlike, checkCondition, conversionHint } from './type-checks.ts';

/** A signal, or a plain value that stands for one: a string for the member of an enum. */
export type Operand = Signal | number | bigint | boolean | string;

/** An expression that is made when it is first read: what is only driven needs none. */
export interface Deferred {
  readonly type: GroundType;
  readonly build: () => Expression;
}

export class Signal {
  readonly owner: ModuleBuilder;
  readonly type: GroundType;
  private source: Expression | Deferred;
  private readonly target: Destination | undefined;

  /** `target` is what `set()` drives; of an expression that is a signal, that signal. */
  constructor(owner: ModuleBuilder, source: Expression | Deferred, target?: Destination) {
    this.owner = owner;
    this.type = source.type;
    this.source = source;
    this.target = target;
  }

  get expression(): Expression {
    if ('build' in this.source) this.source = this.source.build();
    return this.source;
  }

  get destination(): Destination | undefined {
    if (this.target !== undefined || 'build' in this.source || this.source.op !== 'signal') return this.target;
    return wholeOf(this.source.signal);
  }

  get width(): number {
    return this.type.width;
  }

  named(name: string): this {
    const { expression } = this;
    if (
      expression.op === 'signal' &&
      (expression.signal.category === 'input' || expression.signal.category === 'output')
    ) {
      // A port's name is its key: what is named is the value read from it.
      const { builder, site } = this.begin('named()');
      return make(builder, { op: 'cast', operand: expression, type: this.type, site, fixedName: name }) as this;
    }
    const named = expression.op === 'signal' ? expression.signal : expression;
    named.fixedName = name;
    named.namedAt = captureSite();
    return this;
  }

  /** Whether the module that it belongs to can drive it. */
  get isDrivable(): boolean {
    const { destination } = this;
    return destination !== undefined && !['input', 'instance-output'].includes(signalOf(destination).category);
  }

  set(value: Operand): void {
    const builder = currentModule('set()');
    const site = captureSite();
    deliver(builder, this.accept(builder, value, site), site);
  }

  /** What `set(value)` is to deliver: nothing, where that is refused. */
  accept(builder: ModuleBuilder, value: Operand, site: Site): Delivery[] {
    const { destination } = this;
    if (destination === undefined || !this.isDrivable || this.owner !== builder) {
      const part = destination === undefined || isWhole(destination) ? '' : 'a part of ';
      report(builder, 'D004', site, {
        message:
          destination === undefined
            ? 'set() on the result of an operator, which already has its value'
            : this.owner !== builder
              ? `set() on a signal of module ${this.owner.ir.name} from inside module ${builder.ir.name}`
              : `set() on ${part}${signalOf(destination).category === 'input' ? 'an input port' : "an instance's output"}, which is driven from elsewhere`,
        related: [{ text: 'it is made', site: this.declarationSite }],
        fix: 'drive a wire, a register, an output port of this module or an input of an instance in it',
      });
      return [];
    }
    const driver = operand(builder, value, this.type, site, 'set()');
    if (!sameType(driver.type, this.type)) {
      report(builder, 'W002', site, {
        message: `${groundTypeText(driver.type)} is driven into ${groundTypeText(this.type)}`,
        related: [
          { text: 'the target is declared', site: this.declarationSite },
          { text: 'the value is made', site: driver.site },
        ],
        fix: conversionHint(driver.type, this.type),
      });
      return [];
    }
    return [{ destination, value: driver }];
  }

  /** Where the signal that `set()` drives is declared; of other values, where they are made. */
  private get declarationSite(): Site {
    return this.destination === undefined ? this.expression.site : signalOf(this.destination).site;
  }

  add(other: Operand): Signal {
    return this.sameWidth('add', other, this.type);
  }
  sub(other: Operand): Signal {
    return this.sameWidth('sub', other, this.type);
  }
  and(other: Operand): Signal {
    return this.sameWidth('and', other, this.type);
  }
  or(other: Operand): Signal {
    return this.sameWidth('or', other, this.type);
  }
  xor(other: Operand): Signal {
    return this.sameWidth('xor', other, this.type);
  }
  eq(other: Operand): Signal {
    return this.sameWidth('eq', other, bool);
  }
  ne(other: Operand): Signal {
    return this.sameWidth('ne', other, bool);
  }
  lt(other: Operand): Signal {
    return this.sameWidth('lt', other, bool);
  }
  le(other: Operand): Signal {
    return this.sameWidth('le', other, bool);
  }
  gt(other: Operand): Signal {
    return this.sameWidth('gt', other, bool);
  }
  ge(other: Operand): Signal {
    return this.sameWidth('ge', other, bool);
  }
  isOneOf(first: Operand, ...rest: Operand[]): Signal {
    return rest.reduce<Signal>((some, each) => some.or(this.eq(each)), this.eq(first));
  }
  not(): Signal {
    return this.unary('not', 'not()', this.type);
  }
  orReduce(): Signal {
    return this.unary('reduce-or', 'orReduce()', bool);
  }
  andReduce(): Signal {
    return this.unary('reduce-and', 'andReduce()', bool);
  }
  xorReduce(): Signal {
    return this.unary('reduce-xor', 'xorReduce()', bool);
  }

  addFull(other: Signal): Signal {
    return this.extended('add', 'addFull()', other, (a, b) => Math.max(a, b) + 1);
  }
  /** Below zero, the difference of two unsigned values is negative: the result has a sign. */
  subFull(other: Signal): Signal {
    return this.extended('sub', 'subFull()', other, (a, b) => Math.max(a, b) + 1, 'sint');
  }
  mul(other: Signal): Signal {
    return this.extended('mul', 'mul()', other, (a, b) => a + b);
  }

  mux(whenTrue: Operand, whenFalse: Operand): Signal {
    const { builder, site, self } = this.begin('mux()');
    const shape = [whenTrue, whenFalse].find((value) => value instanceof Signal)?.type;
    if (shape === undefined) {
      throw fatal(
        'W001',
        site,
        'mux() between two plain values has no width',
        'make one of them a signal: lit(UInt(4), 3)',
      );
    }
    const onTrue = operand(builder, whenTrue, shape, site, 'mux()');
    const onFalse = operand(builder, whenFalse, shape, site, 'mux()');
    checkAlike(builder, 'mux()', onTrue, onFalse, site);
    checkCondition(builder, self, site, 'mux()');
    return make(builder, { op: 'mux', condition: self, whenTrue: onTrue, whenFalse: onFalse, type: onTrue.type, site });
  }

  bit(index: number): Signal {
    return this.part(index, index, bool);
  }
  bits(high: number, low: number): Signal {
    return this.part(high, low, { kind: 'bits', width: high - low + 1 });
  }

  /** The bit that a signal chooses; beyond the width there is 0 to read, and nothing to drive. */
  at(index: Signal): Signal {
    const { builder, site } = this.enter('at()');
    const choice = { index: indexOperand(builder, index, this.width, 'bits', site) };
    const { owner, destination, width } = this;
    const build = (): Expression => {
      const whole: GroundType = { kind: 'bits', width };
      const operand: Expression =
        this.type.kind === 'sint'
          ? keep(owner, { op: 'cast', operand: this.expression, type: whole, site, anonymous: true })
          : this.expression;
      const shifted = keep(owner, {
        op: 'binary',
        operator: 'shift-right',
        left: operand,
        right: choice.index,
        type: operand.type,
        site,
        anonymous: true,
      });
      return keep(owner, { op: 'slice', operand: shifted, high: 0, low: 0, type: bool, site });
    };
    const bits = destination && Array.from({ length: width }, (_, position) => partOf(destination, position, position));
    return new Signal(owner, { type: bool, build }, bits && { kind: 'chosen', choice, alternatives: bits });
  }

  extend(width: number): Signal {
    const { builder, site, self } = this.begin('extend()');
    if (!Number.isInteger(width))
      throw fatal('W004', site, `extend(${width}) of ${groundTypeText(this.type)}`, 'give a whole number');
    if (width < this.width) {
      report(builder, 'W004', site, {
        message: `extend(${width}) of ${groundTypeText(this.type)} would make it narrower`,
        related: [{ text: 'the value is made', site: self.site }],
        fix: `use trunc(${width}) if the upper bits may go`,
      });
    }
    if (width <= this.width) return this;
    return make(builder, { op: 'extend', operand: self, type: { kind: this.type.kind, width }, site });
  }

  trunc(width: number): Signal {
    if (width > this.width) {
      const { builder, site, self } = this.begin('trunc()');
      report(builder, 'W004', site, {
        message: `trunc(${width}) of ${groundTypeText(this.type)} would make it wider`,
        related: [{ text: 'the value is made', site: self.site }],
        fix: `use extend(${width})`,
      });
    }
    return width >= this.width ? this : this.slice(width - 1, 0, { kind: this.type.kind, width });
  }

  shl(amount: number): Signal {
    if (amount === 0) return this;
    const { builder, site, self } = this.begin('shl()');
    if (!Number.isInteger(amount) || amount < 0) {
      throw fatal(
        'W004',
        site,
        `shl(${amount}) of ${groundTypeText(this.type)}`,
        'give a whole number from 0; shiftLeft() takes a signal, shr() goes the other way',
      );
    }
    const zeros = make(builder, { op: 'literal', value: 0n, type: { kind: 'bits', width: amount }, site });
    const type = { kind: 'bits', width: this.width + amount } as const;
    return make(builder, { op: 'concat', parts: [self, zeros.expression], type, site }).readAs({
      ...this.type,
      width: type.width,
    });
  }

  shr(amount: number): Signal {
    return amount === 0
      ? this
      : this.slice(this.width - 1, amount, { kind: this.type.kind, width: this.width - amount });
  }

  shiftLeft(amount: Signal): Signal {
    return this.shiftBy('shift-left', amount);
  }
  shiftRight(amount: Signal): Signal {
    return this.shiftBy('shift-right', amount);
  }

  asUInt(): Signal {
    return this.cast('uint');
  }
  asSInt(): Signal {
    return this.cast('sint');
  }
  asBits(): Signal {
    return this.cast('bits');
  }

  /** `signal + 1` and `${signal}` are JavaScript at elaboration time: there is no value yet. (`if (signal)` asks nothing of it.) */
  [Symbol.toPrimitive](): never {
    throw fatal(
      'C003',
      captureSite(),
      'a signal is used as a plain JavaScript value, but it has one only when the hardware runs',
      'use when(), mux() or the operators of the signal: a.add(b), a.eq(b)',
    );
  }

  /** The same bits as a value of another type of the same width. */
  readAs(type: GroundType): Signal {
    if (sameType(this.type, type)) return this;
    const { builder, site, self } = this.begin('a cast');
    return make(builder, { op: 'cast', operand: self, type, site });
  }

  private cast(kind: Exclude<GroundKind, 'enum'>): Signal {
    return this.readAs({ kind, width: this.width });
  }

  private slice(high: number, low: number, type: GroundType): Signal {
    const { builder, site } = this.enter('a slice');
    this.checkSlice(high, low, site);
    return make(builder, { op: 'slice', operand: this.expression, high, low, type, site });
  }

  private checkSlice(high: number, low: number, site: Site): void {
    if (!(Number.isInteger(high) && Number.isInteger(low) && 0 <= low && low <= high && high < this.width)) {
      throw fatal(
        'W004',
        site,
        `bits ${high} down to ${low} don't lie within ${groundTypeText(this.type)}`,
        `use bits from ${this.width - 1} down to 0`,
      );
    }
  }

  /** Bits of a value; where it can be driven, so can they, and what is driven alone is not read. */
  private part(high: number, low: number, type: GroundType): Signal {
    const { destination, owner } = this;
    if (destination === undefined) return this.slice(high, low, type);
    const { site } = this.enter('a slice');
    this.checkSlice(high, low, site);
    const build = (): Expression => keep(owner, { op: 'slice', operand: this.expression, high, low, type, site });
    return new Signal(owner, { type, build }, partOf(destination, high, low));
  }

  private unary(operator: UnaryOperator, what: string, type: GroundType): Signal {
    const { builder, site, self } = this.begin(what);
    return make(builder, { op: 'unary', operator, operand: self, type, site });
  }

  private sameWidth(operator: BinaryOperator, other: Operand, type: GroundType): Signal {
    const { builder, site, self } = this.begin(`${operator}()`);
    const right = operand(builder, other, this.type, site, `${operator}()`);
    checkAlike(builder, `${operator}()`, self, right, site);
    return make(builder, { op: 'binary', operator, left: self, right, type, site });
  }

  private extended(
    operator: BinaryOperator,
    what: string,
    other: Signal,
    widthFor: (a: number, b: number) => number,
    kind = this.type.kind as 'uint' | 'sint',
  ): Signal {
    const { builder, site, self } = this.begin(what);
    if (!(other instanceof Signal)) {
      throw fatal(
        'W001',
        site,
        `${what} is given ${String(other)}, whose width nothing says`,
        'make a signal of it: lit(UInt(4), 3)',
      );
    }
    if (other.type.kind !== this.type.kind) checkAlike(builder, what, self, other.expression, site);
    const width = widthFor(this.width, other.width);
    const [left, right] = [this, other].map((each) => each.extend(width).cast(kind).expression) as [
      Expression,
      Expression,
    ];
    return make(builder, { op: 'binary', operator, left, right, type: { kind, width }, site });
  }

  private shiftBy(operator: BinaryOperator, amount: Signal): Signal {
    const { builder, site, self } = this.begin('a shift');
    if (!(amount instanceof Signal))
      throw fatal(
        'W001',
        site,
        `a shift by ${String(amount)} needs no signal`,
        `use shl(${String(amount)}) or shr(${String(amount)})`,
      );
    const right = operand(builder, amount, amount.type, site, 'a shift');
    if (right.type.kind !== 'uint') {
      report(builder, 'W001', site, {
        message: `a shift needs an amount of type UInt, and is given ${groundTypeText(right.type)}`,
        related: [{ text: 'the amount is made', site: right.site }],
        fix: 'use asUInt() on the amount',
      });
    }
    return make(builder, { op: 'binary', operator, left: self, right, type: this.type, site });
  }

  private begin(what: string): { builder: ModuleBuilder; site: Site; self: Expression } {
    return { ...this.enter(what), self: this.expression };
  }

  /** Checks that an operator is this value's to have, without reading it yet. */
  private enter(what: string): { builder: ModuleBuilder; site: Site } {
    const builder = currentModule(what);
    const site = captureSite();
    if (this.type.kind === 'enum' && !enumOperators.has(what)) {
      throw fatal(
        'E002',
        site,
        `${what} of ${groundTypeText(this.type)}: the members of an enum are no numbers`,
        'compare it with eq(), ne() or isOneOf(); for its bit pattern use asUInt() or asBits()',
      );
    }
    if (numberOperators.has(what) && this.type.kind !== 'uint' && this.type.kind !== 'sint') {
      throw fatal(
        'W006',
        site,
        `${what} of ${groundTypeText(this.type)}, which is no number`,
        'say how its bits are to be read: asUInt() or asSInt()',
      );
    }
    checkOwner(builder, this, site, what);
    return { builder, site };
  }
}

const bool: GroundType = { kind: 'bool', width: 1 };
/** What only numbers have. */
const numberOperators: ReadonlySet<string> = new Set(
  ['add', 'sub', 'addFull', 'subFull', 'mul', 'lt', 'le', 'gt', 'ge'].map((operator) => `${operator}()`),
);
/** What can be done with a value of an enum. A mux() on it has a message of its own. */
const enumOperators: ReadonlySet<string> = new Set(['named()', 'eq()', 'ne()', 'mux()', 'a cast']);

/** Puts an expression into the module under elaboration. */
export function make(builder: ModuleBuilder, expression: Expression): Signal {
  return new Signal(builder, keep(builder, expression));
}

/** Declares a signal in the module under elaboration, and gives it for reading and, where its category allows, driving. */
export function declareSignal(builder: ModuleBuilder, signal: SignalIr): Signal {
  builder.ir.signals.push(signal);
  return make(builder, { op: 'signal', signal, type: signal.type, site: signal.site });
}

/** A signal or plain value as an expression; a plain value takes the type `shape` and must fit it. */
export function operand(
  builder: ModuleBuilder,
  value: Operand,
  shape: GroundType,
  site: Site,
  what: string,
): Expression {
  if (value instanceof Signal) {
    checkOwner(builder, value, site, what);
    return value.expression;
  }
  return literal(builder, value, shape, site, what);
}

function checkOwner(builder: ModuleBuilder, value: Signal, site: Site, what: string): void {
  if (value.owner === builder) return;
  report(builder, 'H001', site, {
    message: `${what} in module ${builder.ir.name} reads a signal of module ${value.owner.ir.name}`,
    related: [{ text: 'the signal is made', site: value.expression.site }],
    fix: 'bring it in through a port',
  });
}

/** What chooses one of `count` elements: exactly as wide as that takes. */
export function indexOperand(
  builder: ModuleBuilder,
  index: Signal,
  count: number,
  what: string,
  site: Site,
): Expression {
  const expected = bitsFor(count);
  if (!(index instanceof Signal)) {
    throw fatal(
      'W001',
      site,
      `at() is given ${typeof index === 'object' ? 'no signal' : String(index)}, and needs an index of type UInt(${expected})`,
      what === 'bits' ? 'for a fixed bit use bit(number)' : 'for a fixed element use [number]',
    );
  }
  if (index.type.kind !== 'uint' || index.width !== expected) {
    throw fatal(
      'W001',
      site,
      `at() of ${count} ${what} needs an index of type UInt(${expected}), and is given ${groundTypeText(index.type)}`,
      `use extend(${expected}) or trunc(${expected}) on the index`,
    );
  }
  return operand(builder, index, index.type, site, 'at()');
}
