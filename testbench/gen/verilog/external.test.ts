import { describe, expect, test } from 'vitest';
import {
  Bits,
  Bool,
  Bundle,
  emitVerilog,
  external,
  In,
  instance,
  instances,
  module,
  Out,
  Stream,
  UInt,
  Vec,
} from '../../../gen/index.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { readable } from '../refusal.ts';
import { hasIcarus, hasYosys, icarusComplaints, verilatorLint, yosysComplaints } from '../tools.ts';

const adderText = `module saturating_adder #(
  parameter WIDTH = 8
) (
  input wire clk,
  input wire rst,
  input wire [2*WIDTH-1:0] terms,
  output reg [WIDTH-1:0] sum
);
  wire [WIDTH:0] wide = {1'b0, terms[WIDTH-1:0]} + {1'b0, terms[2*WIDTH-1:WIDTH]};
  always @(posedge clk) sum <= rst ? {WIDTH{1'b0}} : wide[WIDTH] ? {WIDTH{1'b1}} : wide[WIDTH-1:0];
endmodule
`;
const adderPorts = { terms: In(Vec(2, UInt(6))), sum: Out(UInt(6)) };
/** What the Verilog does, in JavaScript. */
function adderModel() {
  let sum = 0n;
  return {
    evaluate: () => ({ sum }),
    edge({ terms, rst }: Readonly<Record<string, bigint>>) {
      const wide = (terms! & 63n) + (terms! >> 6n);
      sum = rst === 1n ? 0n : wide > 63n ? 63n : wide;
    },
  };
}
const Adder = external('saturating_adder', adderPorts, {
  parameters: { WIDTH: 6 },
  clock: 'clk',
  reset: 'rst',
  paths: 'none',
  source: { text: adderText },
  model: adderModel,
});
const Sums = module('Sums', { x: In(Vec(3, UInt(6))), y: Out(Vec(3, UInt(6))) }, ({ x, y }) => {
  const adder = instance(Adder);
  adder.terms.set([x[0]!, x[1]!]);
  const others = instances(Adder, 2);
  others.forEach((other, index) => {
    other.terms.set([x[2]!, adder.sum]);
    y[index + 1]!.set(other.sum);
  });
  y[0]!.set(adder.sum);
});

test('stands in the Verilog as instances with its parameters and pins', () => {
  const { text } = emitVerilog(Sums).files.at(-1)!;
  expect(text).toContain(
    [
      '  saturating_adder #(',
      '    .WIDTH(6)',
      '  ) adder (',
      '    .clk(clock),',
      '    .rst(reset),',
      '    .terms(x[11:0]),',
      '    .sum(adder_sum)',
      '  );',
    ].join('\n'),
  );
  expect(text).toContain('      ) element (\n        .clk(clock),\n        .rst(reset),');
});

test('is listed, and its source is a file of the design that comes once', () => {
  const design = emitVerilog(Sums);
  expect(design.externals).toEqual([
    {
      name: 'saturating_adder',
      ports: [
        { name: 'terms', direction: 'input', width: 12, signed: false },
        { name: 'sum', direction: 'output', width: 6, signed: false },
      ],
      clock: 'clk',
      reset: 'rst',
      file: 'saturating_adder.v',
    },
  ]);
  expect(design.files.map(({ path }) => path)).toEqual(['saturating_adder.v', 'Sums.v']);
  expect(design.files[0]!.text).toBe(adderText);
  expect(design.modules.map(({ name }) => name)).toEqual(['Sums']);
  expect(verilatorLint(design)).toBe('');
  expect(hasIcarus ? icarusComplaints(design) : '').toBe('');
  expect(hasYosys ? yosysComplaints(design) : '').toBe('');
});

