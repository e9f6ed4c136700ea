/** Designs that several tests look at: small, but with every kind of construct between them. */
import {
  all,
  arbitrate,
  asyncQueue,
  Bits,
  bitsFor,
  Bool,
  Bundle,
  cat,
  clockDomain,
  connect,
  crossPulse,
  demuxStream,
  Enum,
  fork,
  fsm,
  Flip,
  generator,
  halfStage,
  haltWhen,
  In,
  inDomain,
  instance,
  keep,
  instances,
  mapStream,
  mem,
  module,
  mux,
  narrowStream,
  Out,
  queue,
  reg,
  regNext,
  select,
  SInt,
  skid,
  stage,
  Stream,
  switchOn,
  synchronise,
  takeWhen,
  throwWhen,
  UInt,
  unsynchronised,
  Vec,
  when,
  widenStream,
  wire,
} from '../../gen/index.ts';
import type { Module, UIntVal } from '../../gen/index.ts';
import { CheckedFifo } from './checked-fifo.ts';

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
    const adder = keep(instance(Adder({ width: 8 })));
    adder.x.set(a);
    adder.y.set(a);
    const idle = keep(reg(UInt(3), { reset: 1 }));
    const copy = wire(UInt(8));
    const log = keep(mem(UInt(8), 8));
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
    const buffered = queue(input, 3);
    const delayed = stage(buffered);
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

/** A serial receiver: a start bit, eight bits of data from the lowest on, a stop bit, each `clocksPerBit` cycles long. */
export const UartReceiver = generator(function UartReceiver({ clocksPerBit }: { clocksPerBit: number }) {
  const ports = { line: In(Bool), data: Out(UInt(8)), done: Out(Bool), broken: Out(Bool) };
  return module(`UartReceiver_${clocksPerBit}`, ports, ({ line, data, done, broken }) => {
    const waited = reg(UInt(bitsFor(clocksPerBit)), { reset: 0 });
    const count = reg(UInt(3), { reset: 0 });
    const bits = reg(UInt(8));
    const elapsed = waited.eq(clocksPerBit - 1);

    waited.set(mux(elapsed, 0, waited.add(1)));
    const receiver = fsm({
      Idle(go) {
        waited.set(0);
        when(line.not(), () => go('Start'));
      },
      Start(go) {
        // Half a bit on, and from then on a whole one each time: all bits are read in their middle.
        when(waited.eq(Math.floor(clocksPerBit / 2) - 1), () => {
          waited.set(0);
          when(line, () => go('Idle')).otherwise(() => go('Data'));
        });
      },
      Data(go) {
        when(elapsed, () => {
          bits.set(cat(line, bits.bits(7, 1)).asUInt());
          count.set(count.add(1));
          when(count.eq(7), () => go('Stop'));
        });
      },
      Stop(go) {
        when(elapsed, () => go('Idle'));
      },
    });
    const ending = receiver.is('Stop').and(elapsed);
    data.set(bits);
    done.set(ending.and(line));
    broken.set(ending.and(line.not()));
  });
});

/** Enums as ports, in a memory, by explicit patterns and from bits; choices by member and by number. */
export const Light = Enum({ Red: 1, Yellow: 2, Green: 4 });
export const Lights = module(
  'Lights',
  {
    light: In(Light),
    raw: In(Bits(3)),
    at: In(UInt(2)),
    next: Out(Light),
    kept: Out(Light),
    valid: Out(Bool),
    pause: Out(UInt(4)),
  },
  ({ light, raw, at, next, kept, valid, pause }) => {
    const table = mem(Light, 4);
    const last = reg(Light, { reset: 'Red' });
    const waits = reg(UInt(4), { reset: 0 });
    switchOn(light, {
      Red: () => next.set('Green'),
      Yellow: () => next.set('Red'),
      Green: () => next.set('Yellow'),
    });
    when(Light.isMember(raw), () => last.set(Light.from(raw)));
    const clear = (): void => waits.set(0);
    switchOn(at, { 0: clear, 1: clear, 2: () => waits.set(waits.add(1)) });
    table.write(at, last);
    kept.set(select(at, { 0: last, 3: 'Yellow', default: table.read(at) }));
    valid.set(last.isOneOf('Red', 'Green'));
    pause.set(select(last, { Red: 9, Yellow: 2, Green: waits }));
  },
);

