/** The steps of Eyexam in words. */
import { type ChipParameters, peCount } from '../../hw/parameters.ts';
import type { Loops } from '../mapper/loops.ts';
import { count, grouped, percent } from '../run/summary-rows.ts';
import type { ArrayShare } from './array-share.ts';
import type { MeasuredRun, StepName } from './eyexam.ts';
import type { PeWork } from './pe-work.ts';
import type { Traffic } from './traffic.ts';

/** What the bounds were made of. */
export interface Grounds {
  readonly nominal: number;
  readonly chip: ChipParameters;
  readonly loops: Loops;
  readonly work: PeWork;
  readonly share: ArrayShare;
  readonly traffic: Traffic;
  readonly measured: MeasuredRun | undefined;
  /** Of each step. */
  readonly cycles: readonly number[];
}

/** One sentence a step. */
export function reasons(grounds: Grounds): Readonly<Record<StepName, string>> {
  const { nominal, work, chip, loops } = grounds;
  const { effectualMacs, leastWords } = work;
  const dense = loops.mapping.encoding === 'dense';
  const kinds = dense ? 'all MACs, those with zeros included,' : 'the MACs of two non-zeros';
  return {
    layer: `${grouped(effectualMacs)} of the layer's ${grouped(nominal)} MACs have both operands non-zero, and no more than all can be done at once.`,
    dataflow:
      'Row stationary plus has a parallel-for in every dimension of a layer (groups, images, filters, channels, kernel, rows and windows), so that it could do all at once.',
    PEs: `A PE reads ${chip.pe.macs === 2 ? 'a word of two weights' : 'one weight'} for one iact a cycle, and ${kinds} take ${grouped(leastWords)} ${unitOf(chip)}, ${(effectualMacs / leastWords).toFixed(2)} effectual MACs in each, spread over ${count(peCount(chip), 'PE')}.`,
    'array shape': arrayReason(grounds),
    storage: storageReason(grounds),
    bandwidth: bandwidthReason(grounds),
    measured: lastReason(grounds),
  };
}

function arrayReason({ share, cycles }: Grounds): string {
  const ragged = share.dimensions.filter(({ kept }) => kept < 1);
  const parts = ragged.map(({ what, size, places }) => `${count(size, what)} on ${grouped(places)}`);
  if (share.rowsKept < 1) parts.push(`${percent(share.rowsKept)} of the PE rows with iact routers`);
  if (parts.length === 0) return 'Every dimension divides by the places of the array that it is spread over.';
  if (cycles[3] === cycles[2]) return `Dimensions do not divide (${parts.join(', ')}), which costs no cycle here.`;
  return `Dimensions do not divide by the places that they are spread over (${parts.join(', ')}), which keeps ${percent(share.kept)} of the array at work.`;
}

/** What a PE takes in a cycle. */
function unitOf({ pe }: ChipParameters): string {
  return pe.macs === 2 ? 'words' : 'weights';
}

function storageReason({ loops, work, chip }: Grounds): string {
  const { filters, channels, kernelColumns, windows, rows } = loops.mapping;
  const mean = work.words / peCount(chip);
  const extra = work.words - work.leastWords;
  const half =
    extra > 0 ? `, which takes ${grouped(extra)} ${unitOf(chip)} more than whole columns of weights would` : '';
  return `Memories hold tiles of ${count(filters, 'filter')}, ${count(channels, 'channel')} and ${count(kernelColumns, 'kernel column')} for ${count(rows * windows, 'window')}${half}; the fullest PE gets ${grouped(work.busiestWords)} ${unitOf(chip)}, the average one ${grouped(Math.round(mean))}, and ${grouped(work.activePes)} of ${grouped(peCount(chip))} get any.`;
}

function bandwidthReason({ traffic, cycles }: Grounds): string {
  const { passages, commandCycles } = traffic;
  const tightest = passages.reduce((one, other) => (other.cycles > one.cycles ? other : one));
  if (tightest.cycles === cycles[5] && tightest.cycles > cycles[4]! + commandCycles)
    return `Most cycles, ${grouped(tightest.cycles)}, are taken by ${tightest.what}.`;
  return `The command takes ${grouped(commandCycles)} cycles before the PEs begin; no link is in the way, the tightest being ${grouped(tightest.cycles)} cycles of ${tightest.what}.`;
}

function lastReason({ measured, cycles }: Grounds): string {
  const left = grouped(cycles[6]! - cycles[5]!);
  if (measured === undefined) return `The mapper expects ${grouped(cycles[6]!)} cycles; nothing has been measured.`;
  return `The RTL took ${grouped(measured.cycles)} cycles (${measured.engine}): ${left} of waiting for each other, of bursts on the links, of filling and draining.`;
}
