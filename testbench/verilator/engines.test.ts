/** What a bulk run offers, on both engines. */
import { afterAll, describe, expect, test } from 'vitest';
import type { Module } from '../../gen/index.ts';
import { openSimulation, type SimulationEngine } from '../../sim/driver/open-simulation.ts';
import { packBeats } from '../../sim/simulation/beats.ts';
import { BURST_BYTES, type RunResult, type RunSpec } from '../../sim/simulation/bulk-run.ts';
import { xorshift } from '../../sim/simulation/random.ts';
import type { Simulation } from '../../sim/simulation/simulator.ts';
import { Burst, Ends, Queues } from './engine-designs.ts';

const opened: Simulation[] = [];
afterAll(() => {
  for (const simulation of opened) simulation.close();
});

async function start(module: Pick<Module, 'checked'>, engine: SimulationEngine): Promise<Simulation> {
  const simulation = await openSimulation(module, { engine });
  opened.push(simulation);
  simulation.reset();
  return simulation;
}

/** Outputs that nothing is taken from. */
const closed = { out_1: 1, out_2: 1 };
const sent = (name: string, beats: number): Record<string, Uint32Array> => ({
  [name]: Uint32Array.from({ length: beats }, (_, beat) => beat),
});

describe.each(['builtin', 'verilator'] as const)('on the %s engine', { timeout: 120_000 }, (engine) => {
  describe('until', () => {
    test('a run ends when a port comes back to a value', async () => {
      const sim = await start(Burst, engine);
      // The command in cycle 0, beats in cycles 1 to 5, and in cycle 6 all is over.
      const result = sim.run({
        send: { command: Uint32Array.of(5) },
        expect: { out: Infinity },
        until: { port: 'busy', value: 0 },
        drainCycles: 0,
      });
      expect(result).toMatchObject({ outcome: 'done', cycles: 6, reached: 7, elapsed: 7 });
      expect(result.received['out']).toEqual(Uint32Array.of(5, 4, 3, 2, 1));
      expect(result.lastBeat).toEqual({ command: 0, out: 5 });
    });

    test('and not before the beats that are expected have come and the drain has passed', async () => {
      const sim = await start(Burst, engine);
      const spec: RunSpec = { send: { command: Uint32Array.of(3) }, until: { port: 'left', value: 2 } };
      expect(sim.run({ ...spec, expect: { out: 3 }, drainCycles: 4 })).toMatchObject({
        outcome: 'done',
        cycles: 4,
        reached: 3,
        elapsed: 8,
      });
      expect(sim.run({ ...spec, expect: { out: Infinity }, drainCycles: 0 })).toMatchObject({
        outcome: 'done',
        moved: { out: 2 },
        reached: 3,
        elapsed: 3,
      });
    });

    test('a port that never leaves the value, or never comes to it, is told', async () => {
      const sim = await start(Burst, engine);
      const never = sim.run({ until: { port: 'busy', value: 0 }, hangCycles: 20 });
      expect(never).toMatchObject({ outcome: 'hang', elapsed: 20 });
      expect(never).not.toHaveProperty('reached');
      expect(never.message).toContain('port "busy": 0 is awaited; it has been 0 all along');
      const other = sim.run({ until: { port: 'left', value: 255 }, hangCycles: 20 });
      expect(other.message).toContain('port "left": 255 is awaited; it has not come to it');
      const stuck = sim.run({
        send: { command: Uint32Array.of(2) },
        expect: { out: Infinity },
        stall: { out: 0.99 },
        seed: 3,
        until: { port: 'busy', value: 0 },
        maxCycles: 20,
      });
      expect(stuck.message).toContain('output "out": beat 0 of as many as come is offered, the testbench is not ready');
    });

    test('is the same in pieces', async () => {
      const [whole, pieces] = [await start(Burst, engine), await start(Burst, engine)];
      const spec: RunSpec = {
        send: { command: Uint32Array.of(40) },
        expect: { out: Infinity },
        until: { port: 'busy', value: 0 },
        stall: 0.5,
      };
      const expected = whole.run(spec);
      let result = pieces.run({ ...spec, limit: 3 });
      while (result.outcome === 'more') result = pieces.resume(3);
      expect(result).toEqual(expected);
    });
  });

  test('beats of unknown number come, however many', async () => {
    const sim = await start(Ends({ from: 0 }), engine);
    const result = sim.run({
      send: sent('in_0', 5000),
      expect: { out_0: Infinity, out_1: 7 },
      stall: { out_0: 0.25, out_1: 0.5, out_2: 1 },
      limit: 5000,
    });
    expect(result.outcome).toBe('fault');
    expect(result.message).toContain('output stream "out_1", beat 7: a beat too many');
    const rest = sim.run({
      send: sent('in_2', 5000),
      expect: { out_0: Infinity, out_1: Infinity },
      stall: { out_0: 0.25, out_2: 1 },
      maxCycles: 4000,
    });
    const [first, second] = [rest.received['out_0']!, rest.received['out_1']!];
    expect([rest.outcome, second.length]).toEqual(['timeout', 4000]);
    expect(first.length / 4000).toBeCloseTo(0.75, 1);
    expect(first).toEqual(first.map((_, beat) => result.moved['out_0']! + beat));
  });

  test('the last handshake of each stream is told', async () => {
    const sim = await start(Ends({ from: 9 }), engine);
    sim.step(3);
    const result = sim.run({
      send: { ...sent('in_0', 4), ...sent('in_1', 1) },
      expect: { out_0: Infinity },
      stall: closed,
      limit: 8,
    });
    // The design opens in cycle 6 of the run.
    expect(result.lastBeat).toEqual({ in_0: 7, in_1: 6, out_0: 7 });
    expect(sim.resume(20).lastBeat).toEqual({ in_0: 9, in_1: 6, out_0: 27 });
  });

  describe('bandwidth', () => {
    const endsRun = async (spec: RunSpec): Promise<RunResult> => {
      const sim = await start(Ends({ from: 0 }), engine);
      const result = sim.run({ stall: { out_0: 1, ...closed }, ...spec });
      expect([result.outcome, result.message]).toEqual(['done', '']);
      return result;
    };

    test('one stream moves at exactly its rate', async () => {
      for (const [bytesPerCycle, bytes, every] of [
        [1, 3, 3],
        [0.5, 3, 6],
        [3, 3, 1],
        [50, 3, 1],
        [1.5, 3, 2],
      ] as const) {
        const bandwidth = (name: string) => ({ bytesPerCycle, streams: { [name]: bytes } });
        const there = await endsRun({ send: sent('in_0', 11), bandwidth: bandwidth('in_0') });
        expect([bytesPerCycle, there.cycles]).toEqual([bytesPerCycle, 10 * every + 1]);
        const sim = await start(Ends({ from: 0 }), engine);
        const back = sim.run({
          send: { in_0: Uint32Array.of(1) },
          expect: { out_0: Infinity },
          stall: closed,
          bandwidth: bandwidth('out_0'),
          drainCycles: 0,
          until: { port: 'sum', value: 9 },
          maxCycles: 60 * every,
        });
        expect(back.moved['out_0']).toBe(60);
      }
    });

    test('streams share it in turns', async () => {
      // Budget after each cycle: 4-3-3, 2-3, 3-3, then the same again: two beats, one, one.
      const result = await endsRun({
        send: { ...sent('in_0', 8), ...sent('in_1', 8) },
        bandwidth: { bytesPerCycle: 4, streams: { in_0: 3, in_1: 3 } },
      });
      expect(result.lastBeat).toEqual({ in_0: 10, in_1: 11 });
    });

    test('streams that are not named do not share it', async () => {
      const result = await endsRun({
        send: { ...sent('in_0', 8), ...sent('in_1', 8) },
        bandwidth: { bytesPerCycle: 1, streams: { in_1: 4 } },
      });
      expect(result.lastBeat).toEqual({ in_0: 7, in_1: 28 });
    });

    test('what is left over helps later cycles, up to a burst', async () => {
      const sim = await start(Ends({ from: 40 }), engine);
      const bandwidth = { bytesPerCycle: 10, streams: { out_0: 32 } };
      const until = { port: 'sum', value: 1 };
      let result = sim.run({ expect: { out_0: Infinity }, stall: closed, bandwidth, until, limit: 40 });
      // Open from cycle 40 on, with 256 bytes: 22 less after each beat, 14 before the twelfth.
      const moved: number[] = [];
      for (let cycle = 0; cycle < 24; cycle++) {
        const before = result.moved['out_0']!;
        result = sim.resume(1);
        moved.push(result.moved['out_0']! - before);
      }
      expect(BURST_BYTES).toBe(256);
      // Then -18, -8, 2: a beat; -20, -10, 0, 10: a beat; -12, -2, 8: a beat; -14, -4, 6.
      expect(moved.join('')).toBe('111111111111010001001001');
    });

    test('no window of cycles has more bytes than it may, whatever stalls', async () => {
      const sim = await start(Queues, engine);
      const bytes: Record<string, number> = { in_0: 5, in_1: 3, out_0: 7, out_2: 40 };
      const random = xorshift(7);
      const beats = (count: number) => Array.from({ length: count }, () => ({ data: BigInt(random()) << 8n }));
      const send = Object.fromEntries(
        [0, 1, 2].map((lane) => [`in_${lane}`, packBeats(sim.design, `in_${lane}`, beats(200))]),
      );
      const spec: RunSpec = {
        send,
        expect: { out_0: 200, out_1: 200, out_2: 200 },
        stall: { in_0: 0.3, out_2: 0.2 },
        bandwidth: { bytesPerCycle: 9.3, streams: bytes },
      };
      const used: number[] = [];
      let result = sim.run({ ...spec, limit: 0 });
      while (result.outcome === 'more') {
        const before = result.moved;
        result = sim.resume(1);
        used.push(
          Object.entries(bytes).reduce((sum, [name, each]) => sum + each * (result.moved[name]! - before[name]!), 0),
        );
      }
      expect(result.outcome).toBe('done');
      for (const lane of [0, 1, 2]) expect(result.received[`out_${lane}`]).toEqual(send[`in_${lane}`]);
      expect(used.reduce((sum, each) => sum + each)).toBe(200 * (5 + 3 + 7 + 40));
      // The overdraft of a cycle: the dearest beat in, and one from each output.
      const most = BURST_BYTES + 5 + 7 + 40;
      for (let from = 0; from < used.length; from += 7) {
        let total = 0;
        for (let to = from; to < used.length; to++) {
          total += used[to]!;
          expect(total).toBeLessThanOrEqual(9.3 * (to - from + 1) + most);
        }
      }
      // And it is used: what moves is all that the cycles allow.
      expect(result.cycles).toBeGreaterThan((200 * 55) / 9.3 - 80);
      expect(result.cycles).toBeLessThan((200 * 55) / 9.3 + 80);
    });

    test('nobody starves, and nobody is better off', async () => {
      const shares: Record<string, number> = { in_0: 3, in_1: 20, in_2: 1, out_0: 3, out_1: 11, out_2: 1 };
      for (const bytesPerCycle of [0.4, 1, 2, 3, 13, 19.5]) {
        const sim = await start(Ends({ from: 0 }), engine);
        const result = sim.run({
          send: { ...sent('in_0', 9000), ...sent('in_1', 9000), ...sent('in_2', 9000) },
          expect: { out_0: Infinity, out_1: Infinity, out_2: Infinity },
          bandwidth: { bytesPerCycle, streams: shares },
          maxCycles: Math.round(200 * (39 / bytesPerCycle)),
        });
        const moved = Object.keys(shares).map((name) => result.moved[name]!);
        expect([bytesPerCycle, Math.min(...moved) > 150, Math.max(...moved) < 300]).toEqual([
          bytesPerCycle,
          true,
          true,
        ]);
      }
    });

    test('what makes no sense is refused', async () => {
      const sim = await start(Ends({ from: 0 }), engine);
      const cases: [RunSpec, string][] = [
        [{ bandwidth: { bytesPerCycle: 0, streams: {} } }, 'a bandwidth of 0 bytes a cycle'],
        [{ bandwidth: { bytesPerCycle: Infinity, streams: {} } }, 'leave it out for no limit'],
        [{ bandwidth: { bytesPerCycle: 1, streams: { on: 3 } } }, 'no stream "on"'],
        [{ bandwidth: { bytesPerCycle: 1, streams: { in_0: 1.5 } } }, 'takes 1.5 bytes'],
        [{ until: { port: 'sun', value: 0 } }, 'no port "sun"'],
        [{ until: { port: 'sum', value: 65536 } }, 'never comes to 65536'],
        [{ expect: { in_0: Infinity } }, 'no beats can be expected of stream "in_0"'],
        [{ send: { in_0: Infinity } }, 'stream "in_0" has a payload'],
      ];
      for (const [spec, message] of cases) expect(() => sim.run(spec)).toThrow(message);
    });
  });
});

