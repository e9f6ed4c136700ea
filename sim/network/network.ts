import type { Layer } from '../layer/layer.ts';

/** What the first entries of a network take their inputs from. */
export const networkInput = 'input';

/** A network: layers for the hardware, and operations between them that the host does. */
export interface Network {
  readonly name: string;
  /** What is to be known about it: where its numbers come from. */
  readonly about: readonly string[];
  readonly input: {
    /** Share of non-zeros where the input is synthetic, 0 to 1. */
    readonly density: number;
    /** .npy file to take it from. */
    readonly file?: string;
  } & Values;
  /** In an order in which each comes after all that it takes its inputs from. */
  readonly entries: readonly NetworkEntry[];
}

/** Activations that go from one entry to another, without their numbers. */
export interface Values {
  /** [n, channels, height, width] */
  readonly shape: Shape;
  /** Whether they are int8; uint8 otherwise. */
  readonly signed: boolean;
}

export type Shape = readonly [n: number, channels: number, height: number, width: number];

export type NetworkEntry = LayerEntry | HostEntry;

/** Anything that is not a convolution: done by the host, in whole numbers. */
export type HostEntry = PoolEntry | AddEntry | ConcatEntry | FlattenEntry;

interface AnyEntry {
  readonly name: string;
  /** Names of the entries whose outputs it takes, or `networkInput`. */
  readonly from: readonly string[];
  /** What it gives. */
  readonly outputs: Values;
}

/** A layer for the hardware. */
export interface LayerEntry extends AnyEntry {
  readonly op: 'layer';
  /** Its `output` is absent where it is to be chosen by `chooseOutput`. */
  readonly layer: Layer;
  /** Of a chosen output: `relu` gives uint8 from 0 on, `none` gives int8. */
  readonly activation: 'relu' | 'none';
  /** Share of non-zeros in synthetic weights, 0 to 1. */
  readonly weightDensity: number;
  /** The same where the network is pruned; as `weightDensity` unless given. */
  readonly prunedWeightDensity?: number;
  /** Share of non-zeros that is wanted in the outputs of a chosen output, 0 to 1. */
  readonly outputDensity?: number;
  /** .npy files. */
  readonly weights?: string;
  readonly bias?: string;
  /** Mask files: where iacts and weights are not zero. The iacts are then not those of `from`. */
  readonly masks?: { readonly iacts: string; readonly weights: string };
}

/** The largest or the mean of each window. */
export interface PoolEntry extends AnyEntry {
  readonly op: 'max-pool' | 'average-pool';
  readonly size: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
  /** Rows or columns beyond the input, which count for nothing: top, left, bottom, right. */
  readonly pad: readonly [number, number, number, number];
  /** Share of non-zeros that is wanted in its outputs: the layer that it takes its inputs from is made to reach it. */
  readonly outputDensity?: number;
}

/** The sum of two entries, brought back to 8 bits. */
export interface AddEntry extends AnyEntry {
  readonly op: 'add';
  readonly relu: boolean;
  /** How the sum is scaled; chosen by `chooseAddition` where absent. */
  readonly scaling?: Addition;
}

/** `(a · multipliers[0] + b · multipliers[1]) / 2^shift` */
export interface Addition {
  readonly multipliers: readonly [number, number];
  readonly shift: number;
}

/** The channels of all that it takes, one after the other, their numbers as they are. */
export interface ConcatEntry extends AnyEntry {
  readonly op: 'concat';
}

/** Channels, rows and columns as channels, for a fully connected layer of 1×1. */
export interface FlattenEntry extends AnyEntry {
  readonly op: 'flatten';
}

/** The entries that run on the hardware, in their order. */
export function layersOf({ entries }: Network): LayerEntry[] {
  return entries.filter((entry) => entry.op === 'layer');
}
