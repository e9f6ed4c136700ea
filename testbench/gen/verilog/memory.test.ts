import { describe, expect, test } from 'vitest';
import {
  Bits,
  Bool,
  emitVerilog,
  In,
  instance,
  mem,
  module,
  Out,
  UInt,
  type VerilogDesign,
  when,
} from '../../../gen/index.ts';
import {
  clearing,
  everyPort,
  EveryPortModel,
  everyPortPorts,
  randomSteps,
  type Step,
} from '../language/memory-designs.ts';
import { refusal } from '../refusal.ts';
import { hasIcarus, hasYosys, icarusComplaints, runTool, verilatorLint, yosysComplaints } from '../tools.ts';

/** The outputs of `everyPort` in each cycle, as Icarus has them: hexadecimal, in the order of the ports. */
function inIcarus(design: VerilogDesign, steps: readonly Step[]): string[] {
  const ports = design.ports.filter(({ name }) => name !== 'clock');
  const inputs = ports.filter(({ direction }) => direction === 'input');
  const outputs = ports.filter(({ direction }) => direction === 'output');
  const total = inputs.reduce((sum, { width }) => sum + width, 0);
  const vectors = steps.map((step) =>
    inputs.reduce((sum, { name, width }) => (sum << BigInt(width)) | BigInt(step[name as keyof Step]), 0n).toString(16),
  );
  const testbench = [
    'module testbench;',
    `  reg [${total - 1}:0] vectors [0:${steps.length - 1}];`,
    '  reg clock;',
    ...inputs.map(({ name, width }) => `  reg [${width - 1}:0] ${name};`),
    ...outputs.map(({ name, width }) => `  wire [${width - 1}:0] ${name};`),
    `  ${design.top} dut (${design.ports.map(({ name }) => `.${name}(${name})`).join(', ')});`,
    '  integer row;',
    '  initial begin',
    '    $readmemh("vectors.hex", vectors);',
    '    clock = 0;',
    `    for (row = 0; row < ${steps.length}; row = row + 1) begin`,
    `      {${inputs.map(({ name }) => name).join(', ')}} = vectors[row];`,
    `      #1 $display("${outputs.map(() => '%h').join(' ')}", ${outputs.map(({ name }) => name).join(', ')});`,
    '      #1 clock = 1;',
    '      #1 clock = 0;',
    '    end',
    '  end',
    'endmodule',
  ];
  const files = [
    ...design.files,
    { path: 'testbench.v', text: `${testbench.join('\n')}\n` },
    { path: 'vectors.hex', text: `${vectors.join('\n')}\n` },
  ];
  const script = (paths: string[]): string => `iverilog -g2005 -s testbench -o run ${paths.join(' ')} && vvp run`;
  return runTool({ files: files as VerilogDesign['files'] }, 'sh', (paths) => ['-c', script(paths)]).split('\n');
}

describe.each([
  { what: 'in the module', design: emitVerilog(everyPort('EveryPort')) },
  { what: 'as a macro', design: emitVerilog(everyPort('EveryPort', { macro: 'regfile' })) },
])('a memory with every kind of port, $what', ({ design }) => {
  test('is accepted by every tool', () => {
    expect(verilatorLint(design)).toBe('');
    expect(hasIcarus ? icarusComplaints(design) : '').toBe('');
    expect(hasYosys ? yosysComplaints(design) : '').toBe('');
  });

  test.skipIf(!hasIcarus)('does in Icarus what the model does', () => {
    const steps = [...clearing, ...randomSteps(1000, 7)];
    const model = new EveryPortModel();
    const expected = steps.map((step) => {
      const outputs = model.outputs(step);
      model.clock(step);
      return Object.entries(everyPortPorts)
        .filter(([, { direction }]) => direction === 'output')
        .map(([name]) => outputs[name]!.toString(16).padStart(4, '0'))
        .join(' ');
    });
    const rows = inIcarus(design, steps);
    expect(rows.slice(clearing.length)).toEqual(expected.slice(clearing.length));
  });
});

