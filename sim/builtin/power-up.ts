/** What state starts with: random bits, so that nothing can rely on it by accident, but for what says what it starts with. */
import type { GroundType } from '../../gen/ir/ground-type.ts';
import { xorshift } from '../simulation/random.ts';
import { type InstanceNode, instancesOf } from './hierarchy.ts';
import type { Extent, Slot } from './layout.ts';
import { ModuleCode, wordsOf } from './module-code.ts';
import type { State } from './state.ts';
import { storeOf } from './value-code.ts';

export function randomState(tree: InstanceNode, state: State, seed: number): void {
  const random = xorshift(seed | 1);
  for (const { code, base, path } of instancesOf(tree)) {
    if (!(code instanceof ModuleCode)) {
      const { model } = code.checked.ir.external!;
      if (model === undefined)
        throw new Error(
          `instance ${path.join('.')} is of module ${code.checked.ir.name}, which is written in Verilog and has no model for the built-in simulator`,
        );
      // The array of bigints is the one that can hold an object.
      (state.big as unknown[])[base.big + code.modelSlot.offset] = model();
      continue;
    }
    for (const signal of code.checked.ir.signals) {
      if (signal.category !== 'register') continue;
      // Ghosts may be in a module that has no reset.
      const known = signal.ghost === true ? signal.reset : undefined;
      put(state, base, code.signalSlots.get(signal)!, 0, valueOf(signal.type, known ?? bits(signal.type, random)));
    }
    for (const [memory, slot] of code.memorySlots) {
      const { type, initial, depth } = memory;
      for (let at = 0; at < wordsOf(memory); at++) {
        const known = initial === undefined || at >= depth ? undefined : (initial[at] ?? 0n);
        if (known === undefined && storeOf(type) === 'int')
          state.int[base.int + slot.offset + at] = word(type, random());
        else put(state, base, slot, at, valueOf(type, known ?? bits(type, random)));
      }
    }
  }
}

/** A value of a type from bits, as the arrays hold it. */
export function valueOf(type: GroundType, pattern: bigint): number | bigint {
  const store = storeOf(type);
  const signed = type.kind === 'sint' || type.width === 32;
  const value = signed ? BigInt.asIntN(type.width, pattern) : BigInt.asUintN(type.width, pattern);
  return store === 'big' ? value : Number(value);
}

function word({ kind, width }: GroundType, random: number): number {
  const unused = 32 - width;
  return kind === 'sint' ? (random << unused) >> unused : (random << unused) >>> unused;
}

function bits({ width }: GroundType, random: () => number): bigint {
  let pattern = 0n;
  for (let at = 0; at < width; at += 32) pattern |= BigInt(random()) << BigInt(at);
  return pattern;
}

function put(state: State, base: Extent, { store, offset }: Slot, at: number, value: number | bigint): void {
  (state[store] as (number | bigint)[])[base[store] + offset + at] = value;
}
