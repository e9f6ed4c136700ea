/**
 * Where the values of a module's instance are: a range in each of three arrays, which has the ranges of its own instances in
 * it. So the code of a module is the same for all its instances, and is told where they begin.
 */
import type { GroundType } from '../../gen/ir/ground-type.ts';
import { type Store, storeOf } from './value-code.ts';

/** A place within the range of a module's instance. */
export interface Slot {
  readonly store: Store;
  readonly offset: number;
}

/** A number for each array: where a range begins, or how long it is. */
export type Extent = Readonly<Record<Store, number>>;

/** The arrays, and where the present instance begins in each, as generated code calls them. */
export const arrayNames = { int: 'I', real: 'R', big: 'B' } as const;
export const baseNames = { int: 'i', real: 'r', big: 'b' } as const;

/** The parameters of every generated function: where the instance begins. */
export const parameters = Object.values(baseNames).join(', ');

/** `I[i + 5]` */
export function slotText({ store, offset }: Slot): string {
  return `${arrayNames[store]}[${baseNames[store]} + ${offset}]`;
}

export class Layout {
  private readonly used = { int: 0, real: 0, big: 0 };

  /** A place for `count` values of a type, one after the other. */
  add(type: Pick<GroundType, 'width'>, count: number = 1): Slot {
    const store = storeOf(type);
    const offset = this.used[store];
    this.used[store] += count;
    return { store, offset };
  }

  /** A place for a range of another layout. */
  addRange(extent: Extent): Extent {
    const start = { ...this.used };
    for (const store of ['int', 'real', 'big'] as const) this.used[store] += extent[store];
    return start;
  }

  get extent(): Extent {
    return { ...this.used };
  }
}

/** The place of something in the range of an instance, within the range around it. */
export function within(base: Extent, { store, offset }: Slot): Slot {
  return { store, offset: base[store] + offset };
}
