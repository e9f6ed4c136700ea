/** The words and masks that go into a memory, as expressions. */
import { type GroundType, groundTypeText, sameType } from '../ir/ground-type.ts';
import type { Expression, MemoryIr } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import { keep, type ModuleBuilder } from './module-builder.ts';
import { partsFromTop } from './packing.ts';
import { fatal, report } from './report.ts';
import { operand, type Operand, Signal } from './signal.ts';
import { type DataType, groundOf } from './types.ts';

/** What is written as one value of the memory's own type: all parts of an aggregate, as `pack` lays them. */
export function wordOf(
  builder: ModuleBuilder,
  memory: MemoryIr,
  type: DataType,
  data: unknown,
  site: Site,
): Expression {
  const parts = partsOf(builder, memory, type, data, site);
  return type.kind === 'vec' || type.kind === 'bundle'
    ? sideBySide(builder, parts, memory.type.width, site)
    : parts[0]!;
}

function partsOf(
  builder: ModuleBuilder,
  memory: MemoryIr,
  type: DataType,
  data: unknown,
  site: Site,
): readonly Expression[] {
  if (type.kind !== 'vec' && type.kind !== 'bundle') {
    const ground = groundOf(type);
    const value = operand(builder, data as Operand, ground, site, 'write()');
    if (!sameType(value.type, ground)) {
      report(builder, 'W002', site, {
        message: `${groundTypeText(value.type)} is written into a memory of ${groundTypeText(ground)}`,
        related: [{ text: 'the memory is declared', site: memory.site }],
        fix: 'extend, trunc or cast the data to the type of the memory',
      });
    }
    return [value];
  }
  const types = partsFromTop(type);
  const given = typeof data !== 'object' || data === null || data instanceof Signal ? undefined : Object.keys(data);
  if (given?.length !== types.length || types.some(([key]) => !given.includes(key))) {
    const wanted =
      type.kind === 'vec' ? `${type.length} elements` : `the fields ${types.map(([key]) => key).join(', ')}`;
    throw fatal(
      'W001',
      site,
      `write() needs ${wanted}, and is given ${given?.join(', ') ?? 'a single value'}`,
      'give every field exactly once; to write only some of them, use a mask',
    );
  }
  return types.flatMap(([key, part]) => partsOf(builder, memory, part, (data as Record<string, unknown>)[key], site));
}

/**
 * A mask as an expression with a bit for each part of the word, the lowest for the lowest; undefined where it does not fit,
 * which is reported.
 */
export function maskOf(
  builder: ModuleBuilder,
  memory: MemoryIr,
  type: DataType,
  mask: unknown,
  site: Site,
): Expression | undefined {
  const { maskWidth } = memory;
  const refuse = (message: string, fix: string): undefined => {
    report(builder, 'M001', site, { message, related: [{ text: 'the memory is declared', site: memory.site }], fix });
  };
  if (maskWidth === undefined) {
    return refuse(
      'write() is given a mask, and the memory does not say what its bits stand for',
      'declare the memory with a maskWidth: mem(type, depth, { maskWidth: 8 })',
    );
  }
  const lanes = memory.type.width / maskWidth;
  const bool: GroundType = { kind: 'bool', width: 1 };
  if (type.kind === 'vec' && lanes === type.length) {
    const perElement = 'give one Bool for each element';
    if (!Array.isArray(mask) || mask.length !== lanes) {
      const given = Array.isArray(mask) ? `of ${mask.length}` : 'that is no list';
      return refuse(`write() of ${lanes} elements is given a mask ${given}`, perElement);
    }
    const parts = mask.map((each) => operand(builder, each as Operand, bool, site, 'the mask of write()'));
    const wrong = parts.find((each) => each.type.kind !== 'bool');
    if (wrong !== undefined)
      return refuse(`a mask by elements is of Bools, and is given ${groundTypeText(wrong.type)}`, perElement);
    return sideBySide(builder, parts.toReversed(), lanes, site);
  }
  const wanted: GroundType = { kind: 'bits', width: lanes };
  const fits = `a mask for words of ${memory.type.width} bits, ${maskWidth} for each of its own, is of type Bits(${lanes})`;
  if (Array.isArray(mask)) return refuse(`${fits}, and not a list`, `give a mask of type Bits(${lanes})`);
  const value = operand(builder, mask as Operand, wanted, site, 'the mask of write()');
  if (sameType(value.type, wanted)) return value;
  return refuse(
    `${fits}, and not ${groundTypeText(value.type)}`,
    value.type.width === lanes ? 'use asBits() on the mask' : `give a mask of ${lanes} bits`,
  );
}

function sideBySide(builder: ModuleBuilder, parts: readonly Expression[], width: number, site: Site): Expression {
  return keep(builder, { op: 'concat', parts, type: { kind: 'bits', width }, site, anonymous: true });
}
