/** An iact bank of the global buffer (J19 section III-A): 1.5 kB in the paper, one to an iact router. */
import {
  all,
  assert,
  Bits,
  Bool,
  Bundle,
  generator,
  implies,
  In,
  instance,
  mem,
  module,
  mux,
  Out,
  repeat,
  Stream,
  when,
} from '../../gen/index.ts';
import { IactBankCommand } from '../control/command.ts';
import { IactLink } from '../noc/links.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { GlbBlockReader } from './block-reader.ts';
import { GlbIactFill } from './iact-fill.ts';
import { GlbPassWalk } from './pass-walk.ts';

/** What happened in a cycle, for the counters. */
export const IactBankEvents = Bundle({
  /** Of the SRAM; the first words of blocks too. */
  reads: Bool,
  writes: Bool,
  /** A word leaves for the router, from the SRAM or past it. */
  sends: Bool,
  bypasses: Bool,
});

/**
 * Keeps blocks of iacts in a ring, and sends each of them to one slot or to all, as often as the command says. Words may come from
 * `start` on until the last block that is sent has come.
 */
export const GlbIactBank = generator(function GlbIactBank(p: ChipParameters) {
  const { word } = chipWidths(p);
  const ports = {
    start: In(Bool),
    command: In(IactBankCommand(p)),
    /** The bank takes part in this layer. */
    enabled: In(Bool),
    words: In(Stream(Bits(word))),
    link: Out(IactLink(p)),
    events: Out(IactBankEvents),
  };
  const name = `GlbIactBank${chipSuffix(p, 'pe.dataBits', 'pe.iactDataDepth', 'peColumns', 'iactBankWords')}`;
  return module(name, ports, ({ start, command, enabled, words, link, events }) => {
    const sram = mem(Bits(word), p.iactBankWords, { macro: true });
    const fill = instance(GlbIactFill(p));
    const passWalk = instance(GlbPassWalk(p));
    const reader = instance(GlbBlockReader(p));

    const allReady = link.ready.andReduce();
    const accepts = enabled.and(start.not());

    // Passes.
    passWalk.start.set(start);
    passWalk.passWords.set(command.passWords);
    passWalk.chunkWords.set(command.chunkWords);
    passWalk.passes.set(command.passes);
    passWalk.replays.set(command.replays);
    passWalk.chunks.set(command.chunks);
    passWalk.passRelease.set(command.passRelease);
    passWalk.chunkRelease.set(command.chunkRelease);
    passWalk.allEntered.set(reader.allEntered);

    // Filling: as long as a block can be missing.
    const missing = passWalk.open.or(reader.waiting);
    fill.start.set(start);
    fill.enable.set(all(accepts, command.bypass.not(), missing));
    fill.dense.set(command.dense);
    fill.segments.set(command.segments);
    fill.segmentWords.set(command.segmentWords);
    fill.blockWords.set(command.blockWords);
    fill.ringWords.set(command.ringWords);
    fill.releases.set(passWalk.releases);
    fill.released.set(passWalk.released);
    fill.words.valid.set(words.valid);
    fill.words.data.set(words.data);
    words.ready.set(mux(command.bypass, accepts.and(allReady), fill.words.ready));
    when(fill.write.enable, () => sram.write(fill.write.address, fill.write.data));

    // Reading. Slots that get the same words share the walk of slot 0.
    const out = sram.readSync(reader.address, { enable: reader.read, underWrite: 'any' });
    reader.start.set(start);
    reader.ownSlots.set(command.ownSlots);
    reader.slotWords.set(command.slotWords);
    reader.rowWords.set(command.rowWords);
    reader.rows.set(command.rows);
    reader.open.set(passWalk.open);
    reader.entry.set(passWalk.entry);
    reader.advance.set(passWalk.advance);
    reader.filled.set(fill.filled);
    reader.fills.set(fill.fills);
    reader.data.set(out);
    reader.ready.set(mux(command.ownSlots, link.ready, repeat(allReady, p.peColumns)));
    assert(
      implies(reader.read.and(fill.write.enable), reader.address.ne(fill.write.address)),
      'a word is not read while it is written',
    );

    const bypasses = command.bypass.and(words.fire);
    link.enable.set(reader.sends.or(repeat(bypasses, p.peColumns)));
    link.data.set(mux(command.bypass, words.data, out));
    events.set({
      reads: reader.read,
      writes: fill.write.enable,
      sends: link.enable.orReduce(),
      bypasses,
    });
  });
});
