/**
 * One convolution layer, in the dimensions of the Eyeriss papers. A fully connected layer is one with h = r and w = s;
 * a depthwise layer one with m = c = 1.
 */
export interface Layer {
  readonly name: string;
  /** Batch size. */
  readonly n: number;
  /** Groups: each sees its own c input channels only, and makes its own m output channels. */
  readonly g: number;
  /** Filters, that is output channels, per group. */
  readonly m: number;
  /** Input channels per group. */
  readonly c: number;
  /** Height of the input, without padding. */
  readonly h: number;
  /** Width of the input, without padding. */
  readonly w: number;
  /** Height of the kernel. */
  readonly r: number;
  /** Width of the kernel. */
  readonly s: number;
  /** Vertical, horizontal. */
  readonly stride: readonly [number, number];
  /** Rows or columns of zeros around the input: top, left, bottom, right. */
  readonly pad: readonly [number, number, number, number];
  /** Whether iacts are int8; uint8 otherwise. */
  readonly iactSigned: boolean;
  /** How psums become 8b outputs; absent when only psums are wanted. */
  readonly output?: Requantisation;
}

/**
 * Psums to 8b outputs: `clamp(zeroPoint + round((psum + bias) * multiplier / 2^shift))`. The arithmetic is defined by
 * `requantise`.
 */
export interface Requantisation {
  /** Clamps from below to zeroPoint, which stands for the real number 0. */
  readonly relu: boolean;
  /** 0 to 2^31 - 1: one for all, or one per output channel. */
  readonly multiplier: number | readonly number[];
  /** 0 to 31: one for all, or one per output channel. */
  readonly shift: number | readonly number[];
  /** The output that stands for the real number 0. */
  readonly zeroPoint: number;
  /** Outputs are int8 when true, uint8 otherwise. */
  readonly signed: boolean;
}
