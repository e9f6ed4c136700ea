import { describe, expect, test } from 'vitest';
import {
  Bool,
  emitVerilog,
  In,
  instances,
  module,
  Out,
  reg,
  SInt,
  UInt,
  type UIntVal,
  Vec,
  type VerilogDesign,
} from '../../../gen/index.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { SystolicRow } from '../examples.ts';
import { readable } from '../refusal.ts';
import { hasIcarus, hasYosys, icarusComplaints, runTool, verilatorLint, yosysComplaints } from '../tools.ts';

const Cell = module(
  'Cell',
  { data: In(UInt(8)), write: In(Bool), sum: Out(UInt(8)), full: Out(Bool) },
  ({ data, write, sum, full }) => {
    const total = reg(UInt(8), { reset: 0 });
    total.set(write.mux(total.add(data), total));
    sum.set(total);
    full.set(total.eq(255));
  },
);
const through = module('Through', { from: In(UInt(8)), to: Out(UInt(8)) }, ({ from, to }) => to.set(from.add(1)));

function textOf(design: VerilogDesign): string {
  return design.files.at(-1)!.text;
}

describe('what a loop connects', () => {
  const ports = { data: In(UInt(8)), vector: In(Vec(4, UInt(8))), on: In(Vec(4, Bool)), sums: Out(Vec(4, UInt(8))) };
  const arrayOf = (dataOf: (index: number, data: UIntVal<8>, vector: readonly UIntVal<8>[]) => UIntVal<8> | number) =>
    textOf(
      emitVerilog(
        module('Top', ports, ({ data, vector, on, sums }) => {
          const cells = instances(Cell, 4);
          cells.forEach((cell, index) => {
            cell.data.set(dataOf(index, data, vector));
            cell.write.set(on[index]!);
            sums[index]!.set(cell.sum);
          });
        }),
      ),
    );

  test('one value for all is connected as it is', () => {
    const text = arrayOf((_, data) => data);
    expect(text).toContain(
      [
        '  genvar i;',
        '  generate',
        '    for (i = 0; i < 4; i = i + 1) begin : cells',
        '      Cell element (',
        '        .clock(clock),',
        '        .reset(reset),',
        '        .data(data),',
        '        .write(on[i]),',
        '        .sum(cells_sum[i*8 +: 8]),',
        '        .full(cells_full[i])',
        '      );',
        '    end',
        '  endgenerate',
        '',
        '  assign sums = cells_sum;',
      ].join('\n'),
    );
    expect(text).toContain('  wire [31:0] cells_sum;\n  wire [3:0] cells_full;');
    expect(text).toContain("wire unused = &{1'd0, vector, cells_full};");
  });

  test.each([
    ['a number for all', () => 7, ".data(8'd7)", undefined],
    ['a part for all', (_: number, __: unknown, v: readonly UIntVal<8>[]) => v[2]!, '.data(vector[23:16])', undefined],
    [
      'a vector in order',
      (i: number, __: unknown, v: readonly UIntVal<8>[]) => v[i]!,
      '.data(vector[i*8 +: 8])',
      undefined,
    ],
    [
      'one expression for all',
      (_: number, d: UIntVal<8>) => d.add(1),
      '.data(cells_data)',
      "wire [7:0] cells_data = data + 8'd1;",
    ],
    [
      'an expression for each',
      (i: number, d: UIntVal<8>) => d.add(i),
      '.data(cells_data[i*8 +: 8])',
      "wire [31:0] cells_data = {data + 8'd3, data + 8'd2, data + 8'd1, data + 8'd0};",
    ],
    [
      'a vector turned around',
      (i: number, _: unknown, v: readonly UIntVal<8>[]) => v[3 - i]!,
      '.data(cells_data[i*8 +: 8])',
      'wire [31:0] cells_data = {vector[7:0], vector[15:8], vector[23:16], vector[31:24]};',
    ],
    [
      'numbers',
      (i: number) => (i === 3 ? 9 : 1),
      '.data(cells_data[i*8 +: 8])',
      "wire [31:0] cells_data = {8'd9, {3{8'd1}}};",
    ],
  ] as const)('%s', (_, dataOf, connection, wire) => {
    const text = arrayOf(dataOf);
    expect(text).toContain(connection);
    const declared = text.split('\n').find((line) => line.includes('cells_data = '));
    expect(declared?.trim()).toBe(wire);
  });

  test('a part of a longer vector is counted from where it starts', () => {
    const Wide = module('Wide', { v: In(Vec(6, UInt(8))), y: Out(UInt(8)) }, ({ v, y }) => {
      const cells = instances(through, 3);
      cells.forEach((cell, index) => cell.from.set(v[index + 2]!));
      y.set(cells[2]!.to);
    });
    expect(textOf(emitVerilog(Wide))).toContain('.from(v[i*8 + 16 +: 8])');
  });

  test('neighbours are the outputs, shifted by one', () => {
    const text = textOf(emitVerilog(SystolicRow({ cells: 5 })));
    expect(text).toContain("wire [99:0] row_left = {row_right[79:0], 20'd0};");
    expect(text).toContain('.left(row_right[i_1*20 +: 20])');
  });

  test('an array of one is a loop of one, without parts', () => {
    const text = textOf(emitVerilog(SystolicRow({ cells: 1 })));
    expect(text).toContain('for (i = 0; i < 1; i = i + 1) begin : row');
    expect(text).toContain('.right(row_right)');
    expect(text).toContain('  wire signed [19:0] row_right;');
  });
});

