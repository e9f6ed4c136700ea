/** Plain values as expressions of a type. */
import { type GroundType, groundTypeText, rangeOf } from '../ir/ground-type.ts';
import type { Expression } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import { closest } from '../diagnostics/closest.ts';
import { keep, type ModuleBuilder } from './module-builder.ts';
import { fatal, report } from './report.ts';

/** What a number, a boolean or, for an enum, the name of a member is as a value of type `shape`, which it must fit. */
export function literal(
  builder: ModuleBuilder,
  value: unknown,
  shape: GroundType,
  site: Site,
  what: string,
): Expression {
  if (shape.kind === 'enum') return member(builder, value, shape, site, what);
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

/** The member of an enum that a plain value names. */
function member(builder: ModuleBuilder, value: unknown, type: GroundType, site: Site, what: string): Expression {
  const { members, site: declared } = type.enumeration!;
  const pattern = typeof value === 'string' ? members.get(value) : undefined;
  if (pattern === undefined) {
    const names = [...members.keys()];
    const close = typeof value === 'string' ? closest(value, names) : undefined;
    report(builder, 'E001', site, {
      message: `${what} is given ${plainText(value)}, which is no member of ${groundTypeText(type)}`,
      related: [{ text: 'the enum is declared', site: declared }],
      fix: `${close === undefined ? '' : `did you mean '${close}'? `}give one of ${names.map((name) => `'${name}'`).join(', ')}`,
    });
  }
  return keep(builder, { op: 'literal', value: pattern ?? [...members.values()][0]!, type, site });
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return ['number', 'bigint', 'boolean', 'undefined'].includes(typeof value) ? String(value) : `a ${typeof value}`;
}
