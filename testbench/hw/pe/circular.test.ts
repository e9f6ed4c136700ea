import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bool, In, type UIntVal, cat, lit, Out, UInt, Vec, bitsFor, emitVerilog, module } from '../../../gen/index.ts';
import { advanceBy, following, lapAdvanceBy, lapFollowing, lapFull, type Lapped } from '../../../hw/pe/circular.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { peekAs } from './typed-ports.ts';

const depths = [2, 3, 5, 8, 9, 12, 15, 16];

const ports = {
  pointer: In(UInt(4)),
  other: In(UInt(4)),
  advanced: Out(Vec(depths.length, UInt(4))),
  followed: Out(Vec(depths.length, UInt(4))),
  lap: In(Bool),
  lapAdvanced: Out(Vec(depths.length, UInt(5))),
  lapFollowed: Out(Vec(depths.length, UInt(5))),
  full: Out(Vec(depths.length, Bool)),
};

/** All of it for all depths at once. */
const circular = module('Circular', ports, ({ pointer, other, lap, ...io }) => {
  depths.forEach((depth, index) => {
    const width = bitsFor(depth);
    const from = pointer.trunc(width);
    const by = other.trunc(width);
    io.advanced[index]!.set(advanceBy(from, by, depth).extend(4));
    io.followed[index]!.set(following(from, depth).extend(4));
    const number = (pointer: Lapped): UIntVal => cat(pointer.lap, pointer.index.extend(4)).asUInt();
    const lapped = { index: from, lap };
    io.lapAdvanced[index]!.set(number(lapAdvanceBy(lapped, by, depth)));
    io.lapFollowed[index]!.set(number(lapFollowing(lapped, depth)));
    io.full[index]!.set(lapFull(lapped, { index: by, lap: lit(Bool, false) }));
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
        const results = ['advanced', 'followed'].map((name) => peekAs(sim, Vec(depths.length, UInt(4)), name)[index]);
        expect(results, `${pointer} and ${other}`).toEqual([(pointer + other) % depth, (pointer + 1) % depth]);
        for (const lap of [0, 1]) {
          sim.poke('lap', lap);
          const place = (steps: number): number =>
            ((pointer + steps) % depth) + 16 * ((lap + Math.floor((pointer + steps) / depth)) % 2);
          const lapped = ['lapAdvanced', 'lapFollowed'].map(
            (name) => peekAs(sim, Vec(depths.length, UInt(5)), name)[index],
          );
          expect(lapped, `${pointer} of lap ${lap}, and ${other}`).toEqual([place(other), place(1)]);
          const full = peekAs(sim, Vec(depths.length, Bool), 'full')[index];
          expect(full).toBe(lap === 1 && pointer === other);
        }
      }
    }
  });
});
