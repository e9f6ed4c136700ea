import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import type { VerilogDesign } from '../../sim/verilator/design.ts';
import type { OpenOptions } from '../../sim/verilator/simulation.ts';
import { VerilatorSimulation } from '../../sim/verilator/simulation.ts';
import { adder, counter } from './designs.ts';

const opened: VerilatorSimulation[] = [];

async function open(design: VerilogDesign, options?: OpenOptions): Promise<VerilatorSimulation> {
  const sim = await VerilatorSimulation.open(design, options);
  opened.push(sim);
  return sim;
}

afterEach(() => {
  for (const sim of opened.splice(0)) sim.close();
});

describe('a clocked design', { timeout: 120_000 }, () => {
  test('pokes are seen at the edge, and peeks show the state after it', async () => {
    const sim = await open(counter);
    sim.reset();
    expect(sim.peek('count')).toBe(0);
    sim.poke('enable', 1);
    expect(sim.peek('count')).toBe(0);
    sim.step();
    expect([sim.peek('count'), sim.peek('odd'), sim.peek('negative')]).toEqual([1, 1, -1]);
    sim.step(299);
    expect(sim.peek('count')).toBe(300 % 256);
    sim.poke('enable', 0);
    sim.step(7);
    expect(sim.peek('count')).toBe(300 % 256);
    expect(sim.cycles).toBe(2 + 1 + 299 + 7);
  });

  test('instances of one design and of several do not share state', async () => {
    const [first, second, sums] = await Promise.all([open(counter), open(counter), open(adder)]);
    first.reset();
    second.reset();
    first.poke('enable', 1);
    first.step(5);
    second.poke('enable', 1);
    second.step(3);
    sums.poke('a', 7);
    expect([first.peek('count'), second.peek('count'), sums.peek('sum')]).toEqual([5, 3, 7]);
    first.close();
    second.step();
    expect(second.peek('count')).toBe(4);
  });

  test('state without initial value is random, by seed', async () => {
    const values: (number | bigint)[] = [];
    for (const seed of [1, 1, 3]) {
      const sim = await open(counter, { seed });
      sim.step();
      values.push(sim.peek('held'));
    }
    expect(values[0]).toBe(values[1]);
    expect(values[0]).not.toBe(values[2]);
  });

  test('a wrong name or value is told with what would be right', async () => {
    const sim = await open(counter);
    expect(() => sim.peek('cuont')).toThrow('design "counter" has no port "cuont"; did you mean "count"?');
    expect(() => sim.peek('zzz')).toThrow('it has: clock, reset, enable, count');
    expect(() => sim.poke('count', 1)).toThrow('"count" of design "counter" is an output');
    expect(() => sim.poke('clock', 1)).toThrow('driven by step');
    expect(() => sim.poke('enable', 2)).toThrow('2 does not fit port "enable": 1 bit unsigned, 0 to 1');
    expect(() => sim.poke('enable', -1)).toThrow('-1 does not fit port "enable"');
    expect(() => sim.poke('enable', 0.5)).toThrow('0.5 is no integer');
    expect(() => sim.step(-1)).toThrow('cannot step -1 cycles');
    expect(() => sim.resume()).toThrow('no paused run');
  });

  test('a closed simulation cannot be used, but closed again', async () => {
    const sim = await open(counter);
    sim.close();
    sim.close();
    expect(() => sim.peek('count')).toThrow('the simulation of design "counter" is closed');
    expect(() => sim.step()).toThrow('is closed');
    expect(() => sim.cycles).toThrow('is closed');
  });
});

describe('a combinational design', { timeout: 120_000 }, () => {
  test('all widths and signs go in and out', async () => {
    const sim = await open(adder);
    for (const [a, b] of [
      [0, 0],
      [-32768, -32768],
      [32767, 32767],
      [-1, 1],
      [12, -30],
    ] as const) {
      sim.poke('a', a);
      sim.poke('b', b);
      expect(sim.peek('sum')).toBe(a + b);
      expect(sim.peek('a')).toBe(a);
    }
    for (const word of [0, 1, 0x8000_0000, 0xffff_ffff]) {
      sim.poke('word', word);
      expect(sim.peek('word__inverse')).toBe(0xffff_ffff - word);
    }
    for (const [width, port] of [
      [40n, 'quad'],
      [100n, 'wide'],
    ] as const) {
      const half = 2n ** (width - 1n);
      for (const value of [0n, 1n, -1n, half - 1n, 1n - half, 0x12_3456_789an]) {
        sim.poke(port, value);
        expect(sim.peek(port)).toBe(value);
        expect(sim.peek(`${port}_less`)).toBe(value - 1n);
      }
      sim.poke(port, -half);
      expect(sim.peek(`${port}_less`)).toBe(half - 1n);
      expect(() => sim.poke(port, half)).toThrow(`${half} does not fit port "${port}"`);
      expect(() => sim.poke(port, -half - 1n)).toThrow('signed');
    }
    expect(() => sim.poke('a', 32768)).toThrow('32768 does not fit port "a": 16 bits signed, -32768 to 32767');
  });

  test('has no cycles', async () => {
    const sim = await open(adder);
    expect(() => sim.step()).toThrow('design "adder" has no port "clock"');
    expect(() => sim.run()).toThrow('no port "clock"');
    expect(() => sim.reset()).toThrow('no port "reset"');
  });
});

describe('a design that stops', { timeout: 120_000 }, () => {
  test('ends its own simulation with the reason, and not the process', async () => {
    const text = counter.files[0]!.text.replace('module counter', 'module stopper').replace(
      'endmodule',
      "always @(posedge clock) if (count == 8'd3) $stop;\nendmodule",
    );
    const stopper = { ...counter, top: 'stopper', files: [{ path: 'stopper.v', text }] };
    const [sim, other] = [await open(stopper), await open(stopper)];
    for (const one of [sim, other]) {
      one.reset();
      one.poke('enable', 1);
    }
    expect(() => sim.step(10)).toThrow(/design "stopper" stopped in cycle 5: \$stop .* at stopper\.v:9/);
    expect(() => sim.peek('count')).toThrow('stopped in cycle 5');
    other.step(3);
    expect(other.peek('count')).toBe(3);
  });
});

describe('a trace', { timeout: 240_000 }, () => {
  test('is written when asked for, and refused where it cannot be', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'saccade-trace-'));
    try {
      const path = join(directory, 'counter.fst');
      const sim = await open(counter, { trace: path });
      sim.reset();
      sim.poke('enable', 1);
      sim.step(100);
      sim.run({ drainCycles: 100 });
      sim.close();
      // An FST file starts with a header block: type 0, then its length, 329, in eight bytes.
      const bytes = readFileSync(path);
      expect(bytes.length).toBeGreaterThan(9 + 329);
      expect([...bytes.subarray(0, 9)]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0x49]);
      const missing = join(directory, 'missing', 'counter.fst');
      await expect(open(counter, { trace: missing })).rejects.toThrow(InputError);
      expect(existsSync(missing)).toBe(false);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
