import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bits, Bool, Bundle, In, mem, module, Out, SInt, UInt, Vec, when } from '../../../gen/index.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { clearing, everyPort, EveryPortModel, randomSteps } from './memory-designs.ts';

const engines = ['builtin', 'verilator'] as const;

describe.each([
  { what: 'in the module', options: {} },
  { what: 'as a macro', options: { macro: 'regfile' } },
])('a memory with every kind of port, $what', ({ what, options }) => {
  test.each(engines)('does what the model does, in %s', async (engine) => {
    const dut = await drive(everyPort(`Ports${what.length}`, options), { engine });
    const model = new EveryPortModel();
    const wrong: unknown[] = [];
    [...clearing, ...randomSteps(3000, 1)].forEach((step, cycle) => {
      const { ports } = dut;
      ports.first.poke(step.first);
      ports.firstAddress.poke(step.firstAddress);
      ports.firstData.poke(step.firstData);
      ports.mask.poke(step.mask);
      ports.second.poke(step.second);
      ports.secondAddress.poke(step.secondAddress);
      ports.secondData.poke(step.secondData);
      ports.third.poke(step.third);
      ports.readAddress.poke(step.readAddress);
      ports.otherAddress.poke(step.otherAddress);
      ports.enable.poke(step.enable);
      const expected = model.outputs(step);
      const outputs = Object.fromEntries(
        (['now', 'other', 'old', 'fresh', 'held', 'heldFresh', 'any'] as const).map((name) => [
          name,
          ports[name].peek(),
        ]),
      );
      if (cycle >= clearing.length && JSON.stringify(outputs) !== JSON.stringify(expected))
        wrong.push({ cycle, outputs, expected });
      dut.step();
      model.clock(step);
    });
    expect(wrong.slice(0, 2)).toEqual([]);
    dut.close();
  });
});

const Item = Bundle({ tag: UInt(3), values: Vec(2, SInt(5)), last: Bool });

const Items = module(
  'Items',
  {
    put: In(Bool),
    to: In(UInt(3)),
    item: In(Item),
    lanes: In(Vec(3, Bool)),
    data: In(Vec(3, UInt(4))),
    from: In(UInt(3)),
    now: Out(Item),
    later: Out(Item),
    triple: Out(Vec(3, UInt(4))),
  },
  (io) => {
    const items = mem(Item, 8);
    const vectors = mem(Vec(3, UInt(4)), 8);
    when(io.put, () => {
      items.write(io.to, { tag: io.item.tag, values: [io.item.values[0]!, io.item.values[1]!], last: io.item.last });
      vectors.write(io.to, [io.data[0]!, io.data[1]!, io.data[2]!], {
        mask: [io.lanes[0]!, io.lanes[1]!, io.lanes[2]!],
      });
    });
    io.now.set(items.read(io.from));
    io.later.set(items.readSync(io.from));
    io.triple.set(vectors.read(io.from));
  },
);

test.each(engines)(
  'words of bundles and vectors come back as written; a vector is masked by elements: %s',
  async (engine) => {
    const dut = await drive(Items, { engine });
    const { ports } = dut;
    const item = { tag: 5, values: [-16, 7], last: true };
    ports.put.poke(true);
    ports.to.poke(6);
    ports.from.poke(6);
    ports.item.poke(item);
    ports.data.poke([1, 2, 3]);
    ports.lanes.poke([true, true, true]);
    dut.step();
    expect(ports.now.peek()).toEqual(item);
    expect(ports.triple.peek()).toEqual([1, 2, 3]);
    ports.data.poke([9, 10, 11]);
    ports.lanes.poke([true, false, false]);
    ports.item.poke({ tag: 2, values: [0, -1], last: false });
    dut.step();
    expect(ports.later.peek()).toEqual(item);
    expect(ports.now.peek()).toEqual({ tag: 2, values: [0, -1], last: false });
    expect(ports.triple.peek()).toEqual([9, 2, 3]);
    ports.lanes.poke([false, false, true]);
    dut.step();
    expect(ports.triple.peek()).toEqual([9, 2, 11]);
    dut.close();
  },
);

