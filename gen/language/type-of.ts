/** The type of a value, found from its signals. */
import { type GroundType, groundTypeText, sameType } from '../ir/ground-type.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Tree } from './tree.ts';
import { enumTypeOf } from './enum.ts';
import { fatal } from './report.ts';
import { Signal } from './signal.ts';
import { Bool, type DataType } from './types.ts';
import type { TypeOf } from './values.ts';

/** The type of a signal, or of records and arrays of signals: of a record a Bundle, of an array a Vec. */
export function typeOf<V extends object>(value: V): TypeOf<V> {
  return typeOfTree(value as Tree) as TypeOf<V>;
}

export function typeOfTree(tree: Tree): DataType {
  if (tree instanceof Signal) return dataTypeOf(tree.type);
  if (typeof tree !== 'object' || tree === null) {
    throw fatal(
      'W001',
      captureSite(),
      `${String(tree)} has no type of its own`,
      'give a signal, or make it one: lit(UInt(4), 3)',
    );
  }
  if (!Array.isArray(tree))
    return {
      kind: 'bundle',
      fields: Object.fromEntries(Object.entries(tree).map(([name, field]) => [name, typeOfTree(field)])),
    };
  const [element, ...others] = (tree as readonly Tree[]).map(typeOfTree);
  if (element === undefined) {
    throw fatal('W001', captureSite(), 'an empty array has no type', 'give at least one element');
  }
  for (const other of others) {
    if (isSame(element, other)) continue;
    throw fatal(
      'W001',
      captureSite(),
      `the elements of an array are ${typeText(element)} and ${typeText(other)}`,
      'give elements of one type, or a record',
    );
  }
  return { kind: 'vec', element, length: tree.length };
}

/** Whether two types have the same fields and elements of the same types; the order of fields counts, as it is that of `pack`. */
export function isSame(a: DataType, b: DataType): boolean {
  if (a.kind === 'bundle' && b.kind === 'bundle') {
    const [fields, others] = [Object.entries(a.fields), Object.entries(b.fields)];
    return (
      fields.length === others.length &&
      fields.every(([name, field], index) => name === others[index]![0] && isSame(field, others[index]![1]))
    );
  }
  if (a.kind === 'vec' && b.kind === 'vec') return a.length === b.length && isSame(a.element, b.element);
  return sameType(a as GroundType, b as GroundType);
}

/** The type as a user writes it. */
export function typeText(type: DataType): string {
  switch (type.kind) {
    case 'bundle':
      return `Bundle({ ${Object.entries(type.fields)
        .map(([name, field]) => `${name}: ${typeText(field)}`)
        .join(', ')} })`;
    case 'vec':
      return `Vec(${type.length}, ${typeText(type.element)})`;
    default:
      return groundTypeText(type);
  }
}

function dataTypeOf({ kind, width, enumeration }: GroundType): DataType {
  if (kind === 'bool') return Bool;
  return kind === 'enum' ? enumTypeOf(enumeration!) : { kind, width };
}
