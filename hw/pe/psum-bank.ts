/** A bank of the psum SPad: a register file with two read and two write ports, or two with one of each. */
import { Bool, Bundle, Flip, In, SInt, UInt, bitsFor, generator, mem, module, when } from '../../gen/index.ts';

/** One of the two places that are read, and may be written, in a cycle. */
function Place(depth: number, width: number) {
  return Bundle({ address: UInt(bitsFor(depth)), read: Flip(SInt(width)), write: Bool, data: SInt(width) });
}

/** Reads are combinational. The two writes of a cycle go to different addresses. */
export const PsumBank = generator(function PsumBank({ depth, width }: { depth: number; width: number }) {
  const ports = { first: In(Place(depth, width)), second: In(Place(depth, width)) };
  return module(`PsumBank_${depth}x${width}`, ports, ({ first, second }) => {
    const psums = mem(SInt(width), depth);
    for (const place of [first, second]) {
      place.read.set(psums.read(place.address));
      when(place.write, () => psums.write(place.address, place.data));
    }
  });
});

/** A bank whose even psums are in one register file and the odd ones in another, `depth` in all: two of a cycle are one of each. */
export const SplitPsumBank = generator(function SplitPsumBank({ depth, width }: { depth: number; width: number }) {
  const ports = { first: In(Place(depth / 2, width)), second: In(Place(depth / 2, width)) };
  return module(`SplitPsumBank_${depth}x${width}`, ports, ({ first, second }) => {
    for (const place of [first, second]) {
      const psums = mem(SInt(width), depth / 2);
      place.read.set(psums.read(place.address));
      when(place.write, () => psums.write(place.address, place.data));
    }
  });
});