test('without a source the design names it and adds no file', () => {
  const Ram = external('sky130_sram', { address: In(UInt(8)), word: Out(Bits(32)) }, { clock: 'clk0' });
  const Top = module('Top', { a: In(UInt(8)), y: Out(Bits(32)) }, ({ a, y }) => {
    const ram = instance(Ram);
    ram.address.set(a);
    y.set(ram.word);
  });
  const design = emitVerilog(Top);
  expect(design.files.map(({ path }) => path)).toEqual(['Top.v']);
  expect(design.externals).toMatchObject([{ name: 'sky130_sram', clock: 'clk0', reset: undefined, file: undefined }]);
  expect(design.ports.map(({ name }) => name)).toEqual(['clock', 'a', 'y']);
});

test('a source can be a file beside the one that describes it', () => {
  const Tool = external('printed', { a: In(Bool) }, { source: './external.test.ts' });
  const Top = module('Top', { a: In(Bool) }, ({ a }) => instance(Tool).a.set(a));
  const [file] = emitVerilog(Top).files;
  expect(file!.path).toBe('external.test.ts');
  expect(file!.text).toContain('a source can be a file beside');
});

test.each([
  { engine: 'verilator', what: 'its source' },
  { engine: 'builtin', what: 'its model' },
] as const)('runs in $engine with $what', async ({ engine }) => {
  const dut = await drive(Sums, { engine });
  try {
    dut.ports.x.poke([30, 40, 7]);
    dut.step();
    expect(dut.ports.y.peek()[0]).toBe(63);
    dut.ports.x.poke([3, 4, 5]);
    dut.step();
    expect(dut.ports.y.peek()).toEqual([7, 63, 63]);
    dut.step();
    expect(dut.ports.y.peek()).toEqual([7, 12, 12]);
    dut.reset();
    expect(dut.ports.y.peek()).toEqual([0, 0, 0]);
  } finally {
    dut.close();
  }
});

test('parameters are integers and texts', () => {
  const Rom = external(
    'rom',
    { a: In(UInt(4)), d: Out(UInt(8)) },
    { parameters: { FILE: 'boot.hex', STEP: -2n, N: 3 } },
  );
  const Top = module('Top', { a: In(UInt(4)), d: Out(UInt(8)) }, ({ a, d }) => {
    const rom = instance(Rom);
    rom.a.set(a);
    d.set(rom.d);
  });
  expect(emitVerilog(Top).files[0]!.text).toContain(
    '  rom #(\n    .FILE("boot.hex"),\n    .STEP(-2),\n    .N(3)\n  ) rom (',
  );
});

describe('combinational paths', () => {
  const ports = { a: In(Bool), b: In(Bool), x: Out(Bool), y: Out(Bool) };
  const through = (Box: ReturnType<typeof external<typeof ports>>, from: 'a' | 'b', to: 'x' | 'y') => () =>
    module('Around', { i: In(Bool), o: Out(Bool) }, ({ i, o }) => {
      const box = instance(Box);
      box[from].set(box[to]);
      box[from === 'a' ? 'b' : 'a'].set(i);
      o.set(box.x.and(box.y));
    });
  const Unknown = external('box', ports);
  const Narrow = external('box', ports, { paths: { x: ['a'], y: [] } });
  const Half = external('box', ports, { paths: { x: ['a'] } });
  const Registered = external('box', ports, { paths: 'none' });

  test('by default every output depends on every input', () => {
    expect(readable(through(Unknown, 'b', 'x'))).toContain('error L001: combinational loop: box_x <- box_b <- box_x');
  });
  test('named paths narrow it, output by output', () => {
    expect(through(Narrow, 'b', 'x')).not.toThrow();
    expect(through(Narrow, 'a', 'y')).not.toThrow();
    expect(readable(through(Narrow, 'a', 'x'))).toContain('error L001');
    expect(through(Half, 'b', 'x')).not.toThrow();
    expect(readable(through(Half, 'b', 'y'))).toContain('error L001');
  });
  test('without paths there is no loop', () => {
    expect(through(Registered, 'a', 'x')).not.toThrow();
  });
});

