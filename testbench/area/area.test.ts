import { gzipSync } from 'node:zlib';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { emitVerilog } from '../../gen/index.ts';
import { RouterCluster } from '../../hw/noc/router-cluster.ts';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { Pe } from '../../hw/pe/pe.ts';
import { evaluate, isNand2 } from '../../sim/area/boolean-function.ts';
import { CLOCK_GATE_NAND2, clockGateCell } from '../../sim/area/clock-gates.ts';
import { libertyPath, parseLiberty, readLiberty } from '../../sim/area/liberty.ts';
import { moduleAreas } from '../../sim/area/module-areas.ts';
import { partAreas, peParts } from '../../sim/area/parts.ts';
import { parseStat, synthesise } from '../../sim/area/synthesis.ts';
import { hasYosys } from '../gen/tools.ts';

/** As libraries are written, each after another's manner. */
const library = `/* cell (NAND9) { area : 1; } */
library ("small_lib") {
  lu_table_template(delay) { variable_1 : input_net_transition; }
  cell (NAND2X2) { area : 5; pin(A) { direction : input; } pin(Y) { function : "(!(A B))"; } }
  cell ("NAND2X1") { area : 4.0; pin (A) {} pin (Y) { function : "(A*B)'"; } }
  cell (NOR2X1) { area : 3; pin (Y) { function : "!(A+B)"; } }
  cell (HALF_ADDER) { area : 2; pin (C) { function : "!(A B)"; } pin (S) { function : "A^B"; } }
  cell (DFF) { area : 16; ff (IQ, IQN) { clocked_on : "CK"; } pin (Q) { function : "IQ"; } }
}`;

describe('functions of cells', () => {
  test.each(['!(A B)', '(!(A B))', "(A*B)'", '!(A&B)', '(!A1) | (!A2)', "A'+B'", '!A+!B'])('%s is a NAND2', (text) => {
    expect(isNand2(text)).toBe(true);
  });

  test.each(['A B', '!(A+B)', '!((A B) C)', '!A', 'A^B', '!(A B', '!(A B))', 'A ? B', ''])('%s is none', (text) => {
    expect(isNand2(text)).toBe(false);
  });

  test('AND binds tighter than OR, and XOR tighter than AND', () => {
    expect(evaluate('A + B C', new Set(['A']))).toBe(true);
    expect(evaluate('A B ^ C', new Set(['A', 'C']))).toBe(true);
    expect(evaluate('A B ^ C', new Set(['C']))).toBe(false);
  });
});

