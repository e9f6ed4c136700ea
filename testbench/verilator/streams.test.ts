import { describe, expect, test } from 'vitest';
import type { Beat } from '../../sim/simulation/beats.ts';
import type { VerilogDesign } from '../../sim/verilator/design.ts';
import { VerilatorSimulation } from '../../sim/verilator/simulation.ts';
import { exchange } from '../../sim/driver/exchange.ts';
import { fifo, goodFifo, watcher } from './designs.ts';

const beats: Beat[] = Array.from({ length: 60 }, (_, i) => ({ data: BigInt(i) * -7_000_000_000n, tag: i * 4 }));

async function withSimulation(design: VerilogDesign, work: (sim: VerilatorSimulation) => void): Promise<void> {
  const sim = await VerilatorSimulation.open(design);
  try {
    sim.reset();
    work(sim);
  } finally {
    sim.close();
  }
}

describe('exchange', { timeout: 120_000 }, () => {
  test('sends and collects under back-pressure', async () => {
    await withSimulation(goodFifo, (sim) => {
      for (const stall of [0, 0.3, 0.8]) {
        expect(exchange(sim, goodFifo, { send: { enq: beats }, expect: { deq: 60 }, stall, seed: 4 })).toEqual({
          deq: beats,
        });
      }
      const before = sim.cycles;
      exchange(sim, goodFifo, { send: { enq: beats }, expect: { deq: 60 } });
      expect(sim.cycles - before).toBe(61);
    });
  });

  test('an offered beat stays, unchanged, until it is taken', async () => {
    await withSimulation(watcher, (sim) => {
      const send = {
        in: Array.from({ length: 50 }, (_, data) => ({ data })),
        go: Array.from({ length: 50 }, () => ({})),
      };
      expect(exchange(sim, watcher, { send, expect: { gone: 50 }, stall: 0.7 })).toEqual({ gone: send.go });
      expect(sim.peek('broken')).toBe(0);
    });
  });

  test('what is left in the design comes with the next exchange', async () => {
    await withSimulation(goodFifo, (sim) => {
      expect(exchange(sim, goodFifo, { send: { enq: beats.slice(0, 3) }, stall: 0.5 })).toEqual({});
      sim.step(3);
      expect(exchange(sim, goodFifo, { expect: { deq: 3 }, stall: 0.5 })).toEqual({ deq: beats.slice(0, 3) });
    });
  });

  test('tells what it waits for when it takes too long', async () => {
    await withSimulation(goodFifo, (sim) => {
      const send = { enq: beats.slice(0, 6) };
      expect(() => exchange(sim, goodFifo, { send, maxCycles: 50 })).toThrow(
        'design "fifo" did not finish in 50 cycles. Beats count from 0:\n' +
          '  input "enq": beat 4 of 6 is offered, the design is not ready',
      );
      sim.reset();
      expect(() => exchange(sim, goodFifo, { expect: { deq: 1 }, maxCycles: 50 })).toThrow('beat 0 of 1 is awaited');
    });
  });

  test('sees beats that are withdrawn or changed', async () => {
    const spec = { send: { enq: beats }, expect: { deq: 60 }, stall: 0.9 };
    const shy = fifo({ top: 'shy', valid: "!empty && index[1:0] != 2'd3" });
    await withSimulation(shy, (sim) => {
      expect(() => exchange(sim, shy, spec)).toThrow(/"deq", beat \d+, cycle \d+: valid fell before ready came/);
    });
    const restless = fifo({ top: 'restless', key: " ^ {8'd0, index[2], 39'd0}" });
    await withSimulation(restless, (sim) => {
      expect(() => exchange(sim, restless, spec)).toThrow('the payload changed while it waited');
    });
  });

  test('refuses what cannot be', async () => {
    await withSimulation(goodFifo, (sim) => {
      expect(() => exchange(sim, goodFifo, { send: { deq: [] } })).toThrow(
        '"deq" of design "fifo" is an output stream',
      );
      expect(() => exchange(sim, goodFifo, { send: { enq: [{ data: 1 }] } })).toThrow('lacks field "tag"');
      expect(() => exchange(sim, goodFifo, { stall: 1 })).toThrow('stall is 1');
    });
  });
});
