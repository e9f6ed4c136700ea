/* oxlint-disable typescript/no-unsafe-call, typescript/no-unsafe-member-access -- what is an error has no type */
/**
 * What the type checker must refuse, each with a line that expects the error, and what it must let pass. `tsc` checks this file;
 * nothing runs it.
 */
import {
  assert,
  assertStream,
  Bits,
  Bool,
  Bundle,
  channel,
  clockDomain,
  connect,
  Enum,
  fsm,
  Flip,
  external,
  In,
  inDomain,
  instance,
  instances,
  lit,
  mem,
  module,
  mux,
  Out,
  past,
  queue,
  reg,
  regNext,
  select,
  SInt,
  stage,
  Stream,
  sum,
  switchOn,
  synchronise,
  typeOf,
  UInt,
  Vec,
  when,
  wire,
  arbitrate,
  demuxStream,
  fork,
  halfStage,
  haltWhen,
  join,
  mapStream,
  muxStream,
  narrowStream,
  skid,
  takeWhen,
  throwWhen,
  widenStream,
} from '../../gen/index.ts';
import type {
  BoolVal,
  BundleType,
  EnumType,
  EnumVal,
  SIntType,
  StreamSource,
  UIntType,
  UIntVal,
  Val,
  Var,
} from '../../gen/index.ts';

const width: number = 8;

export const refused = () =>
  module(
    'Refused',
    {
      a: In(UInt(8)),
      b: In(UInt(4)),
      s: In(SInt(8)),
      raw: In(Bits(8)),
      c: In(Bool),
      y: Out(UInt(4)),
      item: Out(Bundle({ tag: UInt(2), data: UInt(8) })),
      source: In(Stream(UInt(8))),
      v: In(Vec(2, UInt(8))),
      bus: In(Bundle({ ask: Stream(UInt(4)), answer: Flip(Stream(UInt(8))) })),
    },
    (io) => {
      const { a, b, s, raw, c, y, item, source, v, bus } = io;
      // @ts-expect-error 8 bits into 4
      y.set(a);
      // @ts-expect-error 8 bits and 4
      a.add(b);
      // @ts-expect-error 8 bits and 4
      sum(a, b);
      // @ts-expect-error an input can't be driven
      a.set(0);
      // @ts-expect-error bits have no arithmetic
      raw.add(raw);
      // @ts-expect-error bits have no order
      raw.lt(raw);
      // @ts-expect-error signed and unsigned
      a.add(s);
      // @ts-expect-error signed and unsigned
      s.lt(a);
      // @ts-expect-error a number is no condition
      when(a, () => {});
      // @ts-expect-error a number is no Bool
      c.and(1);
      // @ts-expect-error a Bool is no number
      y.set(true);
      // @ts-expect-error no such port
      void io.missing;
      // @ts-expect-error a field is missing
      item.set({ tag: 1 });
      // @ts-expect-error a field of another width
      item.set({ tag: a, data: a });
      // @ts-expect-error no such field
      void item.other;
      // @ts-expect-error two kinds
      mux(c, a, raw);
      // @ts-expect-error a source is not driven
      source.valid.set(true);
      // @ts-expect-error a source is no sink
      connect(source, source);
      // @ts-expect-error a reset value is plain
      reg(Bool, { reset: 1 });
      // @ts-expect-error a signal is no amount of a constant shift
      a.shl(b);
      // @ts-expect-error and a number none of a dynamic one
      a.shiftLeft(3);
      // @ts-expect-error a write of another width
      mem(UInt(4), 16).write(b, a);
      // @ts-expect-error initial contents are plain
      mem(UInt(4), 16, { initial: [1, b] });
      // @ts-expect-error of the type of the words
      mem(Bundle({ flag: Bool }), 16, { initial: [{ flag: 1 }] });
      // @ts-expect-error a mask for a vector has a Bool for each element
      mem(Vec(2, UInt(4)), 16).write(b, [1, 2], { mask: 3 });
      // @ts-expect-error a mask is bits
      mem(UInt(8), 16, { maskWidth: 4 }).write(b, a, { mask: a });
      // @ts-expect-error no such read
      mem(UInt(8), 16).readSync(b, { underWrite: 'both' });
      // @ts-expect-error a text is no literal
      lit(UInt(4), '3');
      const child = instance(accepted());
      // @ts-expect-error an output of an instance is not driven
      child.y.set(0);
      // @ts-expect-error nor an input read of another width
      child.a.set(b);
      // @ts-expect-error an extended value has its new width
      y.set(b.extend(5));
      // @ts-expect-error what is asserted is a Bool
      assert(a);
      // @ts-expect-error the past of 4 bits has 4 bits
      a.add(past(b));
      // @ts-expect-error a label is a text
      assert(c, 3);
      // @ts-expect-error a stream has a handshake
      assertStream(item);
      // @ts-expect-error an element has its type
      y.set(wire(Vec(2, UInt(8)))[0]!);
      // @ts-expect-error bits of an input are not driven
      a.bits(3, 0).set(0);
      // @ts-expect-error nor is an element of one that a signal chooses
      v.at(b.trunc(1)).set(0);
      // @ts-expect-error bits are no number
      y.bits(3, 0).set(b);
      // @ts-expect-error an index is unsigned
      wire(Vec(2, UInt(8))).at(s);
      // @ts-expect-error what is flipped in an input is driven, not read
      bus.answer.data.set(bus.ask.data);
      // @ts-expect-error and what is not is read
      bus.ask.ready.add(1);
      // @ts-expect-error a whole that runs both ways is not set
      bus.set(bus);
      // @ts-expect-error registers hold no streams
      reg(Stream(Bool));
      // @ts-expect-error a field is missing
      connect(bus, { ask: bus.ask });
      // @ts-expect-error a payload of another type
      connect(bus.answer, queue(bus.ask, 2));
      // @ts-expect-error the type of the register is that of the value
      y.set(regNext(a));
    },
  );