test('an input that is read back is a wire of its own', () => {
  const Back = module('Back', { a: In(UInt(8)), y: Out(UInt(8)) }, ({ a, y }) => {
    const cells = instances(through, 3);
    cells.forEach((cell, index) => cell.from.set(index === 0 ? a : cells[index - 1]!.from.add(cells[index - 1]!.to)));
    y.set(cells[2]!.to);
  });
  const text = textOf(emitVerilog(Back));
  expect(text).toContain('wire [7:0] cells_1_from = a + cells_to[7:0];');
  expect(text).toContain('wire [23:0] cells_from = {cells_1_from + cells_to[15:8], cells_1_from, a};');
});

describe('names', () => {
  const two = (options?: { name: string }) =>
    module('Two', { a: In(UInt(8)), i: In(Bool), y: Out(UInt(8)) }, ({ a, i, y }) => {
      const cells = instances(Cell, 2, options);
      for (const cell of cells) {
        cell.data.set(a);
        cell.write.set(i);
      }
      y.set(cells[1]!.sum.add(cells[0]!.sum));
    });

  test('of the variable, or what the user says; the loop takes a free name', () => {
    expect(textOf(emitVerilog(two()))).toContain('for (i_1 = 0; i_1 < 2; i_1 = i_1 + 1) begin : cells');
    expect(textOf(emitVerilog(two({ name: 'bank' })))).toContain('begin : bank');
  });

  test('a name that is taken is refused', () => {
    expect(readable(() => two({ name: 'a' }))).toContain('error N001: the name "a" of module Two is given twice');
  });

  test('unrolled, for the design or for one array, elements are numbered', () => {
    const text = textOf(emitVerilog(two(), { unroll: true }));
    expect(text).toContain('Cell cells_0 (');
    expect(text).toContain('.sum(cells_1_sum)');
    expect(text).not.toContain('generate');
    expect(textOf(emitVerilog(SystolicRow({ cells: 3, unroll: true })))).not.toContain('generate');
  });
});

describe('checks name the element', () => {
  test('an input that nothing drives', () => {
    expect(
      readable(() =>
        module('Gap', { a: In(UInt(8)), y: Out(UInt(8)) }, ({ a, y }) => {
          const cells = instances(through, 5);
          cells.forEach((cell, index) => {
            if (index !== 3) cell.from.set(a);
          });
          y.set(cells[3]!.to);
        }),
      ),
    ).toBe(
      [
        'error D002: input cells[3].from is driven by nothing',
        '  at instance-arrays.test.ts «instances»',
        '  |           const cells = instances(through, 5);',
        '  |                         ^',
        '  fix: connect it: cells[3].from.set(...)',
      ].join('\n'),
    );
  });

  test('a loop through elements', () => {
    expect(
      readable(() =>
        module('Ring', { y: Out(UInt(8)) }, ({ y }) => {
          const cells = instances(through, 3);
          cells.forEach((cell, index) => cell.from.set(cells[(index + 1) % 3]!.to));
          y.set(cells[0]!.to);
        }),
      ),
    ).toContain(
      'error L001: combinational loop: cells_0_to <- cells_0_from <- cells_1_to <- cells_1_from <- cells_2_to <- cells_2_from <- cells_0_to',
    );
  });

  test.each([0, -1, 1.5, Number.NaN, 65537])('a count of %s', (count) => {
    expect(readable(() => module('Count', { a: In(Bool) }, () => void instances(Cell, count)))).toContain(
      `error I001: instances() of Cell with a count of ${count}`,
    );
  });
});

