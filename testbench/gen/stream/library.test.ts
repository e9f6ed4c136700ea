import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Arbiter,
  arbitrate,
  Bool,
  Bundle,
  clockDomain,
  connect,
  demuxStream,
  emitVerilog,
  Fork,
  fork,
  halfStage,
  HalfStage,
  haltWhen,
  In,
  inDomain,
  join,
  mapStream,
  module,
  type Module,
  muxStream,
  Narrow,
  narrowStream,
  Out,
  queue,
  Queue,
  reg,
  skid,
  Skid,
  stage,
  Stage,
  Stream,
  type StreamSource,
  takeWhen,
  throwWhen,
  type TypeOf,
  UInt,
  type UIntVal,
  Vec,
  when,
  Widen,
  widenStream,
} from '../../../gen/index.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { full } from '../../full.ts';
import { Crossbar } from '../examples.ts';
import { readable } from '../refusal.ts';
import { hasYosys, verilatorLint, yosysComplaints } from '../tools.ts';
import { between, runs, stalls, word, type Word, words } from './beats.ts';

describe('data on the way', () => {
  const change = (sent: number[], how: object, made: Module, expected: unknown[]) =>
    drive(made as Module<{ enq: ReturnType<typeof In<Stream8>>; deq: ReturnType<typeof Out<Stream8>> }>, {
      engine: 'builtin',
    }).then((top) => {
      const result = top.exchange({ send: { enq: sent }, expect: { deq: expected.length }, ...how });
      top.close();
      return result.deq;
    });
  type Stream8 = ReturnType<typeof Stream<Word>>;

  const cases: [string, Module, (sent: number[]) => unknown[]][] = [
    [
      'mapStream to a record with a vector, whose elements can be chosen',
      between('Map', word, Bundle({ sum: UInt(8), chosen: UInt(4) }), (source) => {
        const halves = mapStream(source, (data) => ({
          list: [data.bits(3, 0).asUInt(), data.bits(7, 4).asUInt()],
          top: data.bit(7).asBits().asUInt(),
          whole: data,
        }));
        return stage(mapStream(halves, ({ list, top, whole }) => ({ sum: whole.add(1), chosen: list.at(top) })));
      }),
      (sent) => sent.map((each) => ({ sum: (each + 1) % 256, chosen: each > 127 ? each >> 4 : each & 15 })),
    ],
    [
      'throwWhen',
      between('Throw', word, word, (source) => stage(throwWhen(source, source.data.bit(0)))),
      (sent) => sent.filter((each) => each % 2 === 0),
    ],
    [
      'takeWhen',
      between('Take', word, word, (source) => stage(takeWhen(source, source.data.bit(0)))),
      (sent) => sent.filter((each) => each % 2 === 1),
    ],
    [
      'widenStream by 3',
      between('Wide', word, Vec(3, word), (source) => widenStream(source, 3)),
      (sent) => groups(sent, 3),
    ],
    [
      'widenStream by 2',
      between('Wide2', word, Vec(2, word), (source) => widenStream(source, 2)),
      (sent) => groups(sent, 2),
    ],
    [
      'widenStream by 1',
      between('Wide1', word, Vec(1, word), (source) => stage(widenStream(source, 1))),
      (sent) => groups(sent, 1),
    ],
    [
      'narrowStream',
      between('Slim', word, UInt(2), (source) =>
        narrowStream(
          mapStream(source, (data) => [3, 2, 1, 0].map((at) => data.bits(2 * at + 1, 2 * at).asUInt() as UIntVal<2>)),
        ),
      ),
      (sent) => sent.flatMap((each) => [each >> 6, (each >> 4) & 3, (each >> 2) & 3, each & 3]),
    ],
    [
      'there and back',
      between('Back', word, word, (source) => narrowStream(stage(widenStream(source, 4)))),
      (sent) => sent.slice(0, sent.length - (sent.length % 4)),
    ],
    [
      'fork and join',
      between('Diamond', word, Bundle({ late: word, now: UInt(9) }), (source) => {
        const [late, now] = fork(source, 2);
        return join({ late: queue(late, 2), now: mapStream(now, (data) => data.addFull(data)) });
      }),
      (sent) => sent.map((each) => ({ late: each, now: 2 * each })),
    ],
    [
      'fork into three and join of an array',
      between('Three', word, Vec(3, word), (source) => {
        const [a, b, c] = fork(source, 3);
        return join([stage(a), b, halfStage(c)]);
      }),
      (sent) => sent.map((each) => [each, each, each]),
    ],
    [
      'fork into one, join of one',
      between('One', word, Vec(1, word), (source) => stage(join(fork(source, 1)))),
      (sent) => sent.map((each) => [each]),
    ],
  ];

  test.each(cases)('%s', async (_, made, expected) => {
    await fc.assert(
      fc.asyncProperty(words, stalls, async (sent, how) => {
        expect(await change(sent, how, made, expected(sent))).toEqual(expected(sent));
      }),
      runs,
    );
  });

  function groups(sent: number[], size: number): number[][] {
    return Array.from({ length: Math.floor(sent.length / size) }, (_, index) =>
      sent.slice(index * size, (index + 1) * size),
    );
  }
});

