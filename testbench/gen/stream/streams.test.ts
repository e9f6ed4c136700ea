import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Bundle,
  channel,
  connect,
  emitVerilog,
  In,
  module,
  Out,
  queue,
  SInt,
  stage,
  Stream,
  typeOf,
  UInt,
  Vec,
} from '../../../gen/index.ts';
import type { DataType, Port, StreamSink, StreamSource, StreamType, VerilogDesign } from '../../../gen/index.ts';
import { fieldsToPayload, payloadToFields } from '../../../sim/driver/host-value.ts';
import { packBeats, unpackBeats } from '../../../sim/simulation/beats.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { full } from '../../full.ts';
import { hasYosys, verilatorLint, yosysComplaints } from '../tools.ts';

const word = UInt(16);
const item = Bundle({ tag: UInt(3), values: Vec(2, SInt(7)) });
const beats = full ? 20_000 : 2000;

/** Cycles that a word spends on the way, at least. */
const lanes = {
  queue2: { latency: 1, make: <T extends DataType>(source: StreamSource<T>) => queue(source, 2) },
  queue3: { latency: 1, make: <T extends DataType>(source: StreamSource<T>) => queue(source, 3) },
  queue8: { latency: 1, make: <T extends DataType>(source: StreamSource<T>) => queue(source, 8) },
  stage: { latency: 1, make: <T extends DataType>(source: StreamSource<T>) => stage(source) },
  chain: {
    latency: 4,
    make: <T extends DataType>(source: StreamSource<T>) => stage(queue(stage(queue(source, 2)), 2)),
  },
  channel: {
    latency: 0,
    make: <T extends DataType>(source: StreamSource<T>) => {
      const middle = channel(typeOf(source.data) as unknown as T);
      connect(middle, source);
      return middle as unknown as StreamSource<T>;
    },
  },
};
type Lane = keyof typeof lanes;
const names = Object.keys(lanes) as Lane[];

function streamsDesign(): VerilogDesign {
  const ports: Record<string, Port<'input' | 'output', StreamType<typeof word>>> = {};
  for (const name of names) {
    ports[`${name}_in`] = In(Stream(word));
    ports[`${name}_out`] = Out(Stream(word));
  }
  const top = module('Streams', { ...ports, items_in: In(Stream(item)), items_out: Out(Stream(item)) }, (io) => {
    const words = io as unknown as Record<string, StreamSource<typeof word> & StreamSink<typeof word>>;
    for (const name of names) connect(words[`${name}_out`]!, lanes[name].make(words[`${name}_in`]!));
    const { items_in, items_out } = io as unknown as {
      items_in: StreamSource<typeof item>;
      items_out: StreamSink<typeof item>;
    };
    connect(items_out, stage(queue(items_in, 4)));
  });
  return emitVerilog(top);
}

describe('streams under back-pressure', () => {
  const design = streamsDesign();
  let simulation: VerilatorSimulation | undefined;
  beforeAll(async () => {
    simulation = await VerilatorSimulation.open(design);
    simulation.reset();
  });
  afterAll(() => simulation?.close());

  const payload = (name: string): Uint32Array =>
    Uint32Array.from({ length: beats }, (_, index) => (index * 40_503 + name.length) & 0xffff);

  function run(chosen: readonly Lane[], stall: number, seed: number): number {
    const send = Object.fromEntries(chosen.map((name) => [`${name}_in`, payload(name)]));
    const expected = Object.fromEntries(chosen.map((name) => [`${name}_out`, beats]));
    const result = simulation!.run({ send, expect: expected, stall, seed });
    expect(result.message).toBe('');
    for (const name of chosen) expect(result.received[`${name}_out`]).toEqual(payload(name));
    return result.cycles;
  }

  test.each([0, 0.2, 0.5, 0.9])('order is kept and nothing is lost, with stalls of %f', (stall) => {
    run(names, stall, 11 + stall * 10);
  });

  test.each(names)('%s moves a word in each cycle', (name) => {
    expect(run([name], 0, 1)).toBeLessThanOrEqual(beats + lanes[name].latency);
  });

  test('bundles and vectors come out as they went in', () => {
    const values = Array.from({ length: 100 }, (_, index) => ({
      tag: index % 8,
      values: [(index % 128) - 64, 63 - (index % 128)],
    }));
    const sent = values.map((value) => payloadToFields(item, value));
    const result = simulation!.run({
      send: { items_in: packBeats(design, 'items_in', sent) },
      expect: { items_out: sent.length },
      stall: 0.4,
      seed: 3,
    });
    expect(result.message).toBe('');
    const received = unpackBeats(design, 'items_out', result.received['items_out']!);
    expect(received.map((fields) => fieldsToPayload(item, fields))).toEqual(values);
  });

  test('Verilator has nothing to say', () => {
    expect(verilatorLint(design)).toBe('');
  });

  test.skipIf(!hasYosys)('Yosys accepts it', () => {
    expect(yosysComplaints(design)).toBe('');
  });
});
