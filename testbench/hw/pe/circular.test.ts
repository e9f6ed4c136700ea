import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { In, Out, UInt, Vec, bitsFor, emitVerilog, module } from '../../../gen/index.ts';
import { advanceBy, distance, following } from '../../../hw/pe/circular.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { peekAs } from './typed-ports.ts';

const depths = [2, 3, 5, 8, 9, 12, 15, 16];

const ports = {
  pointer: In(UInt(4)),
  other: In(UInt(4)),
  advanced: Out(Vec(depths.length, UInt(4))),
  followed: Out(Vec(depths.length, UInt(4))),
  steps: Out(Vec(depths.length, UInt(4))),
};

/** All of it for all depths at once. */
const circular = module('Circular', ports, ({ pointer, other, advanced, followed, steps }) => {
  depths.forEach((depth, index) => {
    const width = bitsFor(depth);
    const from = pointer.trunc(width);
    const by = other.trunc(width);
    advanced[index]!.set(advanceBy(from, by, depth).extend(4));
    followed[index]!.set(following(from, depth).extend(4));
    steps[index]!.set(distance(from, by, depth).extend(4));
  });
});

describe('pointers into a circular buffer', () => {
  let sim: VerilatorSimulation;

  beforeAll(async () => {
    sim = await VerilatorSimulation.open(emitVerilog(circular));
  });
  afterAll(() => sim.close());

  test.each(depths)('of depth %i', (depth) => {
    const index = depths.indexOf(depth);
    for (let pointer = 0; pointer < depth; pointer++) {
      for (let other = 0; other < depth; other++) {
        sim.poke('pointer', pointer);
        sim.poke('other', other);
        const results = ['advanced', 'followed', 'steps'].map(
          (name) => peekAs(sim, Vec(depths.length, UInt(4)), name)[index],
        );
        expect(results, `${pointer} and ${other}`).toEqual([
          (pointer + other) % depth,
          (pointer + 1) % depth,
          (other - pointer + depth) % depth,
        ]);
      }
    }
  });
});
