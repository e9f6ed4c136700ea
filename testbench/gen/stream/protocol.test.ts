import { describe, expect, test } from 'vitest';
import {
  assertStream,
  assumeStream,
  Bool,
  Bundle,
  channel,
  emitVerilog,
  In,
  instance,
  module,
  Out,
  Queue,
  reg,
  Stream,
  UInt,
  when,
} from '../../../gen/index.ts';
import type { Module, StreamRules } from '../../../gen/index.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { boundedCheck, missingSolvers, proveByInduction } from '../formal.ts';

const Item = Bundle({ tag: UInt(2), data: UInt(4) });
const ports = { enq: In(Stream(Item)), deq: Out(Stream(Item)), drop: In(Bool), swap: In(Bool) };

/** A register in a stream that forgets its word where `drop` says so, and changes it where `swap` does. */
function forgetful(rules?: StreamRules) {
  return module('Forgetful', ports, ({ enq, deq, drop, swap }) => {
    const full = reg(Bool, { reset: false });
    const word = reg(Item);
    enq.ready.set(full.not());
    deq.valid.set(full);
    deq.data.set(word);
    when(enq.fire, () => {
      full.set(true);
      word.set(enq.data);
    }).elseWhen(deq.fire.or(drop), () => full.set(false));
    when(swap, () => word.tag.set(word.tag.add(1)));
    assumeStream(enq);
    assertStream(deq, rules);
  });
}

function linesOf(module: Module): string[] {
  const [file] = emitVerilog(module).checkFiles;
  return file!.text.split('\n').flatMap((line) => (/^ {6}\w+: /.test(line) ? [line.trim()] : []));
}

describe('what is checked', () => {
  test('valid and data stay, under the name of the port', () => {
    expect(linesOf(forgetful()).map((line) => line.replace(/\(.*\) else/, '... else'))).toEqual([
      'enq_valid_stays: assume ... else $error("enq: valid falls before ready comes");',
      'enq_data_stay: assume ... else $error("enq: the data change while they wait for ready");',
      'deq_valid_stays: assert ... else $error("deq: valid falls before ready comes");',
      'deq_data_stay: assert ... else $error("deq: the data change while they wait for ready");',
    ]);
    expect(linesOf(forgetful())[2]).toContain('(!past_known || !deq_valid_stays_and || deq_valid)');
  });

  test('without the data, and under another name', () => {
    expect(linesOf(forgetful({ stable: false, name: 'out' })).map((line) => line.split(':')[0])).toEqual([
      'enq_valid_stays',
      'enq_data_stay',
      'out_valid_stays',
    ]);
  });

  test('of a channel and of an instance', () => {
    const made = module('Between', { enq: In(Stream(UInt(4))), deq: Out(Stream(UInt(4))) }, ({ enq, deq }) => {
      const middle = channel(UInt(4));
      const buffer = instance(Queue({ width: 4, depth: 2 }));
      middle.valid.set(enq.valid);
      middle.data.set(enq.data);
      enq.ready.set(middle.ready);
      buffer.enq.valid.set(middle.valid);
      buffer.enq.data.set(middle.data.asBits());
      middle.ready.set(buffer.enq.ready);
      deq.valid.set(buffer.deq.valid);
      deq.data.set(buffer.deq.data.asUInt());
      buffer.deq.ready.set(deq.ready);
      assertStream(middle);
      assertStream(buffer.deq);
    });
    const labels = emitVerilog(made).checkFiles.find(({ module: of }) => of === 'Between')!.checks;
    expect(labels.map(({ label }) => label)).toMatchInlineSnapshot(`
      [
        "stream_valid_stays",
        "stream_data_stay",
        "deq_valid_stays",
        "deq_data_stay",
      ]
    `);
  });
});

describe.each(['builtin', 'verilator'] as const)('in simulation on %s', (engine) => {
  test('a word that is taken back', async () => {
    const top = await drive(forgetful(), { engine });
    expect(top.exchange({ send: { enq: [{ tag: 1, data: 7 }] }, expect: { deq: 1 } }).deq).toEqual([
      { tag: 1, data: 7 },
    ]);
    top.exchange({ send: { enq: [{ tag: 1, data: 7 }] } });
    top.ports.drop.poke(1);
    top.step();
    expect(() => top.step()).toThrow('assertion "deq_valid_stays" of module Forgetful does not hold at the edge');
    top.close();
  });

  test('data that change; where they may, nothing', async () => {
    const run = async (rules: StreamRules): Promise<void> => {
      const top = await drive(forgetful(rules), { engine });
      try {
        top.exchange({ send: { enq: [{ tag: 1, data: 7 }] } });
        top.ports.swap.poke(1);
        top.step(3);
      } finally {
        top.close();
      }
    };
    await expect(run({})).rejects.toThrow('assertion "deq_data_stay" of module Forgetful');
    await run({ stable: false });
  });

  test('surroundings that break the rules', async () => {
    const top = await drive(forgetful(), { engine });
    top.exchange({ send: { enq: [{ tag: 0, data: 0 }] } });
    top.ports.enq.valid.poke(1);
    top.step();
    top.ports.enq.valid.poke(0);
    expect(() => top.step()).toThrow('assumption "enq_valid_stays" of module Forgetful does not hold at the edge');
    top.close();
  });

  test('a reset takes back what it likes', async () => {
    const top = await drive(forgetful(), { engine });
    top.exchange({ send: { enq: [{ tag: 1, data: 7 }] } });
    top.ports.enq.valid.poke(1);
    top.step();
    top.reset();
    top.ports.enq.valid.poke(0);
    top.step(3);
    expect(top.ports.deq.valid.peek()).toBe(false);
    top.close();
  });
});

test.skipIf(missingSolvers.length > 0)(
  `a proof finds both faults, and none where there is none${missingSolvers.map((each) => `; not installed: ${each}`).join('')}`,
  () => {
    expect(() => boundedCheck(forgetful(), { depth: 4 })).toThrow(/"deq_(valid_stays|data_stay)" of module Forgetful/);
    const faithful = module('Faithful', { enq: In(Stream(Item)), deq: Out(Stream(Item)) }, ({ enq, deq }) => {
      const full = reg(Bool, { reset: false });
      const word = reg(Item);
      enq.ready.set(full.not().or(deq.ready));
      deq.valid.set(full);
      deq.data.set(word);
      when(enq.ready, () => full.set(enq.valid));
      when(enq.fire, () => word.set(enq.data));
      assertStream(deq);
    });
    proveByInduction(faithful, { depth: 2 });
  },
);
