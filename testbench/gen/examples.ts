/** Designs that several tests look at: small, but with every kind of construct between them. */
import {
  all,
  Bits,
  bitsFor,
  Bool,
  Bundle,
  cat,
  connect,
  generator,
  In,
  instance,
  mem,
  module,
  mux,
  Out,
  queue,
  reg,
  SInt,
  stage,
  Stream,
  UInt,
  Vec,
  when,
  wire,
} from '../../gen/index.ts';
import type { Module, UIntVal } from '../../gen/index.ts';

export const Fifo = generator(function Fifo({ width, depth }: { width: number; depth: number }) {
  const data = UInt(width);
  const index = UInt(bitsFor(depth));
  const amount = UInt(bitsFor(depth + 1));
  const ports = { enq: In(Stream(data)), deq: Out(Stream(data)), level: Out(amount) };

  return module(`Fifo_${width}x${depth}`, ports, ({ enq, deq, level }) => {
    const ram = mem(data, depth);
    const head = reg(index, { reset: 0 });
    const tail = reg(index, { reset: 0 });
    const count = reg(amount, { reset: 0 });
    const push = enq.fire;
    const pop = deq.fire;
    const wrap = (pointer: UIntVal): UIntVal => pointer.eq(depth - 1).mux(0, pointer.add(1));

    enq.ready.set(count.ne(depth));
    deq.valid.set(count.ne(0));
    deq.data.set(ram.read(tail));
    level.set(count);

    when(push, () => {
      ram.write(head, enq.data);
      head.set(wrap(head));
    });
    when(pop, () => tail.set(wrap(tail)));
    when(push.and(pop.not()), () => count.set(count.add(1))).elseWhen(pop.and(push.not()), () =>
      count.set(count.sub(1)),
    );
  });
});

export const MacPipe = generator(function MacPipe({ width, accWidth }: { width: number; accWidth: number }) {
  const ports = {
    a: In(SInt(width)),
    b: In(SInt(width)),
    op: In(Stream(Bool)),
    clear: In(Bool),
    sum: Out(Stream(SInt(accWidth))),
  };

  return module(`MacPipe_${width}_${accWidth}`, ports, ({ a, b, op, clear, sum }) => {
    const valid1 = reg(Bool, { reset: false });
    const valid2 = reg(Bool, { reset: false });
    const product = reg(SInt(2 * width));
    const acc = reg(SInt(accWidth), { reset: 0 });
    const free2 = valid2.not().or(sum.ready);
    const free1 = valid1.not().or(free2);

    op.ready.set(free1);
    sum.valid.set(valid2);
    sum.data.set(acc);

    when(free1, () => {
      valid1.set(op.valid);
      product.set(a.mul(b));
    });
    when(free2, () => valid2.set(valid1));
    when(clear, () => acc.set(0)).elseWhen(valid1.and(free2), () => acc.set(acc.add(product.extend(accWidth))));
  });
});

export const Adder = generator(function Adder({ width }: { width: number }) {
  const ports = { x: In(UInt(width)), y: In(UInt(width)), sum: Out(UInt(width + 1)) };
  return module(`Adder_${width}`, ports, ({ x, y, sum }) => sum.set(x.addFull(y)));
});

/** Two widths of one generator; the narrow one also stands below `AdderPair`. */
const AdderPair = module('AdderPair', { x: In(UInt(4)), sum: Out(UInt(5)) }, ({ x, sum }) => {
  const same = instance(Adder({ width: 4 }));
  same.x.set(x);
  same.y.set(x);
  sum.set(same.sum);
});

export const Adders = module(
  'Adders',
  { a: In(UInt(8)), b: In(UInt(8)), total: Out(UInt(9)), low: Out(UInt(5)), twice: Out(UInt(5)) },
  ({ a, b, total, low, twice }) => {
    const wide = instance(Adder({ width: 8 }));
    const narrow = instance(Adder({ width: 4 }), { name: 'nibbles' });
    const pair = instance(AdderPair);
    wide.x.set(a);
    wide.y.set(b);
    narrow.x.set(a.trunc(4));
    narrow.y.set(b.trunc(4));
    pair.x.set(a.trunc(4));
    total.set(wide.sum);
    low.set(narrow.sum);
    twice.set(pair.sum);
  },
);

/** Inputs, registers, wires, outputs of instances and memories that nothing reads, in whole or in part. */
export const Unread = module(
  'Unread',
  { a: In(UInt(8)), b: In(UInt(8)), c: In(Bool), y: Out(Bits(2)) },
  ({ a, b, c, y }) => {
    const adder = instance(Adder({ width: 8 }));
    adder.x.set(a);
    adder.y.set(a);
    const idle = reg(UInt(3), { reset: 1 });
    const copy = wire(UInt(8));
    const log = mem(UInt(8), 8);
    log.write(a.trunc(3), a);
    copy.set(b);
    idle.set(idle.add(1));
    y.set(cat(a.bit(7), copy.bit(4)));
    when(c, () => {});
  },
);

/** Aggregates as ports, registers and payload; streams of the library; a synchronous memory. */
const Item = Bundle({ tag: UInt(2), values: Vec(2, SInt(5)) });
export const Aggregates = module(
  'Aggregates',
  {
    input: In(Stream(Item)),
    output: Out(Stream(Item)),
    pick: In(UInt(1)),
    swap: In(Bool),
    picked: Out(SInt(5)),
    last: Out(Item),
    word: Out(UInt(6)),
  },
  ({ input, output, pick, swap, picked, last, word }) => {
    const buffered = queue(Item, input, 3);
    const delayed = stage(Item, buffered);
    connect(output, delayed);
    const kept = reg(Item, { reset: 0 });
    const turned = mux(
      swap,
      { tag: kept.tag, values: [kept.values[1]!, kept.values[0]!] },
      { tag: kept.tag, values: [kept.values[0]!, kept.values[1]!] },
    );
    when(all(output.valid, output.ready), () => kept.set(delayed.data));
    picked.set(kept.values.at(pick));
    last.set({ tag: turned.tag, values: [turned.values[0]!, turned.values[1]!] });
    const table = mem(UInt(6), 4);
    when(swap, () => table.write(kept.tag, kept.values[0]!.asUInt().extend(6)));
    word.set(table.readSync(kept.tag, { enable: input.valid }));
  },
);

/** Two outputs that are one input, of which one has another sign: Icarus must not take it for a port that goes both ways. */
const rereadPorts = { a: In(UInt(8)), same: Out(UInt(8)), reread: Out(SInt(8)) };
const Reread = module('Reread', rereadPorts, ({ a, same, reread }) => {
  same.set(a);
  reread.set(a.asSInt());
});
const Rereads = module('Rereads', rereadPorts, ({ a, same, reread }) => {
  const child = instance(Reread);
  child.a.set(a);
  same.set(child.same);
  reread.set(child.reread);
});

export const examples: readonly Module[] = [
  Fifo({ width: 8, depth: 5 }),
  Fifo({ width: 1, depth: 2 }),
  MacPipe({ width: 8, accWidth: 20 }),
  Adders,
  Unread,
  Aggregates,
  Rereads,
];
