/** Masks with a bit for each of several, of which one is chosen. */
import { Bool, type BoolVal, lit, pack, type UIntVal } from '../../gen/index.ts';
import { someOf } from './switching.ts';

/** The lowest of some bits, alone. */
export function lowestOf(some: UIntVal): UIntVal {
  return some.and(some.not().add(1));
}

/** The bits above one that is set alone; none where there is no such bit. */
export function bitsAbove(one: UIntVal): UIntVal {
  return one.shl(1).trunc(one.width).not().add(1);
}

/** The lowest of some bits that are `above`, alone, or else the lowest of all: the next one, going round. */
export function nextAfter(above: UIntVal, some: UIntVal): UIntVal {
  const preferred = some.and(above);
  return lowestOf(preferred.orReduce().mux(preferred, some));
}

/** Which bit of several is set, where it is one alone; 0 where none is. */
export function indexOf(one: UIntVal, width: number): UIntVal {
  const bits = Array.from({ length: width }, (_, place): BoolVal => {
    const set = Array.from({ length: one.width }, (__, index) => index).filter((index) => (index >> place) % 2 === 1);
    return set.length === 0 ? lit(Bool, false) : someOf(set.map((index) => one.bit(index)));
  });
  return pack(bits).asUInt();
}