describe('initial contents', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'saccade-memory-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([16, 100].flatMap((depth) => engines.map((engine) => ({ depth, engine }))))(
    'are there at power-up, the rest zero, in memories of $depth words and tables: $engine',
    async ({ depth, engine }) => {
      const bits = Math.ceil(Math.log2(depth));
      const Table = module(
        `Table${depth}`,
        { at: In(UInt(bits)), plain: Out(SInt(6)), item: Out(Item), read: Out(SInt(6)), put: In(Bool) },
        (io) => {
          const table = mem(SInt(6), depth, { initial: [3, -32, 31] });
          const items = mem(Item, depth, { initial: [{ tag: 1, values: [-2, 3], last: true }] });
          const changed = mem(SInt(6), depth, { initial: [7] });
          when(io.put, () => changed.write(io.at, -1));
          io.plain.set(table.read(io.at));
          io.item.set(items.read(io.at));
          io.read.set(changed.readSync(io.at));
        },
      );
      const dut = await drive(Table, { engine });
      const { ports } = dut;
      const seen = [0, 1, 2, 3, depth - 1].map((at) => {
        ports.at.poke(at);
        dut.step();
        return [ports.plain.peek(), ports.read.peek()];
      });
      expect(seen).toEqual([
        [3, 7],
        [-32, 0],
        [31, 0],
        [0, 0],
        [0, 0],
      ]);
      ports.at.poke(0);
      expect(ports.item.peek()).toEqual({ tag: 1, values: [-2, 3], last: true });
      ports.put.poke(true);
      dut.step(2);
      expect(ports.read.peek()).toBe(-1);
      dut.close();
    },
  );

  test.each([
    { format: 'hex' as const, text: '// first\nfF 0_1 /* two\nlines */ 80\n@5 7\n' },
    { format: 'bin' as const, text: '11111111 0000_0001\n10000000 @5 111' },
  ])('come from a $format file', ({ format, text }) => {
    const file = join(folder, `words.${format}`);
    writeFileSync(file, text);
    const made = module('FromFile', { at: In(UInt(3)), y: Out(SInt(8)) }, ({ at, y }) => {
      y.set(mem(SInt(8), 8, { initial: { file, format } }).read(at));
    });
    expect(made.checked.ir.memories[0]!.initial).toEqual([-1n, 1n, -128n, 0n, 0n, 7n]);
  });
});

test('a registered read keeps its word where the conditions around it, or its enable, do not hold', async () => {
  const Held = module(
    'Held',
    { at: In(UInt(2)), c: In(Bool), enable: In(Bool), y: Out(UInt(8)) },
    ({ at, c, enable, y }) => {
      const table = mem(UInt(8), 4, { initial: [10, 11, 12, 13] });
      y.set(0);
      when(c, () => y.set(table.readSync(at, { enable })));
    },
  );
  const dut = await drive(Held);
  const { ports } = dut;
  const run = (at: number, c: boolean, enable: boolean): void => {
    ports.at.poke(at);
    ports.c.poke(c);
    ports.enable.poke(enable);
    dut.step();
    ports.c.poke(true);
  };
  run(1, true, true);
  expect(ports.y.peek()).toBe(11);
  run(2, false, true);
  expect(ports.y.peek()).toBe(11);
  run(3, true, false);
  expect(ports.y.peek()).toBe(11);
  run(3, true, true);
  expect(ports.y.peek()).toBe(13);
  dut.close();
});

test('a mask of one bit is for the whole word, and constant masks leave no conditions', async () => {
  const Whole = module(
    'WholeMask',
    { at: In(UInt(1)), data: In(Bits(8)), m: In(Bits(1)), y: Out(Bits(8)), z: Out(Bits(8)) },
    ({ at, data, m, y, z }) => {
      const words = mem(Bits(8), 2, { maskWidth: 8 });
      const halves = mem(Bits(8), 2, { maskWidth: 4, initial: [0, 0] });
      words.write(at, data, { mask: m });
      halves.write(at, data, { mask: 2 });
      y.set(words.read(at));
      z.set(halves.read(at));
    },
  );
  const dut = await drive(Whole);
  const { ports } = dut;
  ports.data.poke(0xab);
  ports.m.poke(1);
  dut.step();
  expect([ports.y.peek(), ports.z.peek()]).toEqual([0xab, 0xa0]);
  ports.data.poke(0x11);
  ports.m.poke(0);
  dut.step();
  expect([ports.y.peek(), ports.z.peek()]).toEqual([0xab, 0x10]);
  dut.close();
});
