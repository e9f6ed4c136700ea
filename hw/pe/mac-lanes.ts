/** The multipliers: one iact by the two weights of a word (J19 section IV-C, SIMD 2), or by one weight. */
import {
  Bits,
  Bool,
  type BoolVal,
  Bundle,
  In,
  Out,
  SInt,
  UInt,
  type UIntVal,
  cat,
  generator,
  instance,
  lit,
  module,
  mux,
  reg,
  regNext,
  when,
} from '../../gen/index.ts';
import { WeightJob } from './command.ts';
import { CscDecode } from './csc-decode.ts';
import { fieldsIf } from './fields-if.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';

/** A product and the psum that it is for. */
export function Product(p: PeParameters) {
  return Bundle({ enable: Bool, row: UInt(widthsOf(p).row), value: SInt(2 * p.dataBits + 1) });
}

/** The products of a cycle: of a word's two weights, or of one weight. */
export function Products(p: PeParameters) {
  return Bundle({ first: Product(p), ...fieldsIf(p.macs === 2, { second: Product(p) }) });
}

/**
 * Decodes the weights' counts to rows and multiplies, in one pipeline stage; plain weights come row by row. A lane with nothing to add (the second half of
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
    word: In(Bits(p.macs * widths.stored)),
    /** A window ends, with a word or without. */
    last: In(Bool),
    products: Out(Products(p)),
    /** With the last products of a window. */
    windowDone: Out(Bool),
  };
  return module(
    `MacLanes${parameterSuffix(p, 'psumDepth', 'dataBits', 'macs', 'sparse')}`,
    ports,
    ({ iactSigned, valid, job, word, last, products, windowDone }) => {
      const iactSign = job.value.bit(p.dataBits - 1).and(iactSigned);
      const iact = cat(iactSign, job.value).asSInt();

      const decode = p.sparse ? instance(CscDecode({ lanes: p.macs, countBits: p.countBits, positionBits })) : null;
      decode?.first.set(job.first);
      decode?.origin.set(0);
      decode?.advance.set(valid);
      const plainRow = decode === null ? countedRow(p, valid, job.first) : null;

      for (let lane = 0; lane < p.macs; lane++) {
        const entry = word.bits((lane + 1) * widths.stored - 1, lane * widths.stored);
        const weight = entry.bits(p.dataBits - 1, 0).asSInt();
        decode?.counts[lane]!.set(entry.bits(widths.entry - 1, p.dataBits).asUInt());

        const works = valid.and(weight.ne(0)).and(job.value.ne(0));
        const enable = reg(Bool, { reset: false });
        const row = reg(UInt(widths.row));
        const product = reg(SInt(2 * p.dataBits + 1));
        enable.set(works);
        when(works, () => {
          row.set(
            plainRow === null
              ? decode!.positions[lane]!.trunc(widths.row)
              : // With two lanes, rows come in pairs of an even and an odd one.
                lane === 0
                ? plainRow
                : plainRow.or(lit(UInt(widths.row), 1)),
          );
          product.set(iact.mul(weight));
        });
        (lane === 0 ? products.first : products.second).set({ enable, row, value: product });
      }
      const ended = regNext(last, { reset: false });
      windowDone.set(ended);
    },
  );
});

/** The row of the lower of the weights at hand, where all weights of a column come. */
function countedRow(p: PeParameters, valid: BoolVal, first: BoolVal): UIntVal {
  const next = reg(UInt(widthsOf(p).row));
  const row = mux(first, 0, next);
  when(valid, () => next.set(row.add(p.macs)));
  return row;
}
