/** The links of the three networks, and what stands where a router at the edge of the mesh has no neighbour. */
import { Bits, Bundle, Flip, SInt, Stream, Vec } from '../../gen/index.ts';
import type { BitsType, BitsVal, StreamSink, StreamSource, Var } from '../../gen/index.ts';
import { chipWidths, type ChipParameters } from '../parameters.ts';

/**
 * Iacts, a word a cycle for any of several slots, one slot to a PE column. A sender enables only slots whose `ready` it saw in this
 * cycle or in the one before, and every enabled word moves in that cycle: nothing waits on the link, so no slot holds up another.
 * `ready` depends on state alone. It means room for two words, as a sender that reads an SRAM decides a cycle ahead.
 */
export function IactLink(p: ChipParameters) {
  return Bundle({ data: Bits(chipWidths(p).word), enable: Bits(p.peColumns), ready: Flip(Bits(p.peColumns)) });
}

/** Weights, a word a cycle. `ready` depends on state alone, never on `valid` or the data, so that several can take a word together. */
export function WeightLink(p: ChipParameters) {
  return Stream(Bits(chipWidths(p).word));
}

/** Two psums, of neighbouring filters. */
export function PsumPair(p: ChipParameters) {
  return Vec(2, SInt(p.pe.psumBits));
}

/** Psums, two a cycle. */
export function PsumLink(p: ChipParameters) {
  return Stream(PsumPair(p));
}

/** What a cluster sends to the one above: iacts. */
export function NorthwardLink(p: ChipParameters) {
  return Bundle({ iact: Vec(p.iactBanks, IactLink(p)) });
}

/** What it sends to the one below: iacts and psums. */
export function SouthwardLink(p: ChipParameters) {
  return Bundle({ iact: Vec(p.iactBanks, IactLink(p)), psum: Vec(p.peColumns, PsumLink(p)) });
}

/** What it sends to a horizontal neighbour: iacts and weights. */
export function SidewardLink(p: ChipParameters) {
  return Bundle({ iact: Vec(p.iactBanks, IactLink(p)), weight: Vec(p.peRows, WeightLink(p)) });
}

/** What arrives at an edge of the mesh, where no neighbour sends: nothing. */
export function nothingComes(from: {
  readonly iact: readonly { readonly data: Var<BitsType>; readonly enable: Var<BitsType> }[];
  readonly weight?: readonly StreamSink<BitsType>[];
  readonly psum?: readonly StreamSink<ReturnType<typeof PsumPair>>[];
}): void {
  for (const { data, enable } of from.iact) {
    data.set(0);
    enable.set(0);
  }
  for (const { data, valid } of from.weight ?? []) {
    data.set(0);
    valid.set(false);
  }
  for (const { data, valid } of from.psum ?? []) {
    data.set([0, 0]);
    valid.set(false);
  }
}

/**
 * What leaves at an edge of the mesh, where no neighbour takes it. Iacts and weights are multicasts that others get too: the edge is
 * always ready, so that it holds up nobody. Psums have one taker each, and must not be lost: the edge never takes any.
 */
export function nobodyTakes(to: {
  readonly iact: readonly { readonly ready: Var<BitsType>; readonly enable: BitsVal }[];
  readonly weight?: readonly StreamSource<BitsType>[];
  readonly psum?: readonly StreamSource<ReturnType<typeof PsumPair>>[];
}): void {
  for (const { ready } of to.iact) ready.set(2 ** ready.width - 1);
  for (const { ready } of to.weight ?? []) ready.set(true);
  for (const { ready } of to.psum ?? []) ready.set(false);
}
