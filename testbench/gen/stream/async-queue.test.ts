import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  asyncQueue,
  Bool,
  Bundle,
  clockDomain,
  connect,
  crossPulse,
  emitVerilog,
  In,
  module,
  Out,
  SInt,
  Stream,
  UInt,
} from '../../../gen/index.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { full } from '../../full.ts';
import { hasIcarus, hasYosys, icarusComplaints, runTool, verilatorLint, yosysComplaints } from '../tools.ts';

const Item = Bundle({ tag: UInt(12), data: SInt(4) });
const far = clockDomain('far', { edge: 'falling', reset: { kind: 'async', active: 'low' } });

function crossing(depth: number) {
  const ports = {
    enq: In(Stream(Item)),
    deq: Out(Stream(Item), { domain: far }),
    pulse: In(Bool),
    crossed: Out(Bool, { domain: far }),
  };
  return module(`Crossing_${depth}`, ports, ({ enq, deq, pulse, crossed }) => {
    connect(deq, asyncQueue(enq, depth, { to: far }));
    crossed.set(crossPulse(pulse, { to: far }));
  });
}

/** Numbers from 0 to below 1, the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
}

describe.each([2, 4, 16])('depth %i, each clock whenever it likes', (depth) => {
  const design = emitVerilog(crossing(depth));
  let simulation: VerilatorSimulation | undefined;
  beforeAll(async () => {
    simulation = await VerilatorSimulation.open(design);
  });
  afterAll(() => simulation?.close());

  test.skipIf(!hasIcarus || !hasYosys)('the tools accept it', () => {
    expect([verilatorLint(design), icarusComplaints(design), yosysComplaints(design)]).toEqual(['', '', '']);
  });

  test.each([
    ['from fast to slow', 0.8],
    ['from slow to fast', 0.2],
    ['evenly', 0.5],
  ])('%s: every word once and in order, never more than there is room for', (_, share) => {
    const sim = simulation!;
    const random = randomFrom(depth * 1000 + share * 10);
    // The other clock is an input like any other: each poke counts once something is peeked.
    const farEdge = (): void => {
      sim.poke('far_clock', 0);
      sim.peek('deq_valid');
      sim.poke('far_clock', 1);
      sim.peek('deq_valid');
    };
    for (const name of ['enq_valid', 'deq_ready', 'pulse'] as const) sim.poke(name, 0);
    sim.poke('far_clock', 1);
    sim.poke('far_reset_n', 0);
    sim.reset();
    farEdge();
    sim.poke('far_reset_n', 1);

    const wrong: string[] = [];
    let [sent, received, mostHeld, quiet] = [0, 0, 0, 0];
    const words = full ? 20_000 : 1500;
    while (received < words) {
      sim.poke('enq_valid', random() < 0.7 ? 1 : 0);
      sim.poke('enq_tag', sent % 4096);
      sim.poke('enq_data', (sent % 16) - 8);
      sim.poke('deq_ready', random() < 0.7 ? 1 : 0);
      if (random() < share) {
        if (sim.peek('enq_valid') === 1 && sim.peek('enq_ready') === 1) sent++;
        sim.step();
      } else {
        if (sim.peek('deq_valid') === 1 && sim.peek('deq_ready') === 1) {
          const [tag, data] = [sim.peek('deq_tag'), sim.peek('deq_data')];
          if (tag !== received % 4096 || data !== (received % 16) - 8) wrong.push(`word ${received}: ${tag}, ${data}`);
          received++;
          quiet = 0;
        }
        farEdge();
      }
      mostHeld = Math.max(mostHeld, sent - received);
      if (quiet++ > 1000) throw new Error(`stuck after ${received} words`);
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    // Where words come faster than they go, it fills up.
    expect(mostHeld).toBeGreaterThanOrEqual(share > 0.5 ? depth : 1);
    expect(mostHeld).toBeLessThanOrEqual(depth);
  });

  test('a pulse arrives once', () => {
    const sim = simulation!;
    const random = randomFrom(depth);
    let [given, arrived] = [0, 0];
    const farEdge = (): void => {
      arrived += Number(sim.peek('crossed'));
      sim.poke('far_clock', 0);
      sim.peek('crossed');
      sim.poke('far_clock', 1);
      sim.peek('crossed');
    };
    for (let round = 0; round < 100; round++) {
      sim.poke('pulse', 1);
      sim.step();
      sim.poke('pulse', 0);
      given++;
      for (let edge = 0; edge < 4 + random() * 4; edge++) {
        farEdge();
        if (random() < 0.5) sim.step();
      }
    }
    expect(arrived).toBe(given);
  });
});

/** Two clocks that run freely, of unrelated periods, so that edges come at every distance from each other. */
test.skipIf(!hasIcarus).each([
  [5, 7],
  [13, 3],
  [4, 4],
])('in Icarus with half periods of %i and %i', (period, farPeriod) => {
  const design = emitVerilog(crossing(4));
  const total = 3000;
  const text = `
module bench;
  reg clock = 0, far_clock = 1, reset = 1, far_reset_n = 0;
  always #${period} clock = !clock;
  always #${farPeriod} far_clock = !far_clock;
  reg enq_valid = 0, deq_ready = 0;
  reg [15:0] sent = 0, received = 0;
  wire enq_ready, deq_valid, crossed;
  wire [11:0] deq_tag;
  wire [3:0] deq_data;
  integer wrong = 0;
  Crossing_4 dut (.clock(clock), .reset(reset), .far_clock(far_clock), .far_reset_n(far_reset_n),
    .enq_valid(enq_valid), .enq_ready(enq_ready), .enq_tag(sent[11:0]), .enq_data(sent[3:0]),
    .deq_valid(deq_valid), .deq_ready(deq_ready), .deq_tag(deq_tag), .deq_data(deq_data),
    .pulse(1'b0), .crossed(crossed));
  initial begin #200 reset = 0; far_reset_n = 1; end
  always @(posedge clock) if (!reset) begin
    enq_valid <= $random;
    if (enq_valid && enq_ready) sent <= sent + 1;
  end
  always @(negedge far_clock) if (far_reset_n) begin
    deq_ready <= $random;
    if (deq_valid && deq_ready) begin
      if (deq_tag !== received[11:0] || deq_data !== received[3:0]) wrong = wrong + 1;
      received <= received + 1;
      if (received == ${total}) begin $display("%0d", wrong); $finish; end
    end
  end
  initial #10000000 begin $display("stuck at %0d", received); $finish; end
endmodule
`;
  const files = [...design.files, { path: 'bench.v', text, sites: [] }];
  const printed = runTool({ files }, 'sh', (paths) => [
    '-c',
    `iverilog -g2005 -s bench -o simulation ${paths.join(' ')} && vvp simulation`,
  ]);
  expect(printed.split('\n')[0]).toBe('0');
});