export const accepted = () =>
  module(
    'Accepted',
    { a: In(UInt(8)), n: In(UInt(width)), c: In(Bool), y: Out(UInt(8)), z: Out(UInt(width)), v: Out(Vec(3, UInt(8))) },
    ({ a, n, c, y, z, v }) => {
      // A width that a generator computes goes with every other; elaboration checks it.
      z.set(a.add(n));
      y.set(n);
      const any: UIntVal = a;
      const narrow: UIntVal<8> = any;
      when(c, () => y.set(narrow.trunc(4).extend(8)));
      v.set([a, n, 3]);
      v[0]!.set(mux(c, a, 7));
      v[1]!.set(c.mux(0, a).bits(3, 0).asUInt().extend(8));
      const state = reg(Bundle({ flag: Bool, list: Vec(2, SInt(3)) }), { reset: { flag: true, list: [1, -1] } });
      state.set({ flag: c, list: state.list });
      state.list.at(a.trunc(1)).bits(2, 1).set(3);
      state.set(mux(c, state, { flag: true, list: [0, state.list[0]!] }));
      const next: Val<UIntType<8>> = regNext(a, { reset: 3 });
      const buffered: StreamSource<SIntType<3>> = queue(stage(channel(SInt(3))), 2);
      const type: BundleType<{ readonly n: UIntType<8> }> = typeOf({ n: next });
      const links = wire(Vec(2, Bundle({ there: Stream(typeOf(next)), back: Flip(Bool) })));
      connect(links[0]!, links[1]!);
      links[0]!.there.data.set(wire(type).n);
      connect(channel(SInt(3)), buffered);
    },
  );

const Phase = Enum(['Idle', 'Load', 'Run']);
const Mode = Enum({ Off: 0, Slow: 4 });
const names: string[] = ['A', 'B'];
const Computed = Enum(names);
const enumPorts = {
  go: In(Bool),
  n: In(UInt(4)),
  wide: In(UInt(5)),
  raw: In(Bits(2)),
  nibble: In(Bits(4)),
  signed: In(SInt(4)),
  phase: In(Phase),
  mode: In(Mode),
  next: Out(Phase),
  computed: Out(Computed),
};

