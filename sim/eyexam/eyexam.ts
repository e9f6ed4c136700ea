/**
 * Eyexam: how much of a chip's speed each of its properties takes from a layer, step by step, from the most that the layer
 * could do to what it does (Chen et al., _Eyeriss v2_, arXiv 1807.07928, appendix of version 1).
 *
 * Every bound is one of this chip: a run can't be faster. MACs are those with both operands non-zero, since zeros take no cycles
 * where operands are compressed. A bound is these MACs by the cycles that they take at least; what a step adds is cycles.
 */
import { type ChipParameters, peCount } from '../../hw/parameters.ts';
import { type Operands, chipProgram } from '../chip/chip-program.ts';
import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { macs } from '../layer/shape.ts';
import { mappingLine } from '../mapper/explain.ts';
import type { Mapping } from '../mapper/mapping.ts';
import { arrayShare } from './array-share.ts';
import { peWork } from './pe-work.ts';
import { reasons } from './reasons.ts';
import { type Traffic, trafficOf } from './traffic.ts';

/** The steps in their order. */
export const stepNames = ['layer', 'dataflow', 'PEs', 'array shape', 'storage', 'bandwidth', 'measured'] as const;
export type StepName = (typeof stepNames)[number];

export interface EyexamStep {
  /** 1 to 7. */
  readonly step: number;
  readonly name: StepName;
  /** The most effectual MACs a cycle with this constraint and those before it; of the last step, those that there were. */
  readonly macsPerCycle: number;
  /** The same of all MACs, those with zeros included. */
  readonly nominalMacsPerCycle: number;
  readonly cycles: number;
  /** Share of the bound before that is lost, 0 to 1; 0 in the first step. */
  readonly lost: number;
  /** Where the bound comes from, in one sentence. */
  readonly reason: string;
}

export interface Eyexam {
  readonly layer: string;
  readonly config: string;
  readonly macs: number;
  readonly effectualMacs: number;
  /** MACs a cycle that all PEs together can do. */
  readonly peak: number;
  readonly mapping: string;
  /** Where the cycles of the last step come from: counted by the hardware, or the mapper's expectation. */
  readonly lastStep: 'RTL' | 'expected';
  readonly steps: readonly EyexamStep[];
  readonly roofline: {
    /** Bytes of iacts and weights into the chip, and what its lanes and its memory can bring in a cycle. */
    readonly bytesIn: number;
    readonly bytesPerCycle: number;
    /** Effectual MACs for each such byte. */
    readonly macsPerByte: number;
  };
}

/** A layer on a chip, and what is known of how long it takes. */
export interface EyexamCase {
  readonly layer: Layer;
  readonly operands: Operands;
  readonly config: { readonly name: string; readonly chip: ChipParameters };
  readonly mapping: Mapping;
  /** Of off-chip memory, in bytes a cycle; undefined: unlimited. */
  readonly bandwidth: number | undefined;
  /** What a run counted; without it, `expectedCycles` take its place, as far as they keep the bounds. */
  readonly measured: MeasuredRun | undefined;
  readonly expectedCycles: number;
}

export interface MeasuredRun {
  readonly cycles: number;
  readonly tailCycles: number;
  readonly outputBytes: number;
  /** What ran the hardware. */
  readonly engine: string;
}

/** @throws InputError when the layer has no MAC to look at, or does not fit the chip */
export function eyexam(given: EyexamCase): Eyexam {
  const { layer, operands, config, mapping, bandwidth, measured, expectedCycles } = given;
  const { chip } = config;
  const oacts = layer.output !== undefined;
  const program = chipProgram(layer, operands, mapping, chip, { psums: !oacts, oacts });
  const { loops } = program.chipLayer;
  const work = peWork(loops, operands);
  const { effectualMacs } = work;
  if (effectualMacs === 0) {
    throw new InputError(
      `layer ${layer.name}: no iact that is not zero meets a weight that is not: there is nothing to examine; take other tensors or densities`,
    );
  }
  const pes = peCount(chip);
  const share = arrayShare(loops);
  const traffic = trafficOf(program, {
    bandwidth,
    outputBytes: measured?.outputBytes,
    tailCycles: measured?.tailCycles ?? 0,
  });

  const onPes = Math.ceil(work.leastWords / pes);
  const stored = work.busiestWords;
  // Even parts are the best only where they have equally many non-zeros: the mapping may do better.
  const onArray = Math.min(stored, Math.max(onPes, Math.ceil(work.leastWords / (pes * share.kept))));
  const withBandwidth = Math.max(stored + traffic.commandCycles, ...traffic.passages.map(({ cycles }) => cycles));
  const last = measured?.cycles ?? Math.max(withBandwidth, Math.round(expectedCycles));
  const cycles = [1, 1, onPes, onArray, stored, withBandwidth, last];
  const nominal = macs(layer);
  const sentences = reasons({ nominal, chip, loops, work, share, traffic, measured, cycles });
  return {
    layer: layer.name,
    config: config.name,
    macs: nominal,
    effectualMacs,
    peak: chip.pe.macs * pes,
    mapping: mappingLine(mapping),
    lastStep: measured === undefined ? 'expected' : 'RTL',
    steps: stepNames.map((name, index) => ({
      step: index + 1,
      name,
      macsPerCycle: effectualMacs / cycles[index]!,
      nominalMacsPerCycle: nominal / cycles[index]!,
      cycles: cycles[index]!,
      lost: index === 0 ? 0 : 1 - cycles[index - 1]! / cycles[index]!,
      reason: sentences[name],
    })),
    roofline: roofline(chip, bandwidth, effectualMacs, traffic),
  };
}

function roofline(chip: ChipParameters, bandwidth: number | undefined, effectual: number, { bytesIn }: Traffic) {
  const lanes = lanesBytesPerCycle(chip);
  return { bytesIn, bytesPerCycle: Math.min(lanes, bandwidth ?? Infinity), macsPerByte: effectual / bytesIn };
}

/** Bytes that the lanes of iacts and weights bring in a cycle. */
function lanesBytesPerCycle({ iactLanes, weightLanes, pe }: ChipParameters): number {
  return ((iactLanes + weightLanes) * 3 * pe.dataBits) / 8;
}
