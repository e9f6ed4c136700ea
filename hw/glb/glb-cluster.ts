/** A cluster of the global buffer (J19 section III-A): in the paper three iact banks and four psum banks. Weights pass it by. */
import { Bits, Bool, connect, generator, In, instance, module, Out, Stream, Vec } from '../../gen/index.ts';
import { IactBankCommand, PsumBankCommand } from '../control/command.ts';
import { IactLink, PsumLink } from '../noc/links.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { GlbIactBank, IactBankEvents } from './iact-bank.ts';
import { GlbPsumBank, PsumBankEvents } from './psum-bank.ts';

export const GlbCluster = generator(function GlbCluster(p: ChipParameters) {
  const ports = {
    /** Everything starts anew; the command stays as it is from before until the end of the layer. */
    start: In(Bool),
    iactCommand: In(IactBankCommand(p)),
    psumCommand: In(PsumBankCommand),
    /** What of the cluster takes part: iact banks; psum banks as sources of the first psums, and as takers of the last. */
    iactSource: In(Bool),
    chainFirst: In(Bool),
    chainLast: In(Bool),
    /** For each iact bank, words from outside, and the way to its router. */
    iactWords: In(Vec(p.iactBanks, Stream(Bits(chipWidths(p).word)))),
    iactLinks: Out(Vec(p.iactBanks, IactLink(p))),
    /** For each psum bank, to its router and from it, and to the output unit. */
    psumsToArray: Out(Vec(p.peColumns, PsumLink(p))),
    psumsFromArray: In(Vec(p.peColumns, PsumLink(p))),
    finalPsums: Out(Vec(p.peColumns, PsumLink(p))),
    /** For the counters. */
    iactEvents: Out(Vec(p.iactBanks, IactBankEvents)),
    psumEvents: Out(Vec(p.peColumns, PsumBankEvents)),
  };
  const name = `GlbCluster${chipSuffix(p, 'pe.dataBits', 'pe.iactDataDepth', 'pe.psumBits', 'peColumns', 'iactBanks', 'iactBankWords', 'psumBankWords')}`;
  return module(name, ports, (io) => {
    const iactBanks = Array.from({ length: p.iactBanks }, (_, index) =>
      instance(GlbIactBank(p), { name: `iactBank_${index}` }),
    );
    iactBanks.forEach((bank, index) => {
      bank.start.set(io.start);
      bank.command.set(io.iactCommand);
      bank.enabled.set(io.iactSource);
      connect(bank.words, io.iactWords[index]!);
      connect(io.iactLinks[index]!, bank.link);
      io.iactEvents[index]!.set(bank.events);
    });
    const psumBanks = Array.from({ length: p.peColumns }, (_, index) =>
      instance(GlbPsumBank(p), { name: `psumBank_${index}` }),
    );
    psumBanks.forEach((bank, index) => {
      bank.start.set(io.start);
      bank.command.set(io.psumCommand);
      bank.first.set(io.chainFirst);
      bank.last.set(io.chainLast);
      connect(bank.fromArray, io.psumsFromArray[index]!);
      connect(io.psumsToArray[index]!, bank.toArray);
      connect(io.finalPsums[index]!, bank.final);
      io.psumEvents[index]!.set(bank.events);
    });
  });
});