export const refusedEnums = () => {
  // @ts-expect-error default is the rest of a switch
  Enum(['A', 'default']);
  // @ts-expect-error with patterns too
  Enum({ A: 0, default: 2 });
  // @ts-expect-error patterns need no encoding
  Enum({ A: 0 }, { encoding: 'gray' });
  return module('RefusedEnums', enumPorts, ({ go, n, wide, nibble, signed, phase, mode, next }) => {
    // @ts-expect-error no member
    next.set('Rum');
    // @ts-expect-error a member of another enum
    next.set(mode);
    // @ts-expect-error a number is no member
    next.set(1);
    // @ts-expect-error members have no order
    next.lt(phase);
    // @ts-expect-error nor bits to pick
    next.bit(0);
    // @ts-expect-error no member
    next.eq('Off');
    // @ts-expect-error another enum
    next.eq(mode);
    // @ts-expect-error no member
    next.isOneOf('Idle', 'Lo');
    // @ts-expect-error no member
    mux(go, 'Off', phase);
    // @ts-expect-error no member
    go.mux(phase, 'Off');
    // @ts-expect-error two enums
    mux(go, mode, phase);
    // @ts-expect-error two enums
    go.mux(mode, phase);
    // @ts-expect-error no member
    lit(Phase, 'Rum');
    // @ts-expect-error no member
    reg(Phase, { reset: 'Idl' });
    // @ts-expect-error no member, in a part
    wire(Vec(2, Bundle({ phase: Phase })))[0]!.phase.set('Off');
    const fewer = wire(Enum(['Idle', 'Load']));
    // @ts-expect-error an enum of fewer members
    next.set(fewer);
    // @ts-expect-error of fewer
    next.eq(fewer);
    // @ts-expect-error of more
    fewer.eq(next);
    // @ts-expect-error Run is missing
    switchOn(phase, { Idle: () => {}, Load: () => {} });
    // @ts-expect-error no member
    switchOn(phase, { Idle: () => {}, Load: () => {}, Run: () => {}, Stop: () => {} });
    // @ts-expect-error no member
    switchOn(phase, { Idle: () => {}, Stop: () => {}, default: () => {} });
    // @ts-expect-error a number is no name
    switchOn(n, { a: () => {} });
    // @ts-expect-error false is missing
    switchOn(go, { true: () => {} });
    // @ts-expect-error the cases of an SInt can't be named
    switchOn(signed, { 0: () => {}, default: () => {} });
    // @ts-expect-error Run is missing
    select(phase, { Idle: 3, Load: n });
    // @ts-expect-error two kinds
    select(phase, { Idle: 3, Load: n, Run: nibble });
    // @ts-expect-error two widths
    select(phase, { Idle: 3, Load: n, Run: wide });
    // @ts-expect-error a number is no Bool
    select(phase, { Idle: 3, Load: go, Run: go });
    // @ts-expect-error no member
    select(phase, { Idle: 'Off', Load: phase, Run: phase });
    // @ts-expect-error plain values have no width
    select(phase, { Idle: 1, Load: 2, Run: 3 });
    // @ts-expect-error the choice has the width of the values
    wire(UInt(5)).set(select(phase, { Idle: 3, Load: n, default: 7 }));
    // @ts-expect-error no state
    fsm({ A: (to) => to('C'), B: (to) => to('A') });
    // @ts-expect-error no state
    fsm({ A: (to) => to('B'), B: (to) => to('A') }, { reset: 'C' });
    const control = fsm({ A: (to) => to('B'), B: (to) => to('A') });
    // @ts-expect-error no state
    control.is('C');
    // @ts-expect-error a state is left by go
    control.state.set('A');
  });
};

/** A helper that knows no members. */
const held = <M extends string>(type: EnumType<M>): Var<EnumType<M>> => reg(type);

