/** Wires and registers. */
import type { ClockDomain } from '../ir/clock-domain.ts';
import type { Expression } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { type GroundType, memberOf } from '../ir/ground-type.ts';
import { buildTree } from './aggregate.ts';
import { checkedDomain, requireReset } from './clock-domain.ts';
import { currentDomain, currentModule, type ModuleBuilder } from './module-builder.ts';
import { declareSignal, operand, type Operand, Signal } from './signal.ts';
import { checkCondition } from './type-checks.ts';
import { type DataType, groundOf, type HardwareType, requireData } from './types.ts';
import { typeOf } from './type-of.ts';
import type { BoolVal, Drive, TypeOf, Val, Var, Wires } from './values.ts';

/**
 * A combinational signal that is driven with `set`, once or under conditions that leave no gap. Of streams and of bundles
 * whose fields run both ways, everything is wires: `wire(Vec(4, Stream(UInt(8))))`.
 */
export function wire<const T extends DataType>(type: T): Var<T>;
export function wire<const T extends HardwareType>(type: T): Wires<T>;
export function wire(type: HardwareType): object {
  const builder = currentModule('wire()');
  const site = captureSite();
  const tree = buildTree(type, (ground, path) => {
    return declareSignal(builder, { category: 'wire', type: ground, site, fixedName: undefined, path });
  });
  return tree;
}

export interface RegisterOptions<T extends DataType> {
  /** Value that the reset of its domain gives; without it, reset does not touch the register, which starts with anything. */
  readonly reset?: Drive<T> | 0;
  /** `set()` counts only where this holds. Reset does not wait for it. */
  readonly enable?: BoolVal;
  /** The clock domain that it belongs to; by default the one around the call. */
  readonly domain?: ClockDomain;
}

/**
 * A register: takes what `set` gives it at the edge of its domain's clock, and keeps its value where nothing is set.
 * `reset: 0` clears every field of an aggregate.
 */
export function reg<const T extends DataType>(type: T, options: RegisterOptions<NoInfer<T>> = {}): Var<T> {
  const builder = currentModule('reg()');
  requireData(type, 'reg()');
  const site = captureSite();
  const domain = options.domain === undefined ? currentDomain(builder) : checkedDomain(options.domain);
  if (options.reset !== undefined) requireReset(builder, domain, 'a register', site);
  const enable = options.enable === undefined ? undefined : enableOf(builder, options.enable, site);
  const tree = buildTree(type, (ground, path) => {
    const reset = options.reset === undefined ? undefined : resetValue(builder, options.reset, ground, path, site);
    return declareSignal(builder, {
      category: 'register',
      type: ground,
      site,
      fixedName: undefined,
      path,
      domain,
      ...(reset === undefined ? {} : { reset }),
      ...(enable === undefined ? {} : { enable }),
    });
  });
  return tree as unknown as Var<T>;
}

function enableOf(builder: ModuleBuilder, enable: BoolVal, site: Site): Expression {
  const expression = operand(builder, enable as unknown as Operand, { kind: 'bool', width: 1 }, site, 'enable');
  checkCondition(builder, expression, site, 'enable');
  return expression;
}

function resetValue(
  builder: ModuleBuilder,
  reset: unknown,
  type: GroundType,
  path: readonly string[],
  site: Site,
): bigint {
  const value =
    reset === 0
      ? zeroOf(type)
      : path.reduce<unknown>((tree, key) => (tree as Record<string, unknown> | undefined)?.[key], reset);
  const literal = operand(builder, value as Operand, type, site, 'reset');
  if (literal.op !== 'literal') throw new TypeError('reset: a reset value is a plain number, not a signal');
  return literal.value;
}

/** What stands for all bits cleared; of an enum that is a member, if any has that pattern. */
function zeroOf(type: GroundType): Operand {
  return memberOf(type, 0n) ?? 0;
}

/** A constant of a given type, for where no other operand says the width. */
export function lit<const T extends Extract<DataType, { width: number }>>(
  type: T,
  value: Drive<T> & (number | bigint | boolean | string),
): Val<T> {
  const builder = currentModule('lit()');
  const site = captureSite();
  return new Signal(builder, operand(builder, value, groundOf(type), site, 'lit()')) as unknown as Val<T>;
}

/** A register that follows a value, of whatever type it is, one cycle behind. */
export function regNext<V extends object>(value: V, options: RegisterOptions<TypeOf<V>> = {}): Val<TypeOf<V>> {
  const type: DataType = typeOf(value);
  const register = reg(type, options as RegisterOptions<DataType>);
  register.set(value as Drive<DataType>);
  return register as unknown as Val<TypeOf<V>>;
}
