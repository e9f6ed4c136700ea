/** Where the cycles of a layer's run went, cause by cause. */
import type { ChipReport } from './chip-report.ts';

/** In the order in which they are shown. */
export const causeNames = ['words', 'idle', 'command', 'load', 'waitIact', 'waitPsum', 'windowEnd', 'drain'] as const;
export type CauseName = (typeof causeNames)[number];

export interface CycleCause {
  readonly name: CauseName;
  /** In words: what the average PE did. */
  readonly what: string;
  readonly cycles: number;
}

/** What a report says about it. */
export type CountedCycles = Pick<ChipReport, 'phases' | 'stalls' | 'commandCycles' | 'boundCycles' | 'encoding'>;

/** The cycles of the average PE that has a share of the layer; they add up to those of the layer, see `chipPhases`. */
export function cycleCauses({ phases, stalls, commandCycles, boundCycles, encoding }: CountedCycles): CycleCause[] {
  const words = Math.min(phases.compute, boundCycles);
  const told: Readonly<Record<CauseName, readonly [what: string, cycles: number]>> = {
    words: ['words of weights that non-zero iacts meet', words],
    // Words spread over all PEs are fewer than those of the PEs that have any; uncompressed, zeros are read as well.
    idle: [encoding === 'dense' ? 'zeros' : 'PEs without a share', phases.compute - words],
    command: ['command', commandCycles],
    load: ['loading weights', phases.load - commandCycles],
    waitIact: ['waiting for iacts', stalls.waitIact],
    waitPsum: ['waiting for psums to leave', stalls.waitPsum],
    windowEnd: ['ending windows', stalls.windowEnd],
    drain: ['draining, and the last outputs', phases.drain],
  };
  return causeNames.map((name) => ({ name, what: told[name][0], cycles: told[name][1] }));
}