export const acceptedEnums = () =>
  module('AcceptedEnums', enumPorts, ({ go, n, raw, phase, next, computed }) => {
    // Members that a program computes go with every enum; elaboration checks them.
    computed.set('A');
    computed.set(phase);
    next.set(computed);
    next.set(mux(go, 'Idle', phase));
    next.set(mux(go, phase, 'Idle'));
    next.set(go.mux('Idle', phase));
    next.set(go.mux(phase, 'Idle'));
    next.set(Phase.from(raw));
    next.set(lit(Phase, 'Run'));
    next.set(held(Phase));
    const parts = wire(Vec(2, Bundle({ phase: Phase, n: UInt(2) })));
    parts.set([
      { phase: 'Idle', n: 1 },
      { phase, n: 2 },
    ]);
    mem(Phase, 4).write(n.trunc(2), 'Run');
    switchOn(phase, { Idle: () => {}, Load: () => {}, Run: () => {} });
    switchOn(phase, { Idle: () => {}, default: () => {} });
    switchOn(n, { 0: () => {}, 0b11: () => {}, '12': () => {}, default: () => {} });
    switchOn(raw, { 0: () => {} });
    switchOn(go, { true: () => {}, false: () => {} });
    const number: UIntVal<4> = select(phase, { Idle: 3, Load: n, default: 7 });
    const flag: BoolVal = select(phase, { Idle: true, Load: go, Run: false });
    const member: EnumVal<'Idle' | 'Load' | 'Run'> = select(n, { 0: 'Idle', 1: phase, default: 'Run' });
    const record = select(raw, { 0: { x: number, y: member }, default: { x: n, y: phase } });
    wire(UInt(4)).set(select(flag, { true: record.x, false: 0 }));
    next.set(record.y);
    const control = fsm({ A: (to) => to('B'), B: (to) => when(go, () => to('A')) }, { reset: 'B', encoding: 'onehot' });
    const state: EnumVal<'A' | 'B'> = control.state;
    when(control.is('A', 'B').and(state.ne('A')), () => {});
  });

export const refusedDomains = () =>
  module('RefusedDomains', { word: In(UInt(8)), flag: In(Bool), y: Out(UInt(8)) }, ({ word, flag, y }) => {
    const fast = clockDomain('fast');
    // @ts-expect-error a word is more than one bit
    synchronise(word);
    // @ts-expect-error and is Gray-coded or not
    synchronise(word, { gray: false });
    // @ts-expect-error a domain is no name
    inDomain('fast', () => {});
    // @ts-expect-error no such kind of reset
    clockDomain('slow', { reset: { kind: 'later', active: 'high' } });
    // @ts-expect-error a number enables nothing
    reg(UInt(8), { enable: word });
    // @ts-expect-error registers keep time
    reg(UInt(8), { domain: 'async' });
    // @ts-expect-error what a body gives has its type
    y.set(inDomain(fast, () => flag));
  });

export const refusedInstances = () =>
  module('RefusedInstances', { word: In(UInt(8)), y: Out(UInt(8)) }, ({ word, y }) => {
    const Box = external('box', { a: In(UInt(8)), b: In(Bool), q: Out(UInt(8)) }, { paths: { q: ['a'] } });
    const boxes = instances(Box, 4);
    // @ts-expect-error inputs have their own width
    boxes[0]!.a.set(word.trunc(4));
    // @ts-expect-error an output is driven from inside
    boxes[0]!.q.set(word);
    // @ts-expect-error no such port
    boxes[0]!.c.set(word);
    // @ts-expect-error an array is no single instance
    boxes.a.set(word);
    // @ts-expect-error elements stay where they are
    boxes[0] = boxes[1]!;
    y.set(boxes[3]!.q);
    // @ts-expect-error a path ends at a port
    external('box', { a: In(UInt(8)), q: Out(UInt(8)) }, { paths: { q: ['z'] } });
    // @ts-expect-error and starts at one
    external('box', { a: In(UInt(8)), q: Out(UInt(8)) }, { paths: { z: ['a'] } });
    // @ts-expect-error a parameter is a number or a text
    external('box', {}, { parameters: { P: true } });
  });