test('both engines do the same, cycle for cycle', { timeout: 120_000 }, async () => {
  const [builtin, verilator] = [await start(Queues, 'builtin'), await start(Queues, 'verilator')];
  const random = xorshift(99);
  const chance = (): number => random() / 2 ** 32;
  for (let trial = 0; trial < 40; trial++) {
    const send = Object.fromEntries(
      [0, 1, 2].map((lane) => [
        `in_${lane}`,
        Uint32Array.from({ length: 2 * Math.floor(chance() * 60) }, (_, word) =>
          word % 2 ? random() & 255 : random(),
        ),
      ]),
    );
    const some = (): Record<string, number> =>
      Object.fromEntries(
        ['in_0', 'in_2', 'out_1', 'out_2'].filter(() => chance() < 0.6).map((name) => [name, 1 + (random() & 15)]),
      );
    const spec: RunSpec = {
      send,
      expect: {
        out_0: send['in_0']!.length / 2,
        out_1: Infinity,
        out_2: chance() < 0.5 ? Infinity : send['in_2']!.length / 2,
      },
      stall: { in_0: chance() * 0.8, out_1: chance() < 0.5 ? 0 : chance() * 0.8 },
      seed: random(),
      ...(chance() < 0.7 ? { bandwidth: { bytesPerCycle: 0.5 + chance() * 12, streams: some() } } : {}),
      ...(chance() < 0.5 ? { until: { port: 'any', value: 0 } } : {}),
      ...(chance() < 0.3 ? { scramble: true } : {}),
      counters: ['any'],
      hangCycles: 300,
      maxCycles: 2000,
    };
    const [one, other] = [builtin.run(spec), verilator.run(spec)];
    expect(other).toEqual(one);
    builtin.reset();
    verilator.reset();
  }
});