describe('what is refused', () => {
  const ports = { a: In(UInt(4)), s: In(Stream(Bundle({ tag: UInt(2) }))), y: Out(UInt(4)) };

  test('all at once', () => {
    expect(
      readable(() =>
        external('box', ports, {
          parameters: { '8X': 1, DEPTH: 1.5, BIG: 2n ** 31n, TEXT: 'say "so"' },
          clock: 'a',
          reset: 'not a pin',
          paths: { y: ['b' as 'a'], a: ['a'] },
          source: './missing.v',
        }),
      )
        .replace(/its source \S+ does/, 'its source PATH does')
        .replace(/^ {2}called from .*\n/gm, ''),
    ).toBe(
      [
        [
          'error N001: external module box: its clock and one of its ports are both called a',
          'leave the pin out of the ports',
        ],
        [`error N001: external module box: "not a pin" can't name the pin of its reset`, 'give the name of the pin'],
        [
          `error I002: external module box: "8X" can't name a Verilog parameter`,
          'use letters, digits and _, not starting with a digit',
        ],
        [
          'error I002: external module box: parameter DEPTH is 1.5',
          'give a whole number from -2147483648 to 2147483647, or a text',
        ],
        [
          'error I002: external module box: parameter BIG is 2147483648',
          'give a whole number from -2147483648 to 2147483647, or a text',
        ],
        [
          'error I002: external module box: parameter TEXT is "say \\"so\\""',
          'give a text of one line without quotes and backslashes',
        ],
        [
          'error I003: external module box: paths: it has no port b',
          'give outputs, and for each the inputs that it depends on',
        ],
        [
          'error I003: external module box: paths: a is no output',
          'give outputs, and for each the inputs that it depends on',
        ],
        [
          'error I004: external module box: its source PATH does not exist',
          'give a path from the file that describes it, or the text',
        ],
      ]
        .map(([message, fix]) =>
          [
            message,
            '  at external.test.ts «external»',
            "  |         external('box', ports, {",
            '  |         ^',
            `  fix: ${fix}`,
          ].join('\n'),
        )
        .join('\n\n'),
    );
  });

  const around = (...boxes: ReturnType<typeof external<{ a: ReturnType<typeof In> }>>[]) =>
    module('Around', {}, () => {
      for (const box of boxes) (instance(box as never) as unknown as { a: { set(value: number): void } }).a.set(0);
    });

  test('two of one name with different ports, or beside a described module', () => {
    const narrow = external('box', { a: In(UInt(4)) });
    const wide = external('box', { a: In(UInt(5)) });
    const described = module('box', { a: In(UInt(4)) }, () => {});
    const same = external('box', { a: In(UInt(4)) }, { parameters: { P: 1 } });
    expect(emitVerilog(around(narrow as never, same as never)).externals).toHaveLength(1);
    expect(readable(() => emitVerilog(around(narrow as never, wide as never)))).toBe(
      [
        'error H002: two different modules are called box',
        '  at external.test.ts «external»',
        "  |     const wide = external('box', { a: In(UInt(5)) });",
        '  |                  ^',
        '  the other is described at external.test.ts «external»',
        "  |     const narrow = external('box', { a: In(UInt(4)) });",
        '  |                    ^',
        '  fix: give both the same ports, pins and source, or one of them another name',
      ].join('\n'),
    );
    for (const pair of [
      [narrow, described],
      [described, narrow],
    ])
      expect(readable(() => emitVerilog(around(...(pair as never[]))))).toContain('error H002');
  });

  test('two sources that would be one file', () => {
    const one = external('box', { a: In(UInt(4)) }, { source: { text: 'module box(input [3:0] a); endmodule' } });
    const other = external('box', { a: In(UInt(4)) }, { source: { text: '' } });
    expect(readable(() => emitVerilog(around(one as never, other as never)))).toContain(
      'error I004: the source of external module box would be box.v, as another one of other text is',
    );
  });

  test('a design of nothing else', () => {
    expect(readable(() => emitVerilog(Adder))).toContain(
      'error I005: external module saturating_adder is written elsewhere: there is nothing to emit',
    );
  });

  test.each(['module', '2fast', 'a-b'])('the name %s', (name) => {
    expect(readable(() => external(name, {}))).toContain(`error N001: "${name}" can't name a`);
  });
});