/** Three clock domains: samples cross in a queue and are averaged, and what comes back is one bit, a pulse and a held word. */
export const adcClock = clockDomain('adc', { edge: 'falling', reset: { kind: 'async', active: 'low' } });
const slowClock = clockDomain('slow', { reset: 'none' });
export const TwoClocks = module(
  'TwoClocks',
  {
    sample: In(Stream(SInt(6)), { domain: adcClock }),
    start: In(Bool),
    alarm: In(Bool, { domain: 'async' }),
    average: Out(SInt(6)),
    busy: Out(Bool, { domain: adcClock }),
    started: Out(Bool, { domain: adcClock }),
    shown: Out(SInt(6), { domain: slowClock }),
  },
  ({ sample, start, alarm, average, busy, started, shown }) => {
    const samples = asyncQueue(sample, 8, { from: adcClock });
    const kept = queue(samples, 2);
    const alarmed = synchronise(alarm, { stages: 3 });
    const sum = reg(SInt(6), { reset: -1, enable: alarmed.not() });
    kept.ready.set(true);
    when(kept.fire, () => sum.set(sum.add(kept.data).shr(1).extend(6)));
    average.set(sum);
    const startSeen = crossPulse(start, { to: adcClock });
    started.set(startSeen);
    const full = reg(Bool, { reset: false });
    full.set(kept.valid);
    const fullSeen = inDomain(adcClock, () => synchronise(full, { reset: true }));
    busy.set(fullSeen);
    // Whoever shows it stops the samples meanwhile.
    const word = inDomain(slowClock, () => regNext(unsynchronised(sum)));
    shown.set(word);
  },
);

/** Vectors as ports, also of bundles: passed on, turned around, read in part, driven from each other. */
const VectorItem = Bundle({ tag: UInt(8), values: Vec(2, SInt(3)) });
const vectorPorts = {
  v: In(Vec(4, SInt(8))),
  items: In(Vec(2, VectorItem)),
  turned: Out(Vec(4, SInt(8))),
  swapped: Out(Vec(2, VectorItem)),
  total: Out(SInt(10)),
  sums: Out(Vec(4, SInt(10))),
};
const VectorPart = module('VectorPart', vectorPorts, ({ v, items, turned, swapped, total, sums }) => {
  turned.set([v[3]!, v[2]!, v[1]!, v[0]!]);
  swapped.set([items[1]!, items[0]!]);
  sums[0]!.set(v[0]!.extend(10));
  for (let index = 1; index < 4; index++) sums[index]!.set(sums[index - 1]!.add(v[index]!.extend(10)));
  total.set(sums[3]!);
});
export const PackedVectors = module('PackedVectors', vectorPorts, ({ v, items, turned, swapped, total, sums }) => {
  const first = instance(VectorPart);
  const second = instance(VectorPart);
  first.v.set(v);
  first.items.set(items);
  second.v.set(first.turned);
  second.items.set([items[0]!, first.swapped[0]!]);
  turned.set(first.turned);
  swapped.set(first.swapped);
  total.set(second.total);
  sums.set(first.sums);
});

/** A stage of a systolic row: keeps a weight, passes what comes on, and adds to what comes from the left. */
const RowCell = module(
  'RowCell',
  { weight: In(SInt(8)), load: In(Bool), x: In(SInt(8)), left: In(SInt(20)), right: Out(SInt(20)), busy: Out(Bool) },
  ({ weight, load, x, left, right, busy }) => {
    const kept = reg(SInt(8), { reset: 0 });
    const sum = reg(SInt(20), { reset: 0 });
    when(load, () => kept.set(weight));
    sum.set(left.add(kept.mul(x).extend(20)));
    right.set(sum);
    busy.set(kept.ne(0));
  },
);
/** Arrays of instances: neighbours connected, inputs shared, parts of vectors, expressions, constants, one element. */
export const SystolicRow = generator(function SystolicRow({ cells, unroll }: { cells: number; unroll?: boolean }) {
  const ports = {
    weights: In(Vec(cells, SInt(8))),
    load: In(Bool),
    x: In(SInt(8)),
    shift: In(UInt(3)),
    sums: Out(Vec(cells, SInt(20))),
    last: Out(SInt(20)),
    busy: Out(Vec(cells, Bool)),
    back: Out(Vec(cells, SInt(20))),
  };
  return module(`SystolicRow_${cells}`, ports, ({ weights, load, x, shift, sums, last, busy, back }) => {
    const row = instances(RowCell, cells, unroll === true ? { unroll } : {});
    const reverse = instances(RowCell, cells, unroll === true ? { unroll } : {});
    row.forEach((cell, index) => {
      cell.weight.set(weights[index]!);
      cell.load.set(load);
      cell.x.set(x);
      cell.left.set(index === 0 ? 0 : row[index - 1]!.right);
      sums[index]!.set(cell.right);
      busy[index]!.set(cell.busy);
    });
    reverse.forEach((cell, index) => {
      cell.weight.set(weights[cells - 1 - index]!);
      cell.load.set(load.and(shift.eq(index % 8)));
      cell.x.set(x.shiftLeft(shift));
      cell.left.set(row[index]!.right);
      back[index]!.set(cell.right);
    });
    last.set(row[cells - 1]!.right);
  });
});

