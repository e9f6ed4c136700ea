import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog, UInt, Vec } from '../../../gen/index.ts';
import { CscDecode } from '../../../hw/pe/csc-decode.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { peekAs, pokeAs } from './typed-ports.ts';

// Fig 16 of the paper: where the columns start in the counts, and the rows that its letters a to l stand in.
const addresses = [0, 2, 5, 6, 6, 7, 9, 9, 12];
const counts = [1, 0, 0, 0, 1, 2, 3, 1, 1, 0, 0, 0];
const rows = [[1, 2], [0, 1, 3], [2], [], [3], [1, 3], [], [0, 1, 2]];

describe.each([1, 2])('CscDecode of %i lanes', (lanes) => {
  let sim: VerilatorSimulation;

  beforeAll(async () => {
    sim = await VerilatorSimulation.open(emitVerilog(CscDecode({ lanes, countBits: 4, positionBits: 6 })));
  });
  afterAll(() => sim.close());

  /** Positions of the entries of one segment; between any two steps, `idle` cycles of other counts that are not taken. */
  function decode(segment: readonly number[], { origin = 0, idle = 0 } = {}): number[] {
    const positions: number[] = [];
    for (let start = 0; start < segment.length; start += lanes) {
      sim.poke('advance', 0);
      for (let cycle = 0; cycle < idle; cycle++) {
        sim.poke('first', cycle % 2);
        sim.poke('origin', 33);
        pokeAs(sim, Vec(lanes, UInt(4)), 'counts', new Array<number>(lanes).fill(9));
        sim.step();
      }
      sim.poke('first', start === 0 ? 1 : 0);
      sim.poke('origin', origin);
      sim.poke('advance', 1);
      const taken = Array.from({ length: lanes }, (_, lane) => segment[start + lane] ?? 0);
      pokeAs(sim, Vec(lanes, UInt(4)), 'counts', taken);
      positions.push(...peekAs(sim, Vec(lanes, UInt(6)), 'positions'));
      sim.step();
    }
    return positions.slice(0, segment.length);
  }

  test.each([0, 3])("gives the rows of Fig 16's columns, %i idle cycles between", (idle) => {
    const decoded = rows.map((_, column) => decode(counts.slice(addresses[column], addresses[column + 1]), { idle }));
    expect(decoded).toEqual(rows);
  });

  test('a filler moves on by sixteen', () => {
    expect(decode([15, 0])).toEqual([15, 16]);
    expect(decode([15, 1, 15, 2])).toEqual([15, 17, 33, 36]);
    expect(decode([15, 15, 15])).toEqual([15, 31, 47]);
  });

  test('counts of zero run on by one', () => {
    expect(decode(Array.from({ length: 32 }, () => 0))).toEqual(Array.from({ length: 32 }, (_, row) => row));
  });

  test('a segment begins at its origin, whatever came before it', () => {
    expect(decode([2, 3, 1], { origin: 10 })).toEqual([12, 16, 18]);
    expect(decode([0, 0, 0], { origin: 7 })).toEqual([7, 8, 9]);
    expect(decode([4])).toEqual([4]);
  });
});
