import type { ClockDomain } from '../../gen/ir/clock-domain.ts';
import type { SignalIr } from '../../gen/ir/module-ir.ts';
import type { Groups } from './evaluation-graph.ts';
import type { Extent, Slot } from './layout.ts';

/** What a parent needs of the code of a module. */
export interface ChildCode {
  readonly groups: Groups;
  /** How much an instance takes. */
  readonly extent: Extent;
  readonly domains: ReadonlySet<ClockDomain>;
  /** Where the values of its ports are. */
  portSlot(port: SignalIr): Slot;
  groupFunction(group: number): string;
  /** The function of the clock edges, which takes the masks of the domains with an edge and of those in reset besides. */
  edgeFunction(): string;
  resetFunction(domain: ClockDomain): string;
}