/** Memories of every kind: masked, of aggregates, with contents, as macros; reads that see what is being written. */
const Memories = module(
  'Memories',
  {
    at: In(UInt(4)),
    from: In(UInt(4)),
    wide: In(UInt(7)),
    data: In(SInt(8)),
    item: In(Item),
    mask: In(Bits(2)),
    lanes: In(Vec(3, Bool)),
    put: In(Bool),
    masked: Out(SInt(8)),
    items: Out(Item),
    sine: Out(SInt(6)),
    few: Out(SInt(6)),
    sram: Out(Vec(3, UInt(2))),
    file: Out(SInt(8)),
  },
  (io) => {
    const bytes = mem(SInt(8), 16, { maskWidth: 4 });
    const kept = mem(Item, 16);
    const sines = mem(SInt(6), 100, { initial: [0, 9, 17, -17, -9] });
    const levels = mem(SInt(6), 16, { initial: [1, -32, 31] });
    const pixels = mem(Vec(3, UInt(2)), 16, { macro: true });
    const registers = mem(SInt(8), 16, { macro: 'regfile' });
    when(io.put, () => {
      bytes.write(io.at, io.data, { mask: io.mask });
      kept.write(io.at, io.item);
      pixels.write(io.at, [1, io.at.trunc(2), 3], { mask: [io.lanes[0]!, true, io.lanes[2]!] });
      registers.write(io.at, io.data);
    }).elseWhen(io.lanes[1]!, () => {
      bytes.write(io.from, 7);
      registers.write(io.from, io.data.sub(1));
    });
    io.masked.set(bytes.readSync(io.from, { underWrite: 'new' }));
    io.items.set(kept.readSync(io.from, { enable: io.put, underWrite: 'new' }));
    io.sine.set(sines.readSync(io.wide));
    io.few.set(levels.read(io.from));
    io.sram.set(pixels.readSync(io.from, { enable: io.put, underWrite: 'any' }));
    io.file.set(registers.read(io.from));
  },
);

/** Parts and chosen elements as targets, and a bus whose fields run both ways. */
const Bus = Bundle({ request: Stream(UInt(3)), response: Flip(Stream(Item)), busy: Flip(Bool) });
const Registers = module(
  'Registers',
  {
    buses: In(Vec(2, Bus)),
    row: In(UInt(2)),
    column: In(UInt(3)),
    put: In(Item),
    bits: In(Bits(4)),
    flags: Out(SInt(8)),
  },
  ({ buses, row, column, put, bits, flags }) => {
    const rows = reg(Vec(3, Item), { reset: 0 });
    const mask = reg(UInt(8), { reset: 0 });
    when(mask.at(column), () => rows.at(row).set(put)).otherwise(() => mask.at(column).set(true));
    when(bits.bit(0), () => mask.bits(6, 4).bits(1, 0).set(bits.bits(2, 1)));
    buses.forEach((bus, index) => {
      const inner = wire(Bus);
      connect(inner, bus);
      const asked = queue(inner.request, 2 + index);
      asked.ready.set(inner.response.ready);
      inner.response.valid.set(asked.valid);
      inner.response.data.set(rows.at(asked.data.trunc(2)));
      inner.busy.set(asked.data.bit(2));
    });
    flags.bits(3, 0).set(bits);
    flags.bits(7, 4).set(0);
    when(mask.orReduce(), () => flags.bits(5, 4).set(mask.bits(1, 0)));
  },
);

const Packet = Bundle({ last: Bool, value: UInt(6) });

/** Two producers share a channel, by turns and in bursts; what comes is sorted, copied and packed: most of the streams there are. */
export const Crossbar = module(
  'Crossbar',
  {
    a: In(Stream(Packet)),
    b: In(Stream(Packet)),
    stop: In(Bool),
    odd: Out(Stream(Vec(2, UInt(6)))),
    log: Out(Stream(Bundle({ from: UInt(1), data: Packet }))),
    halves: Out(Stream(UInt(3))),
  },
  ({ a, b, stop, odd, log, halves }) => {
    const merged = arbitrate([skid(a), queue(b, 3, { flow: true })], { until: ({ last }) => last });
    const tagged = mapStream(merged, (data) => ({ from: merged.index, data }));
    const [record, work, trace] = fork(stage(haltWhen(tagged, stop)), 3);
    const bare = mapStream(throwWhen(work, work.data.data.last), ({ data }) => data.value);
    const values = queue(bare, 2, { pipe: true });
    connect(odd, halfStage(widenStream(takeWhen(values, values.data.bit(0)), 2)));
    connect(log, record);
    const pairs = mapStream(trace, ({ data: { value } }) => [value.trunc(3), value.shr(3)]);
    const [straight, turned] = demuxStream(trace.data.from, narrowStream(pairs), 2);
    connect(halves, arbitrate([straight, mapStream(turned, (half) => half.not())], { policy: 'fixed' }));
  },
);

export const examples: readonly Module[] = [
  Fifo({ width: 8, depth: 5 }),
  Fifo({ width: 1, depth: 2 }),
  MacPipe({ width: 8, accWidth: 20 }),
  CheckedFifo({ bug: 'none' }),
  Adders,
  Unread,
  Aggregates,
  Rereads,
  PackedVectors,
  SystolicRow({ cells: 1 }),
  SystolicRow({ cells: 5 }),
  UartReceiver({ clocksPerBit: 4 }),
  Lights,
  TwoClocks,
  Memories,
  Crossbar,
  Registers,
];
