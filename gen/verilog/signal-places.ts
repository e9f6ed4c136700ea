/** Where the values of signals stand that share a net: the elements of packed ports, and the pins of instances. */
import { portLayout } from '../ir/port-layout.ts';
import type { ModuleIr, SignalIr } from '../ir/module-ir.ts';
import type { InstanceGroup } from './instance-groups.ts';

/** Bits of a net, from `low` up, as many as the signal has. */
export interface Place {
  readonly net: string;
  readonly low: number;
  /** Of the whole net. */
  readonly width: number;
}

export type Places = ReadonlyMap<SignalIr, Place>;

/** Places of all ports of the module and of its instances. */
export function placeSignals(ir: ModuleIr, groups: readonly InstanceGroup[]): Places {
  const places = new Map<SignalIr, Place>();
  for (const { name, width, leaves } of portLayout(ir)) {
    for (const { signal, low } of leaves) places.set(signal, { net: name, low, width });
  }
  for (const { net, signals } of groups.flatMap(({ pins }) => pins)) {
    const width = signals.length * signals[0]!.type.width;
    signals.forEach((signal, index) => places.set(signal, { net, low: index * signal.type.width, width }));
  }
  return places;
}

/** Whether a signal is only a part of its net. */
export function isPart({ type }: SignalIr, place: Place): boolean {
  return place.width > type.width;
}