const kilo = (name: string, options: { macro?: boolean; maskWidth?: number }) =>
  module(
    name,
    {
      at: In(UInt(10)),
      from: In(UInt(10)),
      data: In(Bits(16)),
      mask: In(Bits(2)),
      put: In(Bool),
      get: In(Bool),
      y: Out(Bits(16)),
    },
    ({ at, from, data, mask, put, get, y }) => {
      const words = mem(Bits(16), 1024, options);
      when(put, () => words.write(at, data, options.maskWidth === undefined ? {} : { mask }));
      y.set(words.readSync(from, { enable: get }));
      if (options.maskWidth === undefined) when(mask.bit(0), () => {});
    },
  );

describe.skipIf(!hasYosys)('Yosys makes block RAM of 1024 words with registered reads', () => {
  test.each([
    { what: 'written whole', design: emitVerilog(kilo('Kilo', {})) },
    { what: 'masked', design: emitVerilog(kilo('KiloMasked', { maskWidth: 8 })) },
    { what: 'as a macro', design: emitVerilog(kilo('KiloMacro', { macro: true, maskWidth: 8 })) },
  ])('$what', ({ design }) => {
    const log = runTool(design, 'yosys', (files) => [
      '-p',
      `read_verilog ${files.join(' ')}; synth_xilinx -flatten -top ${design.top} -noiopad -run begin:map_ffram; stat`,
    ]);
    const cells = log.slice(log.lastIndexOf('Number of cells:'));
    expect(cells.match(/(RAM\w+|\$mem\w*|\$\w*dff\w*|FD\w+) +\d+/g)).toEqual([expect.stringMatching(/^RAMB18E1 +1$/)]);
  });
});