test('haltWhen lets through what there is credit for', async () => {
  const ports = { enq: In(Stream(word)), credit: In(Stream(UInt(1))), deq: Out(Stream(word)) };
  const Credits = module('Credits', ports, ({ enq, credit, deq }) => {
    const left = reg(UInt(6), { reset: 0 });
    const out = haltWhen(enq, left.eq(0));
    connect(deq, out);
    credit.ready.set(true);
    when(credit.fire.and(out.fire.not()), () => left.set(left.add(1))).elseWhen(out.fire.and(credit.fire.not()), () =>
      left.set(left.sub(1)),
    );
  });
  const top = await drive(Credits, { engine: 'builtin' });
  fc.assert(
    fc.property(fc.array(fc.nat(255), { minLength: 1, maxLength: 30 }), stalls, (sent, how) => {
      const credit = sent.map(() => 0);
      expect(top.exchange({ send: { enq: sent, credit }, expect: { deq: sent.length }, ...how }).deq).toEqual(sent);
      top.ports.enq.valid.poke(true);
      expect([top.ports.deq.valid.peek(), top.ports.enq.ready.peek()]).toEqual([false, false]);
      top.ports.enq.valid.poke(false);
    }),
    runs,
  );
  top.close();
});

describe('ways through', () => {
  const w = { width: 4 };
  const modules: Module[] = [
    Stage(w),
    HalfStage(w),
    Skid(w),
    ...[false, true].flatMap((flow) => [false, true].map((pipe) => Queue({ ...w, depth: 3, flow, pipe }) as Module)),
    Fork({ ...w, branches: 3 }),
    ...(['fixed', 'roundRobin'] as const).flatMap((policy) =>
      [false, true].map((bursts) => Arbiter({ ...w, sources: 3, policy, bursts }) as Module),
    ),
    Widen({ ...w, factor: 3 }),
    Narrow({ ...w, factor: 3 }),
    module(
      'Gates',
      { a: In(Stream(word)), b: In(Stream(word)), stop: In(Bool), x: Out(Stream(word)), y: Out(Stream(word)) },
      ({ a, b, stop, x, y }) => {
        const both = join([throwWhen(a, a.data.bit(0)), haltWhen(b, stop)]);
        const [first, second] = demuxStream(
          stop.asBits().asUInt(),
          mapStream(both, ([p, q]) => p!.add(q!)),
          2,
        );
        connect(x, first);
        connect(y, second);
      },
    ),
  ];
  const waysThrough = ({ checked }: Module): [string, string][] =>
    [...checked.paths].flatMap(([output, inputs]) =>
      [...inputs].map((input): [string, string] => [
        checked.names.signals.get(input)!,
        checked.names.signals.get(output)!,
      ]),
    );

  test.each(modules)('$name: no valid and no data wait for a ready', (made) => {
    expect(waysThrough(made).filter(([from, to]) => from.endsWith('ready') && !to.endsWith('ready'))).toEqual([]);
  });

  test.each(
    [
      [Stage(w), ['deq_ready → enq_ready']],
      [HalfStage(w), []],
      [Skid(w), ['enq_data → deq_data', 'enq_valid → deq_valid']],
      [Queue({ ...w, depth: 3 }), []],
      [Queue({ ...w, depth: 3, flow: true }), ['enq_data → deq_data', 'enq_valid → deq_valid']],
      [Queue({ ...w, depth: 3, pipe: true }), ['deq_ready → enq_ready']],
      [Widen({ ...w, factor: 2 }), ['deq_ready → enq_ready', 'enq_data → deq_data', 'enq_valid → deq_valid']],
      [Narrow({ ...w, factor: 2 }), ['deq_ready → enq_ready', 'enq_data → deq_data', 'enq_valid → deq_valid']],
    ].map(([made, expected]) => [(made as Module).name, made, expected] as [string, Module, string[]]),
  )('%s: those that are documented', (_, made, expected) => {
    const ways = waysThrough(made).map(([from, to]) => `${from} → ${to}`.replace(/data_\d/g, 'data'));
    expect([...new Set(ways)].sort()).toEqual(expected);
  });
});

