import { afterEach, describe, expect, test } from 'vitest';
import type { Beat } from '../../sim/simulation/beats.ts';
import { packBeats, unpackBeats } from '../../sim/simulation/beats.ts';
import type { RunResult, RunSpec } from '../../sim/simulation/bulk-run.ts';
import type { VerilogDesign } from '../../sim/verilator/design.ts';
import { xorshift } from '../../sim/simulation/random.ts';
import { VerilatorSimulation } from '../../sim/verilator/simulation.ts';
import { fifo, goodFifo, watcher } from './designs.ts';

const opened: VerilatorSimulation[] = [];

async function start(design: VerilogDesign = goodFifo): Promise<VerilatorSimulation> {
  const sim = await VerilatorSimulation.open(design);
  opened.push(sim);
  sim.reset();
  return sim;
}

afterEach(() => {
  for (const sim of opened.splice(0)) sim.close();
});

function beats(count: number, seed = 5): Beat[] {
  const random = xorshift(seed);
  return Array.from({ length: count }, () => ({
    data: BigInt.asIntN(40, (BigInt(random()) << 32n) | BigInt(random())),
    tag: random() & 255,
  }));
}

/** Sends beats through a FIFO and expects as many, or `expected`. */
function pass(sent: Beat[], expected = sent.length): RunSpec {
  return { send: { enq: packBeats(goodFifo, 'enq', sent) }, expect: { deq: expected } };
}

function out(result: RunResult): Beat[] {
  return unpackBeats(goodFifo, 'deq', result.received['deq']!);
}

describe('a bulk run through a FIFO', { timeout: 120_000 }, () => {
  test('gives what a queue gives, under any back-pressure', async () => {
    const sim = await start();
    for (const [seed, stall] of [0, 0.1, 0.5, 0.95, { enq: 0.8 }, { deq: 0.8 }].entries()) {
      const sent = beats(300, seed + 1);
      const result = sim.run({ ...pass(sent), stall, seed });
      expect([result.outcome, result.message]).toEqual(['done', '']);
      expect(out(result)).toEqual(sent);
      expect(result.moved).toEqual({ enq: 300, deq: 300 });
    }
  });

  test('counts cycles to the last handshake, and those of the drain apart', async () => {
    const sim = await start();
    const before = sim.cycles;
    const result = sim.run({ ...pass(beats(10)), drainCycles: 20 });
    // Beat n enters in cycle n and leaves in cycle n + 1.
    expect([result.cycles, result.elapsed, sim.cycles - before]).toEqual([11, 31, 31]);
    expect(sim.run({ drainCycles: 0 })).toMatchObject({ outcome: 'done', cycles: 0, elapsed: 0 });
  });

  test('stalls as often as asked, the same way for the same seed', async () => {
    const sim = await start();
    const cycles = (seed: number, stall: number): number =>
      sim.run({ ...pass(beats(2000)), seed, stall: { enq: stall } }).cycles;
    expect(cycles(1, 0.5)).toBe(cycles(1, 0.5));
    expect(cycles(1, 0.5)).not.toBe(cycles(2, 0.5));
    expect(2000 / cycles(3, 0.75)).toBeCloseTo(0.25, 1);
    expect(2000 / cycles(3, 0.25)).toBeCloseTo(0.75, 1);
  });

  test('the payload is random while valid is low', async () => {
    const sim = await start();
    const seen = new Set<number | bigint>();
    sim.run({ drainCycles: 21, limit: 1, scramble: true });
    for (let cycle = 0; cycle < 20; cycle++) {
      expect(sim.peek('enq_valid')).toBe(0);
      seen.add(sim.peek('enq_data'));
      sim.resume(1);
    }
    expect(seen.size).toBe(20);
    sim.abandon();
    // Random bits after the last beat too, where nothing is asked for; but always the same ones.
    const [sent] = beats(1);
    const left = sim.run({ ...pass([sent!]), drainCycles: 20 });
    expect(left.outcome).toBe('done');
    expect(sim.peek('enq_data')).not.toBe(sent!['data']);
  });

  test('an offered beat stays, unchanged, until it is taken', async () => {
    const sim = await start(watcher);
    const result = sim.run({ send: { in: Uint32Array.from({ length: 100 }, (_, i) => i * 600) }, stall: 0.7 });
    expect([result.outcome, result.moved['in'], sim.peek('broken')]).toEqual(['done', 100, 0]);
    sim.poke('in_valid', 1);
    sim.step(3);
    sim.poke('in_valid', 0);
    sim.step();
    expect(sim.peek('broken')).toBe(1);
  });

  test('streams can lack a payload, and pass through without a register', async () => {
    const sim = await start(watcher);
    const result = sim.run({ send: { go: 50 }, expect: { gone: 50 }, stall: 0.5 });
    expect(result).toMatchObject({ outcome: 'done', moved: { in: 0, go: 50, gone: 50 } });
    expect(result.received['gone']).toHaveLength(0);
    expect(sim.run({ send: { go: 3 }, expect: { gone: 2 } }).message).toContain('offers a beat without payload');
  });

  test('pauses and resumes as if it went on in one go', async () => {
    const [whole, pieces] = [await start(), await start()];
    const spec: RunSpec = { ...pass(beats(200)), stall: 0.4, seed: 9, counters: ['full'] };
    const expected = whole.run(spec);
    expect(expected.outcome).toBe('done');
    let result = pieces.run({ ...spec, limit: 0 });
    for (let limit = 0; result.outcome === 'more'; limit = (limit + 1) % 7) {
      expect(result.elapsed).toBeLessThanOrEqual(expected.elapsed);
      expect(out(result)).toEqual(out(expected).slice(0, result.moved['deq']));
      expect(() => pieces.step()).toThrow('a run of design "fifo" is paused: resume or abandon it first');
      result = pieces.resume(limit);
    }
    expect(result).toEqual(expected);
    expect(pieces.cycles).toBe(whole.cycles);
  });

  test('an abandoned run leaves the streams alone', async () => {
    const sim = await start();
    const result = sim.run({ ...pass(beats(9)), stall: { deq: 0.99 }, limit: 3 });
    expect([result.outcome, result.moved['enq']]).toEqual(['more', 3]);
    sim.abandon();
    sim.step(5);
    expect([sim.peek('enq_valid'), sim.peek('deq_ready')]).toEqual([0, 0]);
    expect(sim.run({ expect: { deq: 3 } })).toMatchObject({ outcome: 'done', moved: { enq: 0, deq: 3 } });
  });

  test('counters count high cycles', async () => {
    const sim = await start();
    const fill = sim.run({
      send: pass(beats(4)).send!,
      stall: { deq: 1 },
      drainCycles: 10,
      counters: ['full', 'deq_valid'],
    });
    // Beats enter in cycles 0 to 3; the drain is 10 cycles more.
    expect([fill.outcome, fill.counters]).toEqual(['done', { full: 10, deq_valid: 13 }]);
  });

  test('pokes are set before the first cycle', async () => {
    const sim = await start();
    sim.run({ send: pass(beats(3)).send!, stall: { deq: 1 } });
    sim.run({ pokes: { reset: 1 }, stall: { deq: 1 }, drainCycles: 1 });
    expect(sim.run({ pokes: { reset: 0 } })).toMatchObject({ outcome: 'done', moved: { deq: 0 } });
  });
});