describe('macros', () => {
  const Leaf = kilo('Leaf', { macro: true });
  const Twice = module(
    'Twice',
    { at: In(UInt(10)), data: In(Bits(16)), y: Out(Bits(16)), z: Out(Bits(16)), own: Out(Bits(16)) },
    ({ at, data, y, z, own }) => {
      for (const out of [y, z]) {
        const leaf = instance(Leaf);
        leaf.at.set(at);
        leaf.from.set(at);
        leaf.data.set(data);
        leaf.mask.set(0);
        leaf.put.set(true);
        leaf.get.set(true);
        out.set(leaf.y);
      }
      const mine = mem(Bits(16), 1024, { macro: true });
      mine.write(at, data);
      own.set(mine.readSync(at));
    },
  );

  test('one file for all of one shape, named for it, and listed', () => {
    const design = emitVerilog(Twice);
    expect(design.files.map(({ path }) => path)).toEqual(['mem_1024x16_1rs1w.v', 'Leaf.v', 'Twice.v']);
    expect(design.modules.map(({ name }) => name)).toEqual(['mem_1024x16_1rs1w', 'Leaf', 'Twice']);
    expect(design.modules[2]!.instances).toContainEqual({ name: 'mine', module: 'mem_1024x16_1rs1w' });
    expect(design.macros).toMatchObject([
      {
        module: 'mem_1024x16_1rs1w',
        file: 'mem_1024x16_1rs1w.v',
        depth: 1024,
        width: 16,
        maskWidth: undefined,
        ports: { read: 0, readSync: ['old'], write: 1 },
      },
    ]);
    expect(design.macros[0]!.pins.map(({ name }) => name)).toMatchInlineSnapshot(`
      [
        "clock",
        "rs0_enable",
        "rs0_address",
        "rs0_data",
        "w0_enable",
        "w0_address",
        "w0_data",
      ]
    `);
    expect(verilatorLint(design)).toBe('');
  });

  test('as black boxes, with their pins alone', () => {
    const design = emitVerilog(Twice, { memories: 'blackbox' });
    expect(design.files[0]!.text).toMatchInlineSnapshot(`
      "// Pins alone, for tools that take the module from elsewhere.
      /* verilator lint_off UNDRIVEN */
      /* verilator lint_off UNUSED */
      (* blackbox *)
      module mem_1024x16_1rs1w (
        input wire clock,
        input wire rs0_enable,
        input wire [9:0] rs0_address,
        output wire [15:0] rs0_data,
        input wire w0_enable,
        input wire [9:0] w0_address,
        input wire [15:0] w0_data
      );
      endmodule
      "
    `);
    expect(verilatorLint(design)).toBe('');
    expect(hasIcarus ? icarusComplaints(design) : '').toBe('');
    expect(hasYosys ? yosysComplaints(design) : '').toBe('');
    expect(design.files.slice(1).map(({ text }) => text)).toEqual(
      emitVerilog(Twice)
        .files.slice(1)
        .map(({ text }) => text),
    );
  });

  test('their clock pin is the rising one, whatever clocks the design', () => {
    const design = emitVerilog(Twice, { clock: { name: 'clk', edge: 'falling' } });
    expect(design.files[0]!.text).toContain('always @(posedge clock)');
    expect(design.files[2]!.text).toContain('.clock(!clk)');
    expect(verilatorLint(design)).toBe('');
  });

  test('the order in which reads are described makes no other shape', () => {
    const kinds = ['new', 'any', 'old'] as const;
    const reading = (name: string, order: typeof kinds | readonly ['any', 'old', 'new']) =>
      module(name, { at: In(UInt(3)), data: In(Bits(4)), y: Out(Bits(4)) }, ({ at, data, y }) => {
        const words = mem(Bits(4), 8, { macro: true });
        words.write(at, data);
        const read = order.map((underWrite) => words.readSync(at, { underWrite }));
        y.set(read[0]!.xor(read[1]!).xor(read[2]!));
      });
    const [one, other] = [reading('One', kinds), reading('Other', ['any', 'old', 'new'])].map((each) =>
      emitVerilog(each),
    );
    expect(one!.files[0]!.path).toBe('mem_8x4_1rs1rsn1rsa1w.v');
    expect(one!.files[0]).toEqual({ ...other!.files[0], sites: one!.files[0]!.sites });
    expect(one!.files[1]!.text).toContain('.rs1_data(read)');
    expect(other!.files[1]!.text).toContain('.rs1_data(read_2)');
  });

  test('a module of the same name is another', () => {
    const Clash = module('mem_4x8_1rs1w', { a: In(Bits(8)), y: Out(Bits(8)) }, ({ a, y }) => y.set(a));
    const Top = module('Clashing', { a: In(Bits(8)), y: Out(Bits(8)), at: In(UInt(2)) }, ({ a, y, at }) => {
      const words = mem(Bits(8), 4, { macro: true });
      const clash = instance(Clash);
      clash.a.set(words.readSync(at));
      words.write(at, a);
      y.set(clash.y);
    });
    expect(refusal(() => emitVerilog(Top)).codes).toEqual(['H002']);
  });
});

test('contents of many words have a file of their own; those of one name must be the same', () => {
  const table = (first: number) =>
    module('Sines', { at: In(UInt(7)), y: Out(UInt(6)) }, ({ at, y }) => {
      const sine = mem(UInt(6), 65, { initial: [first, 2, 63] });
      y.set(sine.read(at));
    });
  const Sines = table(1);
  const design = emitVerilog(Sines);
  expect(design.files.map(({ path }) => path)).toEqual(['Sines_sine.hex', 'Sines.v']);
  expect(design.files[0]!.text).toBe(`01\n02\n3f\n${'00\n'.repeat(62)}`);
  expect(design.files[1]!.text).toContain('initial $readmemh("Sines_sine.hex", sine);');
  expect(verilatorLint(design)).toBe('');
  expect(hasYosys ? yosysComplaints(design) : '').toBe('');
  const Both = module('Both', { at: In(UInt(7)), y: Out(UInt(6)) }, ({ at, y }) => {
    const outs = [Sines, table(3)].map((each) => {
      const made = instance(each);
      made.at.set(at);
      return made.y;
    });
    y.set(outs[0]!.xor(outs[1]!));
  });
  expect(refusal(() => emitVerilog(Both)).codes).toEqual(['H002']);
});