describe('libraries', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('have names, areas, flip-flops, and a smallest NAND2', () => {
    const { name, cells, nand2 } = parseLiberty(library, 'small.lib');
    expect(name).toBe('small_lib');
    expect(nand2).toEqual({ name: 'NAND2X1', area: 4 });
    expect(Object.fromEntries([...cells].map(([cell, { area }]) => [cell, area]))).toEqual({
      NAND2X2: 5,
      NAND2X1: 4,
      NOR2X1: 3,
      HALF_ADDER: 2,
      DFF: 16,
    });
    expect([...cells].filter(([, { isFlipFlop }]) => isFlipFlop).map(([cell]) => cell)).toEqual(['DFF']);
  });

  test('may be packed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'saccade-liberty-'));
    try {
      const path = join(folder, 'small.lib.gz');
      writeFileSync(path, gzipSync(library));
      expect(readLiberty(path).nand2.area).toBe(4);
      vi.stubEnv('SACCADE_LIBERTY', path);
      expect(libertyPath()).toBe(path);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('are refused when they are none, or lack what areas are counted in', () => {
    expect(() => parseLiberty('module top; endmodule', 'top.v')).toThrow(/top\.v: not a liberty file/);
    expect(() => parseLiberty('library (none) { cell (INV) { area : 1; } }', 'none.lib')).toThrow(
      /none of its 1 cells is a NAND/,
    );
    expect(() => readLiberty('/nowhere.lib')).toThrow(/cannot read the library of standard cells/);
  });
});

describe('areas', () => {
  const liberty = parseLiberty(library, 'small.lib');
  const design = {
    top: 'Top',
    modules: [
      { name: 'sram', ports: [], memories: [], instances: [] },
      { name: 'Leaf', ports: [], memories: [], instances: [{ name: 'memory', module: 'sram' }] },
      { name: 'Middle', ports: [], memories: [], instances: ['a', 'b'].map((name) => ({ name, module: 'Leaf' })) },
      {
        name: 'Top',
        ports: [],
        memories: [],
        instances: ['Middle', 'Middle', 'Middle', 'Leaf'].map((module, index) => ({ name: `m${index}`, module })),
      },
    ],
  };
  // As Yosys 0.23 prints it.
  const stat = `
3. Printing statistics.

=== Leaf ===

   Number of wires:                 12
   Number of wire bits:            133
   Number of cells:                  4
     DFF                             2
     NAND2X2                         1
     sram                            1

=== Middle ===

   Number of wires:                  9
   Number of cells:                  7
     ${clockGateCell}                1
     Leaf                            2
     NOR2X1                          4

=== Top ===

   Number of processes:              0
   Number of cells:                  4
     Leaf                            1
     Middle                          3

=== design hierarchy ===

   Top                               1
     Leaf                            1

   Number of cells:                 39
     DFF                            14
`;

  test('add up from the modules', () => {
    expect([...parseStat(stat).keys()]).toEqual(['Leaf', 'Middle', 'Top']);
    const [top, middle, leaf, sram] = moduleAreas(design, parseStat(stat), liberty);
    const leafArea = (2 * 16 + 5) / 4;
    const middleOwn = (4 * 3) / 4 + CLOCK_GATE_NAND2;
    expect(leaf).toEqual({
      module: 'Leaf',
      instances: 7,
      flipFlops: 2,
      own: leafArea,
      each: leafArea,
      total: 7 * leafArea,
    });
    expect(middle).toMatchObject({ instances: 3, own: middleOwn, each: middleOwn + 2 * leafArea });
    expect(top).toMatchObject({ instances: 1, own: 0, total: 7 * leafArea + 3 * middleOwn });
    expect(sram).toMatchObject({ instances: 7, total: 0 });
  });

  test('are read from the lists of newer versions of Yosys too', () => {
    const cells = parseStat(
      '=== Leaf ===\n\n   12 wires\n    4 cells\n    2   DFF\n    1   NAND2X2\n    1 submodules\n    1   sram\n',
    );
    expect(cells).toEqual(
      new Map([
        [
          'Leaf',
          new Map([
            ['DFF', 2],
            ['NAND2X2', 1],
            ['sram', 1],
          ]),
        ],
      ]),
    );
  });

  test('are split into parts, one inside another', () => {
    const modules = moduleAreas(design, parseStat(stat), liberty);
    const parts = partAreas(modules, [
      { label: 'leaves', module: 'Leaf' },
      { label: 'rest', module: 'Top', without: ['Leaf'] },
    ]);
    expect(parts[0]).toMatchObject({ label: 'leaves', instances: 7 });
    expect(parts[0]!.total + parts[1]!.total).toBe(modules[0]!.total);
    expect(() => partAreas(modules, [{ label: 'x', module: 'Nothing' }])).toThrow('no module "Nothing"');
  });

  test('of a cell that nobody knows there is none', () => {
    const cells = parseStat('=== Leaf ===\n\n   Number of cells:   1\n     $_DFF_P_    1\n');
    expect(() => moduleAreas(design, cells, liberty)).toThrow('Leaf: small_lib has no cell "$_DFF_P_"');
  });
});

const path = libertyPath();
const missing = [...(hasYosys ? [] : ['Yosys']), ...(path === undefined ? ['a library (qflow-tech-osu018)'] : [])];
const title = `the flow${missing.length === 0 ? '' : `: skipped without ${missing.join(' and ')}`}`;

describe.skipIf(missing.length > 0)(title, () => {
  const measure = async (module: Parameters<typeof emitVerilog>[0]) => {
    const liberty = readLiberty(path!);
    const design = emitVerilog(module, { memories: 'blackbox' });
    const { plain, gated } = await synthesise(design, liberty);
    return { plain: moduleAreas(design, plain, liberty), gated: moduleAreas(design, gated, liberty) };
  };

  test('measures a PE, whose weights are in SRAM, and whose other SPads are flip-flops', async () => {
    const { plain, gated } = await measure(Pe());
    expect(plain[0]!.module).toBe('Pe');
    expect(plain.find(({ module }) => module === 'mem_96x24_1rsa1w')).toMatchObject({ instances: 1, total: 0 });
    const parts = partAreas(plain, peParts);
    expect(parts.reduce((sum, { total }) => sum + total, 0)).toBeCloseTo(plain[0]!.total);
    expect(parts.every(({ total }) => total > 0)).toBe(true);
    // 32 psums of 20 bits, and little else.
    const psumBank = plain.find(({ module }) => module.startsWith('PsumBank'))!;
    expect(psumBank).toMatchObject({ instances: 2, flipFlops: 16 * 20 });
    // An enable costs a multiplexer a bit without clock gates.
    expect(gated[0]!.total).toBeLessThan(plain[0]!.total);
    expect(gated.map(({ flipFlops }) => flipFlops)).toEqual(plain.map(({ flipFlops }) => flipFlops));
  });

  test('measures a router cluster, which is multiplexers and counts what passes', async () => {
    const { plain } = await measure(RouterCluster(eyerissV2Chip));
    const [cluster, ...routers] = plain;
    expect(cluster!.total).toBeGreaterThan(0);
    expect(routers.map(({ instances }) => instances).sort((a, b) => a - b)).toEqual([3, 3, 4]);
    expect(routers.reduce((sum, { total }) => sum + total, cluster!.own)).toBeCloseTo(cluster!.total);
    expect(routers.every(({ flipFlops }) => flipFlops === 0)).toBe(true);
  });
});