describe('what a design does wrong', { timeout: 120_000 }, () => {
  test('a beat too many, during the run and in the drain', async () => {
    const sent: Beat[] = [
      { data: -1n, tag: 1 },
      { data: 77n, tag: 2 },
      { data: 5n, tag: 3 },
    ];
    const sim = await start();
    const after = sim.run(pass(sent, 2));
    expect(after).toMatchObject({ outcome: 'fault', cycles: 3, elapsed: 3 });
    expect(after.message).toBe(
      'design "fifo", output stream "deq", beat 2: a beat too many, in cycle 3 of the run, cycle 5 of the simulation ' +
        '(counted from 0): 2 expected, then the design offers {data: 5, tag: 3}',
    );
    sim.reset();
    expect(sim.run(pass(sent, 1))).toMatchObject({ outcome: 'fault', moved: { enq: 2, deq: 1 } });
    sim.reset();
    expect(sim.run({ ...pass(sent, 2), drainCycles: 0 })).toMatchObject({ outcome: 'done' });
  });

  test('a hang is told with what each stream waits for', async () => {
    const sim = await start();
    const starved = sim.run({ ...pass(beats(3), 5), hangCycles: 50 });
    expect(starved).toMatchObject({ outcome: 'hang', cycles: 4, elapsed: 54 });
    expect(starved.message).toBe(
      'design "fifo" hangs: none of its streams moved for 50 cycles; the last beat moved in cycle 3 of ' +
        'the run, which has lasted 54. Beats count from 0:\n  output "deq": beat 3 of 5 is awaited, the design offers none',
    );
    const full = sim.run({ send: pass(beats(6)).send!, stall: { deq: 1 }, hangCycles: 50 });
    expect(full.message).toContain('input "enq": beat 4 of 6 is offered, the design is not ready');
    expect([sim.peek('full'), sim.peek('enq_valid')]).toEqual([1, 0]);
    const never = sim.run({ send: pass(beats(1)).send!, stall: { deq: 1 }, hangCycles: 5 });
    expect(never.message).toContain('none of its streams moved for 5 cycles; no beat moved in the run');
  });

  test('a run that takes too long is ended', async () => {
    const sim = await start();
    const result = sim.run({ ...pass(beats(100)), maxCycles: 30 });
    expect(result).toMatchObject({ outcome: 'timeout', elapsed: 30, moved: { enq: 30, deq: 29 } });
    expect(result.message).toContain('did not finish in 30 cycles');
    expect(result.message).toContain('output "deq": beat 29 of 100');
  });

  test('lost beats under back-pressure are missed', async () => {
    const sim = await start(fifo({ top: 'lossy', ready: "1'b1", store: '!full' }));
    expect(sim.run(pass(beats(50)))).toMatchObject({ outcome: 'done' });
    const result = sim.run({ ...pass(beats(50)), stall: { deq: 0.6 }, hangCycles: 100 });
    expect(result).toMatchObject({ outcome: 'hang', moved: { enq: 50 } });
  });

  test('valid must not fall before ready', async () => {
    const sim = await start(fifo({ top: 'shy', valid: "!empty && index[1:0] != 2'd3" }));
    expect(sim.run(pass(beats(50)))).toMatchObject({ outcome: 'done' });
    const result = sim.run({ ...pass([{ data: -3n, tag: 9 }]), stall: { deq: 0.99 }, hangCycles: 1000 });
    expect(result.outcome).toBe('fault');
    expect(result.message).toMatch(
      /^design "shy", output stream "deq", beat 0: valid fell before ready came, in cycle \d+ of the run/,
    );
    expect(result.message).toContain('{data: -3, tag: 9} was offered and must stay');
    expect(sim.peek('deq_valid')).toBe(0);
  });

  test('the payload must not change before ready', async () => {
    const sim = await start(fifo({ top: 'restless', key: " ^ {8'd0, index[2], 39'd0}" }));
    const result = sim.run({ ...pass([{ data: 0n, tag: 9 }]), stall: { deq: 0.95 }, seed: 2 });
    expect([result.outcome, result.moved['deq']]).toEqual(['fault', 0]);
    expect(result.message).toBe(
      'design "restless", output stream "deq", beat 0: the payload changed while it waited for ready, in cycle 4 of ' +
        'the run, cycle 6 of the simulation (counted from 0): {data: 0, tag: 9} became {data: 2147483648, tag: 9}',
    );
  });
});

