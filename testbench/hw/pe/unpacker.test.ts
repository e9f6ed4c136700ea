import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { eyerissV2Pe } from '../../../hw/pe/parameters.ts';
import { Unpacker } from '../../../hw/pe/unpacker.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { exchange } from '../../../sim/driver/exchange.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { linkWords } from './link-words.ts';
import { watched } from './watched.ts';

/** Values of one word's width that travel together; what is left of their last word is padding. */
interface Part {
  readonly plain: boolean;
  readonly values: readonly number[];
}

describe('Unpacker', () => {
  let sim: VerilatorSimulation;

  beforeAll(async () => {
    sim = await VerilatorSimulation.open(emitVerilog(Unpacker(eyerissV2Pe)));
    sim.reset();
  });
  afterAll(() => sim.close());

  /** Takes the parts apart again; `plain` and `drop` follow the entries, as a loader's do. */
  function unpack(parts: readonly Part[], stall: number, seed: number): number[] {
    const words = parts.flatMap(({ plain, values }) => [...linkWords(values, plain ? 8 : 12, plain ? 3 : 2)]);
    const controls = parts.flatMap(({ plain, values }) =>
      values.map((_, index) => ({ plain, drop: index === values.length - 1 })),
    );
    let taken = 0;
    const control = (): void => {
      sim.poke('plain', Number(controls[taken]?.plain ?? false));
      sim.poke('drop', Number(controls[taken]?.drop ?? false));
    };
    control();
    const count = (): void => {
      if (sim.peek('entry_valid') === 1 && sim.peek('entry_ready') === 1) taken++;
    };
    const send = { word: words.map((data) => ({ data })) };
    const { entry } = exchange(watched(sim, count, control), sim.design, {
      send,
      expect: { entry: controls.length },
      stall,
      seed,
    });
    sim.step(2);
    expect(sim.peek('entry_valid')).toBe(0);
    return entry!.map(({ data }) => Number(data));
  }

  test.each([0, 0.4])('pairs and plain values, cut off at every place of a word, stall %f', (stall) => {
    const random = Random.stream(7, 'unpacker');
    const parts = Array.from({ length: 60 }, (_, index) => {
      const plain = index % 3 > 0;
      const length = random.integer(1, 7);
      return { plain, values: Array.from({ length }, () => random.integer(0, plain ? 255 : 4095)) };
    });
    for (const seed of [1, 2]) expect(unpack(parts, stall, seed)).toEqual(parts.flatMap(({ values }) => values));
  });

  test('words are taken when the last of their entries is', () => {
    sim.poke('plain', 1);
    sim.poke('drop', 0);
    sim.poke('word_valid', 1);
    sim.poke('word_data', 0x332211);
    sim.poke('entry_ready', 1);
    const seen: unknown[] = [];
    for (let cycle = 0; cycle < 3; cycle++) {
      seen.push([sim.peek('entry_data'), sim.peek('word_ready')]);
      sim.step();
    }
    sim.poke('word_valid', 0);
    sim.poke('entry_ready', 0);
    expect(seen).toEqual([
      [0x11, 0],
      [0x22, 0],
      [0x33, 1],
    ]);
  });
});
