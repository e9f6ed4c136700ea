/** Outputs to segments, as the next layer reads them (J19 section IV-A). */
import { Bits, Bool, In, Out, Stream, any, connect, generator, instance, mem, module, when } from '../../gen/index.ts';
import { OutputCommand } from '../control/command.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { widthsOf } from '../pe/parameters.ts';
import { SegmentReader, SegmentWord } from './segment-reader.ts';
import { OutputPair, ringWords, SegmentWriter } from './segment-writer.ts';

/**
 * Takes windows of outputs, two outputs a cycle, and gives each as segments of `segmentLength`, compressed or, with `dense`, as they
 * are: the format of the iact link. A window leaves when it is complete, while the next ones come in.
 *
 * Between writer and reader stands a ring of words in two SRAMs, one for the lower and one for the upper half of a word, each with
 * a registered read port and a write port.
 */
export const CscEncoder = generator(function CscEncoder(p: ChipParameters) {
  const { entry } = widthsOf(p.pe);
  const ports = {
    start: In(Bool),
    dense: In(Bool),
    segmentLength: In(OutputCommand(p).fields.segmentLength),
    outputs: In(Stream(OutputPair(p))),
    words: Out(Stream(SegmentWord(p))),
    /** Complete windows are still inside. */
    busy: Out(Bool),
  };
  return module(`CscEncoder${chipSuffix(p, 'pe.psumDepth', 'pe.dataBits', 'peColumns')}`, ports, (io) => {
    const writer = instance(SegmentWriter(p));
    const reader = instance(SegmentReader(p));
    writer.start.set(io.start);
    writer.dense.set(io.dense);
    writer.segmentLength.set(io.segmentLength);
    reader.dense.set(io.dense);
    connect(writer.outputs, io.outputs);
    connect(reader.windows, writer.windows);
    connect(io.words, reader.words);
    writer.readFrom.set(reader.readFrom);
    io.busy.set(any(writer.closing, writer.windows.valid, reader.words.valid));

    for (const half of ['low', 'high'] as const) {
      const sram = mem(Bits(entry), ringWords(p), { macro: true });
      const write = writer[half];
      when(write.enable, () => sram.write(write.address, write.data));
      reader[half].set(sram.readSync(reader.address, { enable: reader.read, underWrite: 'any' }));
    }
  });
});
