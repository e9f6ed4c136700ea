/** Two multipliers: one iact by the two weights of a word (J19 section IV-C, SIMD 2). */
import {
  Bits,
  Bool,
  Bundle,
  In,
  Out,
  SInt,
  UInt,
  cat,
  generator,
  instance,
  module,
  reg,
  regNext,
  when,
} from '../../gen/index.ts';
import { WeightJob } from './command.ts';
import { CscDecode } from './csc-decode.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';

/** A product and the psum that it is for. */
export function Product(p: PeParameters) {
  return Bundle({ enable: Bool, row: UInt(widthsOf(p).row), value: SInt(2 * p.dataBits + 1) });
}

/** The products of a word's two weights. */
export function Products(p: PeParameters) {
  return Bundle({ first: Product(p), second: Product(p) });
}

/**
 * Decodes the word's two counts to rows and multiplies, in one pipeline stage. A lane with nothing to add (the second half of
 * an odd column, the filler of a long run, a zero of uncompressed data) is not enabled: its registers keep still.
 */
export const MacLanes = generator(function MacLanes(p: PeParameters) {
  const widths = widthsOf(p);
  // A run may point beyond the last row, in the unused half of a word.
  const positionBits = Math.max(widths.row, p.countBits) + 1;
  const ports = {
    iactSigned: In(Bool),
    valid: In(Bool),
    job: In(WeightJob(p)),
    word: In(Bits(widths.word)),
    /** A window ends, with a word or without. */
    last: In(Bool),
    products: Out(Products(p)),
    /** With the last products of a window. */
    windowDone: Out(Bool),
  };
  return module(
    `MacLanes${parameterSuffix(p, 'psumDepth', 'dataBits')}`,
    ports,
    ({ iactSigned, valid, job, word, last, products, windowDone }) => {
      const iactSign = job.value.bit(p.dataBits - 1).and(iactSigned);
      const iact = cat(iactSign, job.value).asSInt();

      const decode = instance(CscDecode({ lanes: 2, countBits: p.countBits, positionBits }));
      decode.first.set(job.first);
      decode.origin.set(0);
      decode.advance.set(valid);

      for (let lane = 0; lane < 2; lane++) {
        const entry = word.bits((lane + 1) * widths.entry - 1, lane * widths.entry);
        const weight = entry.bits(p.dataBits - 1, 0).asSInt();
        decode.counts[lane]!.set(entry.bits(widths.entry - 1, p.dataBits).asUInt());

        const works = valid.and(weight.ne(0)).and(job.value.ne(0));
        const enable = reg(Bool, { reset: false });
        const row = reg(UInt(widths.row));
        const product = reg(SInt(2 * p.dataBits + 1));
        enable.set(works);
        when(works, () => {
          row.set(decode.positions[lane]!.trunc(widths.row));
          product.set(iact.mul(weight));
        });
        (lane === 0 ? products.first : products.second).set({ enable, row, value: product });
      }
      const ended = regNext(last, { reset: false });
      windowDone.set(ended);
    },
  );
});
