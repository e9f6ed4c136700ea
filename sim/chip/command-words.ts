/** The layer command as the 32-bit words that the chip takes it in. */
import type { AnyEnumType, BoolType, BundleType, DataType, SimpleType } from '../../gen/index.ts';
import { LayerCommand } from '../../hw/control/command.ts';
import type { ChipParameters } from '../../hw/parameters.ts';

/** A value of a hardware type as plain data: booleans, names of enum members, numbers, records, arrays. */
export type PlainValue<T extends DataType> = T extends BoolType
  ? boolean
  : T extends AnyEnumType<infer M>
    ? M
    : T extends SimpleType
      ? number
      : T extends BundleType<infer F>
        ? { readonly [K in keyof F]: PlainValue<F[K]> }
        : T extends { readonly kind: 'vec'; readonly element: infer E extends DataType }
          ? readonly PlainValue<E>[]
          : never;

/** All that a layer's command says. */
export type LayerCommandValue = PlainValue<ReturnType<typeof LayerCommand>>;

/** Where a field of a packed value lies. */
export interface PackedField {
  /** `clusters[3].psumRouter.bank` */
  readonly path: string;
  readonly width: number;
  /** Its lowest bit, counted from the lowest of the whole. */
  readonly low: number;
  readonly type: SimpleType;
}

/** Bits of a word that the chip takes the command in. */
export const COMMAND_WORD_BITS = 32;

/**
 * The fields of the layer command, from the lowest bit up. They lie as `pack` lays them: of a bundle the first field on top, of
 * a vector element 0 at the bottom.
 */
export function commandFields(p: ChipParameters): PackedField[] {
  return packedFields(LayerCommand(p));
}

/** The fields of any packed type, from the lowest bit up. */
export function packedFields(type: DataType): PackedField[] {
  const fields: PackedField[] = [];
  let low = 0;
  const walk = (part: DataType, path: string): void => {
    if (part.kind === 'bundle') {
      for (const [name, field] of Object.entries(part.fields).toReversed())
        walk(field, path === '' ? name : `${path}.${name}`);
    } else if (part.kind === 'vec') {
      for (let index = 0; index < part.length; index++) walk(part.element, `${path}[${index}]`);
    } else {
      fields.push({ path, width: part.width, low, type: part });
      low += part.width;
    }
  };
  walk(type, '');
  return fields;
}

/** Number of words of a chip's command. */
export function commandWordCount(p: ChipParameters): number {
  const top = commandFields(p).at(-1)!;
  return Math.ceil((top.low + top.width) / COMMAND_WORD_BITS);
}

/**
 * The words of a command, the lowest bits first.
 *
 * @throws RangeError naming a field that does not fit
 */
export function packCommand(p: ChipParameters, command: LayerCommandValue): Uint32Array {
  const words = new Uint32Array(commandWordCount(p));
  for (const { path, width, low, type } of commandFields(p)) {
    const pattern = patternOf(type, partAt(command, path), path);
    for (let bit = 0; bit < width; bit++) {
      const at = low + bit;
      // Bit by bit, as a field can lie across two words; two's complement beyond bit 31 repeats the sign.
      if (((pattern >> BigInt(bit)) & 1n) === 1n)
        words[Math.floor(at / COMMAND_WORD_BITS)]! |= 1 << (at % COMMAND_WORD_BITS);
    }
  }
  return words;
}

/** The command that words hold. */
export function unpackCommand(p: ChipParameters, words: Uint32Array): LayerCommandValue {
  const parts = new Map<string, boolean | number | string>();
  for (const { path, width, low, type } of commandFields(p)) {
    let pattern = 0n;
    for (let bit = 0; bit < width; bit++) {
      const at = low + bit;
      const set = (words[Math.floor(at / COMMAND_WORD_BITS)]! >>> (at % COMMAND_WORD_BITS)) & 1;
      pattern |= BigInt(set) << BigInt(bit);
    }
    parts.set(path, valueOf(type, pattern, path));
  }
  const build = (part: DataType, path: string): unknown => {
    if (part.kind === 'bundle')
      return Object.fromEntries(
        Object.entries(part.fields).map(([name, field]) => [
          name,
          build(field, path === '' ? name : `${path}.${name}`),
        ]),
      );
    if (part.kind === 'vec')
      return Array.from({ length: part.length }, (_, index) => build(part.element, `${path}[${index}]`));
    return parts.get(path);
  };
  return build(LayerCommand(p), '') as LayerCommandValue;
}

/** `clusters[3].chainFirst` of a value. */
function partAt(value: unknown, path: string): unknown {
  let part: unknown = value;
  for (const key of path.split(/[.[\]]+/)) if (key !== '') part = (part as Record<string, unknown> | undefined)?.[key];
  return part;
}

function patternOf(type: SimpleType, value: unknown, path: string): bigint {
  if (type.kind === 'bool' && typeof value === 'boolean') return value ? 1n : 0n;
  if (type.kind === 'enum') {
    const pattern = typeof value === 'string' ? type.enumeration.members.get(value) : undefined;
    if (pattern !== undefined) return pattern;
    throw new RangeError(
      `field ${path} of the command is ${String(value)}: expected one of ${type.members.join(', ')}`,
    );
  }
  if (type.kind !== 'bool' && typeof value === 'number' && Number.isInteger(value)) {
    const span = 2 ** type.width;
    const [low, high] = type.kind === 'sint' ? [-span / 2, span / 2 - 1] : [0, span - 1];
    if (value >= low && value <= high) return BigInt(value);
    throw new RangeError(`field ${path} of the command is ${value}: its ${type.width} bits hold ${low} to ${high}`);
  }
  throw new RangeError(
    `field ${path} of the command is ${String(value)}: expected a ${type.kind} of ${type.width} bits`,
  );
}

function valueOf(type: SimpleType, pattern: bigint, path: string): boolean | number | string {
  if (type.kind === 'bool') return pattern === 1n;
  if (type.kind === 'sint') return Number(BigInt.asIntN(type.width, pattern));
  if (type.kind !== 'enum') return Number(pattern);
  const member = type.members.find((name) => type.enumeration.members.get(name) === pattern);
  if (member !== undefined) return member;
  throw new RangeError(`field ${path} of the command has the pattern ${pattern}: none of ${type.members.join(', ')}`);
}
