/** One half of the psum SPad: a register file with two read and two write ports. */
import { Bool, In, Out, SInt, UInt, Vec, bitsFor, generator, mem, module, when } from '../../gen/index.ts';

/** Reads are combinational. The two writes of a cycle go to different addresses. */
export const PsumBank = generator(function PsumBank({ depth, width }: { depth: number; width: number }) {
  const ports = {
    address: In(Vec(2, UInt(bitsFor(depth)))),
    read: Out(Vec(2, SInt(width))),
    write: In(Vec(2, Bool)),
    data: In(Vec(2, SInt(width))),
  };
  return module(`PsumBank_${depth}x${width}`, ports, ({ address, read, write, data }) => {
    const psums = mem(SInt(width), depth);
    for (let port = 0; port < 2; port++) {
      read[port]!.set(psums.read(address[port]!));
      when(write[port]!, () => psums.write(address[port]!, data[port]!));
    }
  });
});