export const acceptedDomains = () =>
  module('AcceptedDomains', { word: In(UInt(8)), flag: In(Bool), bit: In(UInt(1)), y: Out(UInt(8)) }, (io) => {
    const seen: BoolVal = inDomain(clockDomain('fast', { reset: 'none' }), () => synchronise(io.flag));
    const bit: UIntVal<1> = synchronise(io.bit);
    const code: UIntVal<8> = synchronise(io.word, { gray: true, stages: 3, reset: 0 });
    io.y.set(mux(seen, code, bit.extend(8)));
  });

export const refusedStreams = () =>
  module('RefusedStreams', { a: In(Stream(UInt(8))), b: In(Stream(Bool)), y: Out(Stream(UInt(8))) }, ({ a, b, y }) => {
    const Way = Enum(['Left', 'Right']);
    const way = wire(Way);
    const bits = mapStream(a, (data) => data.bit(0));
    // @ts-expect-error what comes out is what the function gives
    connect(y, bits);
    // @ts-expect-error a condition is one bit
    haltWhen(a, a.data);
    // @ts-expect-error one type for all
    arbitrate([a, b]);
    // @ts-expect-error no such policy
    arbitrate([a], { policy: 'random' });
    // @ts-expect-error whether a burst ends is one bit
    arbitrate([a], { until: (data) => data });
    // @ts-expect-error so many branches, and no more
    const [, , third] = fork(a, 2);
    // @ts-expect-error a source for every member
    muxStream(way, { Left: a });
    // @ts-expect-error elements come of a vector
    connect(y, narrowStream(a));
    // @ts-expect-error a vector comes of elements
    connect(y, widenStream(a, 2));
    // @ts-expect-error a queue has a depth
    queue(a, { flow: true });
    // @ts-expect-error a sink is no source
    stage(y);
    return third;
  });

export const acceptedStreams = () =>
  module('AcceptedStreams', { a: In(Stream(UInt(8))), b: In(Stream(Bool)), y: Out(Stream(UInt(8))) }, ({ a, b, y }) => {
    const Way = Enum(['Left', 'Right']);
    const way = wire(Way);
    const [left, right]: readonly [StreamSource<UIntType<8>>, StreamSource<UIntType<8>>] = fork(skid(a), 2);
    const computed: readonly StreamSource<UIntType<8>>[] = fork(left, width);
    const joined = join({ data: right, flag: halfStage(b) });
    const data: UIntVal<8> = joined.data.data;
    const flag: BoolVal = joined.data.flag;
    const pairs = widenStream(throwWhen(left, left.data.eq(0)), 2);
    const element: UIntVal<8> = pairs.data.at(flag.asUInt());
    const single: StreamSource<UIntType<8>> = narrowStream(pairs);
    const merged = arbitrate([single, ...computed, takeWhen(right, flag)], { until: (beat) => beat.eq(data) });
    const index: UIntVal = merged.index;
    const record = mapStream(merged, (beat) => ({ beat, index, list: [element, beat] }));
    const second: UIntVal<8> = record.data.list.at(flag.asUInt());
    const chosen = muxStream(way, { Left: merged, Right: mapStream(record, () => second) });
    const sorted = demuxStream(way, haltWhen(chosen, flag));
    const third: StreamSource<UIntType<8>> = demuxStream(index, sorted.Left, 3)[2];
    connect(y, muxStream(index, [third, queue(sorted.Right, 2, { flow: true, pipe: true, name: 'last' })]));
  });

/** Ports and fields that a module has in some cases only. */
function extraPorts(wide: boolean) {
  return { extra: Out(Bundle({ always: Bool, ...(wide ? { more: UInt(8) } : {}) })) };
}

export const optionalPorts = (wide: boolean) => {
  const some: Partial<ReturnType<typeof extraPorts>> = wide ? extraPorts(wide) : {};
  return module('Optional', { a: In(UInt(8)), ...some }, ({ a, extra }) => {
    extra?.always.set(true);
    extra?.more?.set(a);
    // @ts-expect-error -- it may not be there
    extra.always.set(true);
    // @ts-expect-error -- a Bool takes no UInt
    extra?.always.set(a);
  });
};
