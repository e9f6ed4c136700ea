/**
 * The one run-time class behind every ground value: builds expressions, and refuses on the spot what doesn't fit. `values.ts`
 * tells the type checker which of its methods each hardware type has.
 */
import type { Diagnostic, DiagnosticCode } from '../diagnostics/diagnostic.ts';
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import { type GroundKind, type GroundType, groundTypeText, rangeOf, sameType } from '../ir/ground-type.ts';
import type { BinaryOperator, Expression, SignalIr, UnaryOperator } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { currentModule, keep, type ModuleBuilder, record } from './module-builder.ts';

export type Operand = Signal | number | bigint | boolean;

export class Signal {
  readonly expression: Expression;
  readonly owner: ModuleBuilder;

  constructor(owner: ModuleBuilder, expression: Expression) {
    this.owner = owner;
    this.expression = expression;
  }

  get type(): GroundType {
    return this.expression.type;
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
    if (expression.op === 'signal') expression.signal.fixedName = name;
    else expression.fixedName = name;
    return this;
  }

  set(value: Operand): void {
    const target = this.expression;
    const builder = currentModule('set()');
    const site = captureSite();
    const drivable = target.op === 'signal' && !['input', 'instance-output'].includes(target.signal.category);
    if (!drivable || this.owner !== builder) {
      report(builder, 'D004', site, {
        message:
          target.op !== 'signal'
            ? 'set() on the result of an operator, which already has its value'
            : this.owner !== builder
              ? `set() on a signal of module ${this.owner.ir.name} from inside module ${builder.ir.name}`
              : `set() on ${target.signal.category === 'input' ? 'an input port' : "an instance's output"}, which is driven from elsewhere`,
        related: [{ text: 'it is made', site: target.site }],
        fix: 'drive a wire, a register, an output port of this module or an input of an instance in it',
      });
      return;
    }
    const driver = operand(builder, value, this.type, site, 'set()');
    if (!sameType(driver.type, this.type)) {
      report(builder, 'W002', site, {
        message: `${groundTypeText(driver.type)} is driven into ${groundTypeText(this.type)}`,
        related: [
          { text: 'the target is declared', site: target.site },
          { text: 'the value is made', site: driver.site },
        ],
        fix: conversionHint(driver.type, this.type),
      });
      return;
    }
    record(builder, { kind: 'assign', target: target.signal, value: driver, site });
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
    return this.slice(index, index, bool);
  }
  bits(high: number, low: number): Signal {
    return this.slice(high, low, { kind: 'bits', width: high - low + 1 });
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
    return make(builder, { op: 'concat', parts: [self, zeros.expression], type, site }).cast(this.type.kind);
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

  private cast(kind: GroundKind): Signal {
    if (this.type.kind === kind) return this;
    const { builder, site, self } = this.begin('a cast');
    return make(builder, { op: 'cast', operand: self, type: { kind, width: this.width }, site });
  }

  private slice(high: number, low: number, type: GroundType): Signal {
    const { builder, site, self } = this.begin('a slice');
    if (!(Number.isInteger(high) && Number.isInteger(low) && 0 <= low && low <= high && high < this.width)) {
      throw fatal(
        'W004',
        site,
        `bits ${high} down to ${low} don't lie within ${groundTypeText(this.type)}`,
        `use bits from ${this.width - 1} down to 0`,
      );
    }
    return make(builder, { op: 'slice', operand: self, high, low, type, site });
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
  ): Signal {
    const { builder, site, self } = this.begin(what);
    if (other.type.kind !== this.type.kind) checkAlike(builder, what, self, other.expression, site);
    const width = widthFor(this.width, other.width);
    const [left, right] = [this.extend(width).expression, other.extend(width).expression];
    return make(builder, { op: 'binary', operator, left, right, type: { kind: this.type.kind, width }, site });
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
    const builder = currentModule(what);
    const site = captureSite();
    return { builder, site, self: operand(builder, this, this.type, site, what) };
  }
}

const bool: GroundType = { kind: 'bool', width: 1 };

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
    if (value.owner !== builder) {
      report(builder, 'H001', site, {
        message: `${what} in module ${builder.ir.name} reads a signal of module ${value.owner.ir.name}`,
        related: [{ text: 'the signal is made', site: value.expression.site }],
        fix: 'bring it in through a port',
      });
    }
    return value.expression;
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw fatal(
      'W003',
      site,
      `${what} is given ${value}, which is not a whole number that a double holds exactly`,
      'give a whole number, or a bigint',
    );
  }
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') {
    throw fatal(
      'W001',
      site,
      `${what} is given ${value === undefined ? 'undefined' : `a ${typeof value}`}`,
      'give a signal or a plain number',
    );
  }
  const number = BigInt(value);
  const { low, high } = rangeOf(shape);
  if (number < low || number > high) {
    report(builder, 'W003', site, {
      message: `${what}: ${number} does not fit ${groundTypeText(shape)}, which holds ${low} to ${high}`,
      related: [],
      fix: 'give a value in that range, or widen the signal',
    });
  }
  const bits = BigInt.asUintN(shape.width, number);
  const fitting = shape.kind === 'sint' ? BigInt.asIntN(shape.width, bits) : bits;
  return keep(builder, { op: 'literal', value: fitting, type: shape, site });
}

/** Conditions are one bit of type Bool. */
export function checkCondition(builder: ModuleBuilder, condition: Expression, site: Site, what: string): void {
  if (condition.type.kind === 'bool') return;
  report(builder, 'C001', site, {
    message: `${what} needs a Bool, and is given ${groundTypeText(condition.type)}`,
    related: [{ text: 'the value is made', site: condition.site }],
    fix: 'compare it: x.ne(0), or pick a bit: x.bit(0)',
  });
}

export function report(
  builder: ModuleBuilder,
  code: DiagnosticCode,
  site: Site,
  rest: Pick<Diagnostic, 'message' | 'related' | 'fix'>,
): void {
  builder.diagnostics.push({ code, site, ...rest });
}

/** An error after which nothing sensible can be built. */
export function fatal(code: DiagnosticCode, site: Site, message: string, fix: string): ElaborationError {
  return new ElaborationError([{ code, message, site, related: [], fix }]);
}

function checkAlike(builder: ModuleBuilder, what: string, left: Expression, right: Expression, site: Site): void {
  if (sameType(left.type, right.type)) return;
  report(builder, 'W001', site, {
    message: `${what} needs two values of one type, and is given ${groundTypeText(left.type)} and ${groundTypeText(right.type)}`,
    related: [
      { text: 'the first is made', site: left.site },
      { text: 'the second is made', site: right.site },
    ],
    fix: conversionHint(right.type, left.type),
  });
}

function conversionHint(from: GroundType, to: GroundType): string {
  const steps: string[] = [];
  if (from.width < to.width) steps.push(`.extend(${to.width})`);
  if (from.width > to.width) steps.push(`.trunc(${to.width})`);
  if (from.kind !== to.kind) {
    // No bits are known to be a member of an enum.
    if (to.kind === 'enum') return 'give one of its members, or a signal of the same enum';
    const cast = {
      uint: '.asUInt()',
      sint: '.asSInt()',
      bits: '.asBits()',
      bool: from.width === 1 || from.width > to.width ? '.bit(0)' : '.ne(0)',
    }[to.kind];
    if (to.kind === 'bool') return `make it one bit: x${cast}`;
    steps.push(cast);
  }
  const loses = from.width > to.width ? ', which drops the upper bits' : '';
  return `say how it is to fit: x${steps.join('')}${loses}; or change one of the declarations`;
}