describe('a loop and its instances one by one are the same hardware', () => {
  const cells = 5;
  const looped = emitVerilog(SystolicRow({ cells }));
  const unrolled = emitVerilog(SystolicRow({ cells }), { unroll: true });

  test('in Verilator, under random traffic', async () => {
    const random = Random.stream(3, 'row');
    const sims = await Promise.all([looped, unrolled].map((design) => VerilatorSimulation.open(design)));
    try {
      for (const sim of sims) sim.reset();
      for (let cycle = 0; cycle < 500; cycle++) {
        const inputs = {
          weights: BigInt(random.integer(0, 2 ** 20 - 1)) * BigInt(random.integer(0, 2 ** 20 - 1)),
          load: random.integer(0, 1),
          x: random.integer(-128, 127),
          shift: random.integer(0, 7),
        };
        const outputs = sims.map((sim) => {
          for (const [name, value] of Object.entries(inputs)) sim.poke(name, value);
          const seen = ['sums', 'last', 'busy', 'back'].map((name) => sim.peek(name));
          sim.step();
          return seen;
        });
        expect(outputs[0]).toEqual(outputs[1]);
      }
    } finally {
      for (const sim of sims) sim.close();
    }
  });

  test.skipIf(!hasIcarus)('in Icarus, which prints the same', () => {
    const inputs = looped.ports.filter(({ direction }) => direction === 'input');
    const outputs = looped.ports.filter(({ direction }) => direction === 'output');
    const testbench = [
      'module testbench;',
      ...inputs.map(({ name, width }) => `  reg [${width - 1}:0] ${name};`),
      ...outputs.map(({ name, width }) => `  wire [${width - 1}:0] ${name};`),
      `  ${looped.top} dut (${looped.ports.map(({ name }) => `.${name}(${name})`).join(', ')});`,
      '  integer cycle, seed;',
      '  initial begin',
      '    seed = 7; clock = 0; reset = 1;',
      '    for (cycle = 0; cycle < 300; cycle = cycle + 1) begin',
      '      {weights, load, x, shift} = {$random(seed), $random(seed)};',
      '      #1 clock = 1; #1 clock = 0; reset = 0;',
      `      #1 $display("%h", {${outputs.map(({ name }) => name).join(', ')}});`,
      '    end',
      '  end',
      'endmodule',
    ].join('\n');
    const run = (design: VerilogDesign): string =>
      runTool({ files: [...design.files, { path: 'testbench.v', text: testbench, sites: [] }] }, 'sh', (files) => [
        '-c',
        `iverilog -g2005 -s testbench -o simulation ${files.join(' ')} && vvp simulation`,
      ]);
    const printed = run(looped);
    expect(printed.split('\n')).toHaveLength(300);
    expect(new Set(printed.split('\n')).size).toBeGreaterThan(200);
    expect(printed).not.toMatch(/x/);
    expect(run(unrolled)).toBe(printed);
  });

  test.skipIf(!hasYosys)('by proof', () => {
    const renamed = unrolled.files.map(({ path, text, sites }) => ({
      path: `unrolled_${path}`,
      text: text.replace(/\b(SystolicRow_5|RowCell)\b/g, 'Unrolled_$1'),
      sites,
    }));
    const prepare = (top: string): string => `hierarchy -top ${top}; proc; flatten; opt_clean; rename -top ${top}`;
    const output = runTool({ files: [...looped.files, ...renamed] }, 'yosys', (files) => [
      '-q',
      '-p',
      [
        `read_verilog ${files.join(' ')}`,
        `design -save all; ${prepare('SystolicRow_5')}; design -stash gold`,
        `design -load all; ${prepare('Unrolled_SystolicRow_5')}; design -stash gate`,
        'design -copy-from gold -as gold SystolicRow_5; design -copy-from gate -as gate Unrolled_SystolicRow_5',
        'miter -equiv -flatten -make_outputs gold gate miter; hierarchy -top miter; opt -fast',
        'sat -tempinduct -prove trigger 0 -set-init-undef -seq 1 -set-at 1 in_reset 1 -verify miter',
      ].join('; '),
    ]);
    expect(output).toBe('');
  });
});

test('a combinational chain through a looped array satisfies the tools', () => {
  const Chain = module('Chain', { a: In(UInt(8)), y: Out(UInt(8)) }, ({ a, y }) => {
    const cells = instances(through, 4);
    cells.forEach((cell, index) => cell.from.set(index === 0 ? a : cells[index - 1]!.to));
    y.set(cells[3]!.to);
  });
  const design = emitVerilog(Chain);
  expect(verilatorLint(design)).toBe('');
  expect(hasIcarus ? icarusComplaints(design) : '').toBe('');
  expect(hasYosys ? yosysComplaints(design) : '').toBe('');
});

test('the text of an array does not grow with it', () => {
  const sizes = [12, 192, 768].map((count) => {
    const ports = { data: In(SInt(8)), write: In(Vec(count, Bool)), sums: Out(Vec(count, UInt(8))) };
    const Many = module(`Many_${count}`, ports, ({ data, write, sums }) => {
      instances(Cell, count).forEach((cell, index) => {
        cell.data.set(data.asUInt());
        cell.write.set(write[index]!);
        sums[index]!.set(cell.sum);
      });
    });
    return emitVerilog(Many).files.reduce((sum, { text }) => sum + text.length, 0);
  });
  expect(sizes[2]! - sizes[0]!).toBeLessThan(20);
  expect(sizes[2]).toBeLessThan(2000);
});
