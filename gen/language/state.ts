/** Wires and registers. */
import { captureSite } from '../source/capture-site.ts';
import type { GroundType } from '../ir/ground-type.ts';
import { buildTree } from './aggregate.ts';
import { currentModule, type ModuleBuilder } from './module-builder.ts';
import { declareSignal, operand, Signal } from './signal.ts';
import type { DataType } from './types.ts';
import type { Drive, Val, Var } from './values.ts';

/** A combinational signal that is driven with `set`, once or under conditions that leave no gap. */
export function wire<const T extends DataType>(type: T): Var<T> {
  const builder = currentModule('wire()');
  const site = captureSite();
  const tree = buildTree(type, (ground, path) => {
    return declareSignal(builder, { category: 'wire', type: ground, site, fixedName: undefined, path });
  });
  return tree as unknown as Var<T>;
}

export interface RegisterOptions<T extends DataType> {
  /** Value that a synchronous reset gives; without it, reset does not touch the register, which starts with anything. */
  readonly reset?: Drive<T> | 0;
}

/**
 * A register: takes what `set` gives it at the rising edge of the clock, and keeps its value where nothing is set.
 * `reset: 0` clears every field of an aggregate.
 */
export function reg<const T extends DataType>(type: T, options: RegisterOptions<NoInfer<T>> = {}): Var<T> {
  const builder = currentModule('reg()');
  const site = captureSite();
  const tree = buildTree(type, (ground, path) => {
    const reset = options.reset === undefined ? undefined : resetValue(builder, options.reset, ground, path, site);
    return declareSignal(builder, {
      category: 'register',
      type: ground,
      site,
      fixedName: undefined,
      path,
      ...(reset === undefined ? {} : { reset }),
    });
  });
  return tree as unknown as Var<T>;
}

function resetValue(
  builder: ModuleBuilder,
  reset: unknown,
  type: GroundType,
  path: readonly string[],
  site: ReturnType<typeof captureSite>,
): bigint {
  const value = reset === 0 ? 0 : path.reduce<unknown>((tree, key) => (tree as Record<string, unknown>)[key], reset);
  const literal = operand(builder, value as number, type, site, 'reset');
  if (literal.op !== 'literal') throw new TypeError('reset: a reset value is a plain number, not a signal');
  return literal.value;
}

/** A constant of a given type, for where no other operand says the width. */
export function lit<const T extends Extract<DataType, { width: number }>>(
  type: T,
  value: Drive<T> & (number | bigint | boolean),
): Val<T> {
  const builder = currentModule('lit()');
  const site = captureSite();
  const ground: GroundType = { kind: type.kind, width: type.width };
  return new Signal(builder, operand(builder, value, ground, site, 'lit()')) as unknown as Val<T>;
}

/** A register that follows `value` one cycle behind. */
export function regNext<T extends DataType>(
  type: T,
  value: Drive<T>,
  options: RegisterOptions<NoInfer<T>> = {},
): Val<T> {
  const register = reg(type, options);
  register.set(value);
  return register as unknown as Val<T>;
}
