/** Shares a lane from outside among several routers. */
import {
  all,
  any,
  Bits,
  type BitsType,
  type BitsVal,
  Bool,
  type BoolVal,
  connect,
  generator,
  In,
  instance,
  lit,
  module,
  mux,
  Out,
  reg,
  Stream,
  type StreamSource,
  UInt,
  type UIntVal,
  Vec,
  when,
} from '../../gen/index.ts';
import type { ChipParameters } from '../parameters.ts';
import { weightHeader } from '../pe-cluster/weight-packet.ts';

export interface LaneDealerParameters {
  readonly width: number;
  readonly routers: number;
  /** Bits of the number of words that follow the first one of a packet. */
  readonly moreBits: number;
}

/**
 * Deals a lane's words to its active routers, packet by packet and in turn, the lowest number first. Which words make a packet is
 * told with its first one: how many more there are, and whether the next packet is for the same router again. Words pass within the
 * cycle; `lane.ready` depends on the routers' ready and on state.
 */
export const LaneDealer = generator(function LaneDealer({ width, routers, moreBits }: LaneDealerParameters) {
  const word = Stream(Bits(width));
  const ports = {
    /** Begins anew, with the first active router. */
    start: In(Bool),
    active: In(Bits(routers)),
    /** Of the word on offer, if it is the first of a packet. */
    more: In(UInt(moreBits)),
    again: In(Bool),
    lane: In(word),
    dealt: Out(Vec(routers, word)),
  };
  const name = `LaneDealer_${routers}x${width}_${moreBits}`;
  return module(name, ports, ({ start, active, more, again, lane, dealt }) => {
    // One bit of it is set: whose turn it is. None is when no router is active.
    const turn = reg(Bits(routers), { reset: 0 });
    const left = reg(UInt(moreBits), { reset: 0 });
    const inPacket = left.ne(0);
    const stays = reg(Bool, { reset: false });

    dealt.forEach((router, index) => {
      router.valid.set(lane.valid.and(turn.bit(index)));
      router.data.set(lane.data);
    });
    const [first, ...others] = dealt.map(({ ready }, index) => ready.and(turn.bit(index)));
    lane.ready.set(any(first!, ...others));

    const after = mux(inPacket, left.sub(1), more);
    const staysNow = mux(inPacket, stays, again);
    const upTo = turn.asUInt().sub(1).asBits().or(turn);
    const beyond = active.and(upTo.not());
    when(lane.fire, () => {
      left.set(after);
      stays.set(staysNow);
      when(all(after.eq(0), staysNow.not()), () => turn.set(lowest(mux(beyond.eq(0), active, beyond))));
    });
    when(start, () => turn.set(lowest(active)));
  });
});

/** The lowest bit that is set, alone. */
function lowest(bits: BitsVal): BitsVal {
  return bits.and(bits.not().asUInt().add(1).asBits());
}

/** What a dealer is told besides the words. */
export interface Dealing {
  readonly start: BoolVal;
  /** Of each router whether words from outside are for it. */
  readonly active: readonly BoolVal[];
}

/** Of the iact banks' command: how segments are cut. */
export interface SegmentShape {
  readonly dense: BoolVal;
  readonly segmentWords: UIntVal;
}

/**
 * Deals iacts, segment by segment: routers that work on windows at the same time get what they need for one at the same time, also
 * where nothing but a PE's SPads holds it.
 */
export function dealIacts(
  p: ChipParameters,
  lane: StreamSource<BitsType>,
  { start, active }: Dealing,
  { dense, segmentWords }: SegmentShape,
): StreamSource<BitsType>[] {
  // The first entry of a segment is the number of those that follow it, two to a word.
  const moreBits = Math.max(p.pe.dataBits - 1, segmentWords.width);
  const compressed = lane.data
    .bits(p.pe.dataBits - 1, 1)
    .asUInt()
    .extend(moreBits);
  const more = mux(dense, segmentWords.sub(1).extend(moreBits), compressed);
  return deal(lane, { start, active }, more, lit(Bool, false));
}

/**
 * Deals weights, packet by packet. Parameters of the output unit are no turn of their own: they come before a tile of the router
 * that they go through.
 */
export function dealWeights(lane: StreamSource<BitsType>, dealing: Dealing): StreamSource<BitsType>[] {
  const { words, output } = weightHeader(lane.data, 1);
  return deal(lane, dealing, words, output);
}

function deal(
  lane: StreamSource<BitsType>,
  { start, active }: Dealing,
  more: UIntVal,
  again: BoolVal,
): StreamSource<BitsType>[] {
  const parameters = { width: lane.data.width, routers: active.length, moreBits: more.width };
  const dealer = instance(LaneDealer(parameters));
  dealer.start.set(start);
  active.forEach((on, index) => dealer.active.bit(index).set(on));
  dealer.more.set(more);
  dealer.again.set(again);
  connect(dealer.lane, lane);
  return [...dealer.dealt];
}