describe('what a caller does wrong', { timeout: 120_000 }, () => {
  test('is told before anything runs', async () => {
    const sim = await start();
    const before = sim.cycles;
    const cases: [RunSpec, string][] = [
      [{ send: { enqueue: new Uint32Array(3) } }, 'design "fifo" has no stream "enqueue"; its streams: enq, deq'],
      [{ send: { deq: new Uint32Array(3) } }, 'no beats can be sent to stream "deq"'],
      [{ expect: { enq: 3 } }, 'no beats can be expected of stream "enq"'],
      [{ expect: { deq: -1 } }, 'beats expected of "deq": -1 is no count'],
      [{ send: { enq: new Uint32Array(4) } }, '4 words are no whole number of beats for stream "enq", of 3 words each'],
      [{ send: { enq: 3 } }, 'stream "enq" has a payload'],
      [{ send: { enq: Uint32Array.of(0, 0, 0, 1, 0, 256) } }, 'beat 1 for stream "enq" does not fit its ports'],
      [{ expect: { deq: 3 }, stall: 1 }, 'stream "deq" has 3 beats to move and a stall of 1'],
      [{ stall: { deq: 1.5 } }, 'stall of stream "deq" is 1.5'],
      [{ stall: { dq: 0.5 } }, 'no stream "dq"'],
      [{ counters: ['deq_tag'] }, '"deq_tag" has 8 bits'],
      [{ pokes: { rest: 1 } }, 'did you mean "reset"'],
    ];
    for (const [spec, message] of cases) expect(() => sim.run(spec)).toThrow(message);
    expect(sim.cycles).toBe(before);
    expect(() => packBeats(goodFifo, 'enq', [{ data: 1n }])).toThrow('beat 0 for stream "enq" lacks field "tag"');
    expect(() => packBeats(goodFifo, 'enq', [{ data: 1n, tag: 1, last: 0 }])).toThrow('unknown field "last"');
    expect(() => packBeats(goodFifo, 'enq', [{ data: 1n, tag: 256 }])).toThrow('256 does not fit port "enq_tag"');
  });
});
