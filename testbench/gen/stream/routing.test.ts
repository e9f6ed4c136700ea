import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  arbitrate,
  type ArbiterPolicy,
  type BoolVal,
  Bool,
  Bundle,
  connect,
  demuxStream,
  Enum,
  In,
  mapStream,
  module,
  muxStream,
  Out,
  stage,
  Stream,
  UInt,
  Vec,
} from '../../../gen/index.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { between, runs, stalls, word } from './beats.ts';

const Way = Enum(['Left', 'Right', 'Up']);

describe('arbitrate', () => {
  const Tagged = Bundle({ last: Bool, value: UInt(7) });
  const made = (policy: ArbiterPolicy, bursts: boolean) =>
    module(
      'Merge',
      {
        a: In(Stream(Tagged)),
        b: In(Stream(Tagged)),
        c: In(Stream(Tagged)),
        deq: Out(Stream(Bundle({ from: UInt(2), data: Tagged }))),
      },
      ({ a, b, c, deq }) => {
        const all = arbitrate([a, b, c], {
          policy,
          ...(bursts ? { until: (data: { last: BoolVal }) => data.last } : {}),
        });
        connect(
          deq,
          mapStream(all, (data) => ({ from: all.index, data })),
        );
      },
    );
  const beats = fc.array(fc.record({ last: fc.boolean(), value: fc.nat(127) }), { maxLength: 20 });
  const bursts = beats.map((list) =>
    list.map((each, index) => (index === list.length - 1 ? { ...each, last: true } : each)),
  );

  test.each([
    ['fixed', false],
    ['fixed', true],
    ['roundRobin', false],
    ['roundRobin', true],
  ] as const)('%s, with bursts %s: every beat of every source, in its order', async (policy, inBursts) => {
    const top = await drive(made(policy, inBursts), { engine: 'builtin' });
    fc.assert(
      fc.property(bursts, bursts, bursts, stalls, (a, b, c, how) => {
        const total = a.length + b.length + c.length;
        const { deq } = top.exchange({ send: { a, b, c }, expect: { deq: total }, ...how });
        for (const [from, sent] of [a, b, c].entries())
          expect(deq.filter((each) => each.from === from).map(({ data }) => data)).toEqual(sent);
        if (!inBursts) return;
        const broken = deq.filter(({ from, data }, index) => !data.last && deq[index + 1]!.from !== from);
        expect(broken).toEqual([]);
      }),
      runs,
    );
    top.close();
  });

  test('who goes first where all wait', async () => {
    const order = async (policy: ArbiterPolicy, inBursts: boolean): Promise<string> => {
      const top = await drive(made(policy, inBursts), { engine: 'builtin' });
      const sent = [0, 1, 2].map((value) => ({ last: value % 2 === 1, value })).concat({ last: true, value: 3 });
      const { deq } = top.exchange({ send: { a: sent, b: sent, c: sent }, expect: { deq: 12 } });
      top.close();
      return deq.map(({ from }) => 'abc'[from]).join('');
    };
    expect(await order('roundRobin', false)).toBe('abcabcabcabc');
    expect(await order('fixed', false)).toBe('aaaabbbbcccc');
    expect(await order('roundRobin', true)).toBe('aabbccaabbcc');
    expect(await order('fixed', true)).toBe('aaaabbbbcccc');
  });

  test('of one source, that', async () => {
    const Single = between('Single', word, Bundle({ from: UInt(1), data: word }), (source) => {
      const all = arbitrate([source]);
      return stage(mapStream(all, (data) => ({ from: all.index, data })));
    });
    const top = await drive(Single, { engine: 'builtin' });
    expect(top.exchange({ send: { enq: [5, 6] }, expect: { deq: 2 } }).deq).toEqual([
      { from: 0, data: 5 },
      { from: 0, data: 6 },
    ]);
    top.close();
  });
});

describe('muxStream and demuxStream', () => {
  test('by position; beyond the last nothing moves', async () => {
    const ports = { select: In(UInt(2)), enq: In(Vec(3, Stream(word))), deq: Out(Stream(word)) };
    const Choose = module('Choose', ports, ({ select, enq, deq }) => connect(deq, muxStream(select, enq)));
    const top = await drive(Choose, { engine: 'builtin' });
    top.ports.enq.forEach(({ valid, data }, index) => {
      valid.poke(index !== 1);
      data.poke(10 + index);
    });
    top.ports.deq.ready.poke(true);
    const seen = [0, 1, 2, 3].map((select) => {
      top.ports.select.poke(select);
      return [top.ports.deq.valid.peek(), ...top.ports.enq.map(({ ready }) => ready.peek())];
    });
    expect(seen).toEqual([
      [true, true, false, false],
      [false, false, true, false],
      [true, false, false, true],
      [false, false, false, false],
    ]);
    top.ports.select.poke(2);
    expect(top.ports.deq.data.peek()).toBe(12);
    top.close();
  });

  test('there by the member of an enum, back by position', async () => {
    const Sorted = Bundle({ way: Way, value: UInt(6) });
    const ports = {
      enq: In(Stream(Sorted)),
      left: Out(Stream(UInt(6))),
      right: Out(Stream(UInt(6))),
      up: Out(Stream(UInt(6))),
    };
    const Sort = module('Sort', ports, ({ enq, left, right, up }) => {
      const ways = demuxStream(enq.data.way, enq);
      connect(
        left,
        mapStream(ways.Left, ({ value }) => value),
      );
      connect(
        right,
        mapStream(stage(ways.Right), ({ value }) => value),
      );
      connect(
        up,
        mapStream(ways.Up, ({ value }) => value),
      );
    });
    const top = await drive(Sort, { engine: 'builtin' });
    const item = fc.record({ way: fc.constantFrom('Left', 'Right', 'Up' as const), value: fc.nat(63) });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), stalls, (sent, how) => {
        const of = (way: string): number[] => sent.filter((each) => each.way === way).map(({ value }) => value);
        const expected = { left: of('Left'), right: of('Right'), up: of('Up') };
        const amounts = { left: expected.left.length, right: expected.right.length, up: expected.up.length };
        expect(top.exchange({ send: { enq: sent }, expect: amounts, ...how })).toEqual(expected);
      }),
      runs,
    );
    top.close();
  });

  test('the number of branches, the select and the data decide together', async () => {
    const ports = { enq: In(Stream(word)), way: In(Way), a: Out(Stream(word)), b: Out(Stream(word)) };
    const Both = module('Both', ports, ({ enq, way, a, b }) => {
      const [first, second, third] = demuxStream(enq.data.bits(7, 6).asUInt(), enq, 3);
      connect(a, stage(muxStream(way, { Left: first, Right: second, Up: third })));
      b.valid.set(false);
      b.data.set(0);
    });
    const top = await drive(Both, { engine: 'builtin' });
    top.ports.way.poke('Right');
    expect(top.exchange({ send: { enq: [64, 65, 127] }, expect: { a: 3 }, stall: 0.5 }).a).toEqual([64, 65, 127]);
    top.ports.way.poke('Up');
    expect(top.exchange({ send: { enq: [128] }, expect: { a: 1 } }).a).toEqual([128]);
    top.ports.enq.valid.poke(true);
    top.ports.enq.data.poke(255);
    expect(top.ports.enq.ready.peek()).toBe(false);
    top.close();
  });
});
