import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  assert,
  Bits,
  Bool,
  Bundle,
  In,
  module,
  Out,
  queue,
  reg,
  regNext,
  SInt,
  Stream,
  UInt,
  Vec,
  when,
} from '../../gen/index.ts';
import { drive, type Driver } from '../../sim/driver/drive.ts';

const Tagged = Bundle({ tag: UInt(4), data: SInt(8), wide: Bits(40) });

/** Everything that a port can be, with a state that shows when the clock moves. */
const Everything = module(
  'Everything',
  {
    clear: In(Bool),
    amount: In(SInt(8)),
    total: Out(SInt(12)),
    pair: In(Vec(2, UInt(5))),
    swapped: Out(Vec(2, UInt(5))),
    enq: In(Stream(Tagged)),
    deq: Out(Stream(Tagged)),
    flags: In(Stream(Bool)),
    inverted: Out(Stream(Bool)),
  },
  ({ clear, amount, total, pair, swapped, enq, deq, flags, inverted }) => {
    const sum = reg(SInt(12), { reset: 0 });
    when(clear, () => sum.set(0)).otherwise(() => sum.set(sum.add(amount.extend(12))));
    total.set(sum);
    swapped.set([pair[1]!, pair[0]!]);

    const buffer = queue(enq, 3);
    deq.valid.set(buffer.valid);
    deq.data.set(buffer.data);
    buffer.ready.set(deq.ready);

    inverted.valid.set(flags.valid);
    inverted.data.set(flags.data.not());
    flags.ready.set(inverted.ready);
  },
);

describe.each(['builtin', 'verilator'] as const)('drive on %s', (engine) => {
  let dut: Driver<typeof Everything.ports>;
  beforeAll(async () => {
    dut = await drive(Everything, { engine });
  });
  afterAll(() => dut.close());

  it('pokes, steps and peeks ports by name, signed where the type is', () => {
    dut.reset();
    dut.ports.amount.poke(-5);
    dut.step(3);
    const total: number = dut.ports.total.peek();
    expect(total).toBe(-15);
    dut.ports.clear.poke(true);
    dut.step();
    expect(dut.ports.total.peek()).toBe(0);
    dut.ports.clear.poke(false);
  });

  it('takes and gives aggregates whole', () => {
    dut.ports.pair.poke([3, 17]);
    expect(dut.ports.swapped.peek()).toEqual([17, 3]);
    expect(() => dut.ports.pair.poke([3])).toThrow('pair.1: a number is expected, not nothing');
    expect(() => dut.ports.pair.poke([3, 32])).toThrow('pair.1: 32 does not fit 5 bits');
  });

  it('moves streams of bundles under back-pressure, in order', () => {
    const sent = Array.from({ length: 20 }, (_, index) => ({
      tag: index % 16,
      data: 7 - index,
      wide: (1n << 39n) + BigInt(index),
    }));
    const { deq } = dut.exchange({ send: { enq: sent }, expect: { deq: 20 }, stall: 0.5, seed: 3 });
    expect(deq).toEqual(sent);
    const wide: bigint = deq[0]!.wide;
    expect(wide).toBe(1n << 39n);
  });

  it('moves several streams at once', () => {
    const { deq, inverted } = dut.exchange({
      send: { enq: [{ tag: 1, data: -1, wide: 5 }], flags: [true, 0, true] },
      expect: { deq: 1, inverted: 3 },
    });
    expect(deq).toEqual([{ tag: 1, data: -1, wide: 5n }]);
    expect(inverted).toEqual([false, true, false]);
  });

  it('gives the handshake of a stream by hand', () => {
    dut.ports.enq.data.poke({ tag: 9, data: 0, wide: 0 });
    dut.ports.enq.valid.poke(true);
    expect(dut.ports.deq.valid.peek()).toBe(false);
    dut.step();
    dut.ports.enq.valid.poke(false);
    expect(dut.ports.deq.valid.peek()).toBe(true);
    expect(dut.ports.deq.data.peek().tag).toBe(9);
    dut.ports.deq.ready.poke(true);
    dut.step();
    expect(dut.ports.deq.valid.peek()).toBe(false);
    dut.ports.deq.ready.poke(false);
  });

  it('says which stream waits when an exchange can not finish', () => {
    expect(() => dut.exchange({ expect: { deq: 1 }, maxCycles: 50 })).toThrow(/did not finish in 50 cycles[\s\S]*deq/);
  });

  it('is typed by the ports', () => {
    const types = (): void => {
      // @ts-expect-error a number is no Bool
      dut.ports.clear.poke(2);
      // @ts-expect-error an output stream can't be sent to
      dut.exchange({ send: { deq: [] } });
      // @ts-expect-error a field is missing
      dut.exchange({ send: { enq: [{ tag: 1, data: 2 }] } });
    };
    expect(types).toBeTypeOf('function');
    expectTypeOf(dut.ports.total).not.toHaveProperty('poke');
    expectTypeOf(dut.ports).not.toHaveProperty('missing');
  });
});

/** An assertion that fails with the first odd number. */
const Even = module('Even', { number: In(UInt(4)), half: Out(UInt(4)) }, ({ number, half }) => {
  assert(number.bit(0).not(), 'even');
  half.set(regNext(number.shr(1).extend(4), { reset: 0 }));
});

describe.each(['builtin', 'verilator'] as const)('the checks of a module, on %s', (engine) => {
  it('end a simulation that breaks one', async () => {
    const dut = await drive(Even, { engine });
    dut.ports.number.poke(3);
    expect(() => dut.step()).toThrow('even');
    dut.close();
  });

  it('are left out with { checks: false }', async () => {
    const dut = await drive(Even, { engine, checks: false });
    dut.ports.number.poke(3);
    dut.step();
    expect(dut.ports.half.peek()).toBe(1);
    dut.close();
  });
});

it('refuses what an engine can not do, and says which can', async () => {
  const low = { clock: { reset: { active: 'low' } } } as const;
  await expect(drive(Even, { engine: 'verilator', ...low })).rejects.toThrow(
    'Verilator is driven with the clock and reset as they are by default: leave out the option clock, or take the built-in simulator',
  );
  const dut = await drive(Even, low);
  dut.ports.number.poke(6);
  dut.step();
  expect(dut.ports.half.peek()).toBe(3);
  dut.close();
});