describe('where it belongs', () => {
  test('of any kind: what follows its instance has a rising edge and a synchronous reset, others are of their own', async () => {
    const fast = clockDomain('fast', { edge: 'falling', reset: { kind: 'async', active: 'low' } });
    const ports = { enq: In(Stream(word), { domain: fast }), deq: Out(Stream(Vec(2, UInt(4))), { domain: fast }) };
    const Domain = module('Domain', ports, ({ enq, deq }) => {
      inDomain(fast, () => {
        const [a, b] = fork(skid(enq), 2);
        const merged = arbitrate([halfStage(a), queue(stage(b), 2)]);
        const halves = mapStream(merged, (data) => [data.bits(3, 0).asUInt(), data.bits(7, 4).asUInt()]);
        connect(deq, widenStream(narrowStream(halves), 2));
      });
    });
    const { modules, clocks } = emitVerilog(Domain);
    expect(clocks.map(({ name, reset }) => [name, reset?.name])).toEqual([['fast_clock', 'fast_reset_n']]);
    expect(modules.map(({ name }) => name)).toEqual([
      'Skid_8_fast',
      'Fork_2x8_fast',
      'HalfStage_8_fast',
      'Stage_8_fast',
      'Queue_2x8_fast',
      'RoundRobinArbiter_2x8_fast',
      'Narrow_2x4_fast',
      'Widen_2x4_fast',
      'Domain',
    ]);
    expect([verilatorLint(emitVerilog(Domain)), hasYosys ? yosysComplaints(emitVerilog(Domain)) : '']).toEqual([
      '',
      '',
    ]);
  });

  test('of a domain with a reset of the default kind', () => {
    const fast = clockDomain('fast');
    const ports = { enq: In(Stream(word), { domain: fast }), deq: Out(Stream(word), { domain: fast }) };
    const Domain = module('Domain', ports, ({ enq, deq }) => {
      inDomain(fast, () => connect(deq, haltWhen(queue(skid(enq), 2), enq.data.eq(0))));
    });
    const { files, clocks } = emitVerilog(Domain);
    expect(clocks.map(({ name, reset }) => [name, reset?.name])).toEqual([['fast_clock', 'fast_reset']]);
    expect(files.at(-1)!.text).toContain('.clock(fast_clock)');
  });
});

describe('what is refused', () => {
  const inside = (describe: (io: { a: StreamSource<Word>; b: StreamSource<TypeOf<UIntVal<4>>> }) => unknown) => () =>
    module('Refused', { a: In(Stream(word)), b: In(Stream(UInt(4))) }, (io) => void describe(io as never));

  test.each<[string, () => unknown, string]>([
    ['queue', inside(({ a }) => queue(a, 1)), 'queue() of depth 1'],
    ['fork', inside(({ a }) => fork(a, 0)), 'fork() into 0'],
    ['join', inside(() => join([])), 'join() of 0'],
    ['widenStream', inside(({ a }) => widenStream(a, 1.5)), 'widenStream() by 1.5'],
    ['arbitrate', inside(() => arbitrate([])), 'arbitrate() of 0'],
    ['narrowStream', inside(({ a }) => narrowStream(a as never)), 'narrowStream() of a stream of UInt(8)'],
    [
      'arbitrate of two types',
      inside(({ a, b }) => arbitrate([a, b as never])),
      'the elements of an array are UInt(8) and UInt(4)',
    ],
    ['muxStream of two types', inside(({ a, b }) => muxStream(a.data, [a, b as never])), 'error W001'],
  ])('%s', (_, describe, message) => {
    expect(readable(describe)).toContain(message);
  });
});

describe.each(['builtin', 'verilator'] as const)('all of it together on %s, with the checks', (engine) => {
  test('by turns and in bursts, sorted, copied and packed', async () => {
    const top = await drive(Crossbar, { engine });
    const beat = fc.record({ last: fc.boolean(), value: fc.nat(63) });
    const bursts = fc
      .array(beat, { minLength: 1, maxLength: 30 })
      .map((list) => [...list.slice(0, -1), { ...list.at(-1)!, last: true }]);
    fc.assert(
      fc.property(bursts, bursts, stalls, (a, b, how) => {
        top.reset();
        const kept = [...a, ...b].filter(({ last, value }) => !last && value % 2 === 1);
        const count = { log: a.length + b.length, halves: 2 * (a.length + b.length), odd: Math.floor(kept.length / 2) };
        const { log, halves, odd } = top.exchange({ send: { a, b }, expect: count, ...how });
        expect(log.filter(({ from }) => from === 0).map(({ data }) => data)).toEqual(a);
        expect(log.filter(({ from }) => from === 1).map(({ data }) => data)).toEqual(b);
        const order = log.map(({ data }) => data).filter(({ last, value }) => !last && value % 2 === 1);
        expect(odd).toEqual(odd.map((_, index) => order.slice(2 * index, 2 * index + 2).map(({ value }) => value)));
        const turned = log.flatMap(({ from, data: { value } }) =>
          [value & 7, value >> 3].map((half) => (from === 0 ? half : half ^ 7)),
        );
        expect(halves).toEqual(turned);
      }),
      { numRuns: full ? 1000 : 40 },
    );
    top.close();
  });
});
