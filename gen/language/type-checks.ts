/** Whether the types of values go together, and what to do where they don't. */
import { type GroundType, groundTypeText, sameType } from '../ir/ground-type.ts';
import type { Expression } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import type { ModuleBuilder } from './module-builder.ts';
import { report } from './report.ts';

/** Conditions are one bit of type Bool. */
export function checkCondition(builder: ModuleBuilder, condition: Expression, site: Site, what: string): void {
  if (condition.type.kind === 'bool') return;
  report(builder, 'C001', site, {
    message: `${what} needs a Bool, and is given ${groundTypeText(condition.type)}`,
    related: [{ text: 'the value is made', site: condition.site }],
    fix:
      condition.type.kind === 'enum'
        ? `compare it: x.eq('${[...condition.type.enumeration!.members.keys()][0]}')`
        : 'compare it: x.ne(0), or pick a bit: x.bit(0)',
  });
}

/** Refuses operands of two types. */
export function checkAlike(
  builder: ModuleBuilder,
  what: string,
  left: Expression,
  right: Expression,
  site: Site,
): void {
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

/** How a value of one type is made to fit another. */
export function conversionHint(given: GroundType, to: GroundType): string {
  // No bits are known to be a member of an enum.
  if (to.kind === 'enum') return 'give one of its members, or a signal of the same enum; of bits, its from() makes one';
  if (given.kind === 'enum' && to.kind === 'bool') return 'compare it with eq(), ne() or isOneOf()';
  const from: GroundType = given.kind === 'enum' ? { kind: 'uint', width: given.width } : given;
  const steps = given.kind === 'enum' && (to.kind !== 'bits' || to.width !== given.width) ? ['.asUInt()'] : [];
  if (from.width < to.width) steps.push(`.extend(${to.width})`);
  if (from.width > to.width) steps.push(`.trunc(${to.width})`);
  if (from.kind !== to.kind) {
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
