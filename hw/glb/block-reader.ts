/** The read side of an iact bank: the walks of all slots over its blocks. */
import {
  Bits,
  type BitsVal,
  Bool,
  generator,
  In,
  instance,
  instances,
  module,
  mux,
  Out,
  pack,
  UInt,
  unpack,
  Vec,
} from '../../gen/index.ts';
import { gather, someOf } from '../noc/switching.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { BlockPlace, stepFrom } from './block-place.ts';
import { firstOf, GlbReadTurn } from './read-turn.ts';
import { GlbSlotWalk } from './slot-walk.ts';

/**
 * Grants one slot a cycle a read of the SRAM, and makes one step a cycle: that of a slot that has begun a block, to its next one,
 * or else that of a slot that enters a pass.
 */
export const GlbBlockReader = generator(function GlbBlockReader(p: ChipParameters) {
  const { word, iactAddress, iactWords, iactBlocks } = chipWidths(p);
  const address = UInt(iactAddress);
  const ports = {
    start: In(Bool),
    /** Each slot has a walk of its own; otherwise slot 0 alone. */
    ownSlots: In(Bool),
    ringWords: In(UInt(iactWords)),
    /** Where each slot's blocks start in a pass, relative to slot 0's; from one of them to the next; how many there are. */
    slotPlaces: In(Vec(p.peColumns, BlockPlace(p))),
    rowStep: In(BlockPlace(p)),
    rows: In(UInt(iactWords)),
    /** The pass to enter: see `GlbPassWalk`. */
    open: In(Bool),
    entry: In(BlockPlace(p)),
    advance: In(Bool),
    allEntered: Out(Bool),
    /** All blocks before this one are complete; some slot may still have to wait for one. */
    filled: In(UInt(iactBlocks)),
    waiting: Out(Bool),
    ready: In(Vec(p.peColumns, Bool)),
    /** The word read in the cycle before is one for these slots. */
    sends: Out(Vec(p.peColumns, Bool)),
    /** The SRAM. */
    read: Out(Bool),
    address: Out(address),
    data: In(Bits(word)),
  };
  const name = `GlbBlockReader${chipSuffix(p, 'pe.dataBits', 'peColumns', 'iactBankWords')}`;
  return module(name, ports, (io) => {
    const walks = instances(GlbSlotWalk(p), p.peColumns);
    const turn = instance(GlbReadTurn({ slots: p.peColumns }));
    const { grants } = turn;

    // The read.
    const ofGranted = (part: (walk: (typeof walks)[number]) => BitsVal): BitsVal =>
      gather(walks.map((walk, slot) => ({ selected: grants[slot]!, data: part(walk) })));
    const readLast = io.data.bits(iactAddress - 1, 0).asUInt();
    const address = ofGranted((walk) => walk.address.asBits()).asUInt();
    const opens = someOf(walks.map((walk, slot) => grants[slot]!.and(walk.inBlock.not())));
    const opening = someOf(walks.map((walk, slot) => grants[slot]!.and(walk.opening)));
    const lastWord = mux(opening, readLast, ofGranted((walk) => walk.lastWord.asBits()).asUInt());
    const atEnd = address.eq(lastWord);
    const behind = address.add(1);
    io.read.set(someOf(grants));
    io.address.set(address);

    // The step.
    const enters = firstOf(walks.map(({ entering }) => entering)).map((enter) => enter.and(opens.not()));
    const nextBlock = { number: ofGranted((walk) => walk.nextBlock.number.asBits()).asUInt(), address };
    const places = io.slotPlaces.map((place, slot) => ({ selected: enters[slot]!, data: pack(place) }));
    const slotPlace = unpack(BlockPlace(p), gather(places));
    const from = mux(opens, nextBlock, io.entry);
    const following = stepFrom(from, mux(opens, io.rowStep, slotPlace), io.ringWords);

    walks.forEach((walk, slot) => {
      walk.start.set(io.start);
      walk.active.set(slot === 0 ? true : io.ownSlots);
      walk.rows.set(io.rows);
      walk.open.set(io.open);
      walk.advance.set(io.advance);
      walk.filled.set(io.filled);
      walk.ready.set(io.ready[slot]!);
      turn.requests[slot]!.set(walk.request);
      walk.granted.set(grants[slot]!);
      walk.atEnd.set(atEnd);
      walk.behind.set(behind);
      walk.following.set(following);
      walk.enters.set(enters[slot]!);
      walk.readLast.set(readLast);
      io.sends[slot]!.set(walk.sends);
    });
    io.allEntered.set(walks.map(({ entered }) => entered).reduce((one, other) => one.and(other)));
    io.waiting.set(someOf(walks.map(({ waiting }) => waiting)));
  });
});
