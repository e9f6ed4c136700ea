import { describe, expect, test } from 'vitest';
import {
  Bool,
  clockDomain,
  emitVerilog,
  In,
  instance,
  mem,
  module,
  Out,
  Queue,
  reg,
  regNext,
  UInt,
} from '../../../gen/index.ts';
import type { ClockDomain, ClockStyle, VerilogDesign } from '../../../gen/index.ts';
import { readable, refusal } from '../refusal.ts';
import { hasIcarus, hasYosys, icarusComplaints, runTool, verilatorLint, yosysComplaints } from '../tools.ts';

const byte = UInt(8);
const styles = [
  { kind: 'sync', active: 'high' },
  { kind: 'sync', active: 'low' },
  { kind: 'async', active: 'high' },
  { kind: 'async', active: 'low' },
] as const;

/** One register with a reset value and one without, in a domain of the module's own. */
function counters(name: string, domain: ClockDomain) {
  return module(
    name,
    { count: Out(byte, { domain }), free: Out(byte, { domain }), x: In(byte, { domain }) },
    ({ count, free, x }) => {
      const counted = reg(byte, { reset: 7, domain });
      counted.set(counted.add(1));
      count.set(counted);
      free.set(regNext(x, { domain }));
    },
  );
}

/** What a bench prints while it drives the clock and the reset of a design. */
function bench(design: VerilogDesign, lines: readonly string[]): string[] {
  const inputs = design.ports.filter(({ direction }) => direction === 'input');
  const outputs = design.ports.filter(({ direction }) => direction === 'output');
  const text = [
    'module bench;',
    ...inputs.map(({ name, width }) => `  reg [${width - 1}:0] ${name};`),
    ...outputs.map(({ name, width }) => `  wire [${width - 1}:0] ${name};`),
    `  ${design.top} dut (${design.ports.map(({ name }) => `.${name}(${name})`).join(', ')});`,
    '  initial begin',
    ...lines,
    '  end',
    'endmodule',
  ].join('\n');
  const files = [...design.files, { path: 'bench.v', text, sites: [] }];
  return runTool({ files }, 'sh', (paths) => [
    '-c',
    `iverilog -g2005 -Wall -Wno-timescale -s bench -o simulation ${paths.join(' ')} && vvp simulation`,
  ]).split('\n');
}

describe.each((['rising', 'falling'] as const).flatMap((edge) => styles.map((reset) => ({ edge, reset, ...reset }))))(
  'a $kind reset, active $active, at the $edge edge',
  ({ edge, reset }) => {
    const domain = clockDomain('core', { edge, reset });
    const design = emitVerilog(counters('Counters', domain));
    const resetName = reset.active === 'low' ? 'core_reset_n' : 'core_reset';
    const clockEdge = edge === 'rising' ? 'posedge' : 'negedge';

    test('the text', () => {
      const resetEdge = reset.active === 'low' ? 'negedge' : 'posedge';
      const events =
        reset.kind === 'async' ? `${clockEdge} core_clock or ${resetEdge} ${resetName}` : `${clockEdge} core_clock`;
      const text = design.files[0]!.text;
      expect(text.slice(text.indexOf('  always'))).toBe(
        [
          `  always @(${events}) begin`,
          `    if (${reset.active === 'low' ? '!' : ''}${resetName}) counted <= 8'd7;`,
          "    else counted <= counted + 8'd1;",
          '  end',
          '',
          `  always @(${clockEdge} core_clock) register <= x;`,
          'endmodule',
          '',
        ].join('\n'),
      );
    });

    test.skipIf(!hasIcarus || !hasYosys)('the tools accept it', () => {
      expect([verilatorLint(design), icarusComplaints(design), yosysComplaints(design)]).toEqual(['', '', '']);
    });

    test.skipIf(!hasIcarus)('behaves so', () => {
      const [on, off] = reset.active === 'high' ? [1, 0] : [0, 1];
      const [before, after] = edge === 'rising' ? [0, 1] : [1, 0];
      const tick = `    #1 core_clock = ${after}; #1 core_clock = ${before};`;
      const show = '    #1 $display("%0d %0d", count, free);';
      const printed = bench(design, [
        `    core_clock = ${before}; ${resetName} = ${off}; x = 3;`,
        // The reset alone, then with an edge.
        `    #1 ${resetName} = ${on};`,
        show,
        tick,
        show,
        `    #1 ${resetName} = ${off}; x = 4;`,
        show,
        tick,
        tick,
        show,
        `    #1 ${resetName} = ${on};`,
        show,
        `    x = 9;`,
        tick,
        show,
      ]);
      const atOnce = reset.kind === 'async';
      expect(printed).toEqual([`${atOnce ? 7 : 'x'} x`, '7 3', '7 3', '9 4', `${atOnce ? 7 : 9} 4`, '7 9']);
    });
  },
);

test('a domain without reset has no port for one', () => {
  const domain = clockDomain('core', { reset: 'none' });
  const design = emitVerilog(
    module('Free', { x: In(byte, { domain }), y: Out(byte, { domain }) }, ({ x, y }) => {
      y.set(regNext(x, { domain }));
    }),
  );
  expect(design.ports.map(({ name }) => name)).toEqual(['core_clock', 'x', 'y']);
  expect(design.clocks).toEqual([{ domain: 'core', name: 'core_clock', edge: 'rising', reset: undefined }]);
});

describe('the style of the default domain', () => {
  const Child = module('Child', { x: In(byte), y: Out(byte) }, ({ x, y }) => {
    const kept = reg(byte, { reset: 3 });
    kept.set(x);
    y.set(kept);
  });
  const Top = module('Top', { x: In(byte), y: Out(byte) }, ({ x, y }) => {
    const words = mem(byte, 2);
    const child = instance(Child);
    words.write(x.trunc(1), x);
    child.x.set(words.read(x.trunc(1)));
    y.set(child.y);
  });
  const clock: ClockStyle = { name: 'clk', reset: { name: 'rst_n', kind: 'async', active: 'low' } };

  test('holds in all modules', () => {
    const design = emitVerilog(Top, { clock });
    expect(design.ports.slice(0, 2).map(({ name }) => name)).toEqual(['clk', 'rst_n']);
    const text = design.files.map((file) => file.text).join('');
    expect(text).toContain('.clk(clk),\n    .rst_n(rst_n),');
    expect(text).toContain('always @(posedge clk or negedge rst_n) begin\n    if (!rst_n) kept');
    expect(text).toContain('always @(posedge clk) words');
    expect(text).not.toMatch(/\bclock\b|\breset\b/);
    expect(design.clocks).toEqual([
      { domain: undefined, name: 'clk', edge: 'rising', reset: { name: 'rst_n', kind: 'async', active: 'low' } },
    ]);
    expect(verilatorLint(design)).toBe('');
  });

  test('each part of it by itself', () => {
    const portsOf = (style: ClockStyle): string[] =>
      emitVerilog(Child, { clock: style })
        .ports.slice(0, 2)
        .map(({ name }) => name);
    expect(portsOf({})).toEqual(['clock', 'reset']);
    expect(portsOf({ name: 'clk' })).toEqual(['clk', 'reset']);
    expect(portsOf({ reset: { active: 'low' } })).toEqual(['clock', 'reset_n']);
    expect(emitVerilog(Child, { clock: { edge: 'falling' } }).files[0]!.text).toContain(
      'always @(negedge clock) begin',
    );
    expect(emitVerilog(Child, { clock: { reset: { kind: 'async' } } }).files[0]!.text).toContain(
      'always @(posedge clock or posedge reset) begin',
    );
  });

  test('names that are taken, that are none, that are the same', () => {
    const Uses = module('Uses', { y: Out(byte) }, ({ y }) => {
      const clk = reg(byte);
      clk.set(clk.add(1));
      y.set(clk);
    });
    expect(readable(() => emitVerilog(Uses, { clock: { name: 'clk' } }))).toMatchInlineSnapshot(`
      "error N001: the clock of module Uses can't be called "clk": something else in it is
        at reset-styles.test.ts «reg»
        |       const clk = reg(byte);
        |                   ^
        fix: call the other one differently, or emit with another name of the clock or reset"
    `);
    const messages = (style: ClockStyle): string[] =>
      refusal(() => emitVerilog(Child, { clock: style })).diagnostics.map(({ code, message }) => `${code}: ${message}`);
    expect(messages({ name: 'x' })).toEqual([
      'N001: the clock of module Child can\'t be called "x": something else in it is',
    ]);
    expect(messages({ reset: { name: 'reg' } })).toEqual([
      'N001: the reset of module Child can\'t be called "reg": that is no free Verilog name',
    ]);
    expect(messages({ name: '1' })).toHaveLength(1);
    expect(messages({ name: 'same', reset: { name: 'same' } })).toHaveLength(2);
  });

  test('a name that is free only until an unnamed wire wants it', () => {
    const Wide = module('Wide', { a: In(byte), b: In(byte), y: Out(Bool) }, ({ a, b, y }) => {
      const kept = reg(Bool, { reset: false });
      kept.set(a.add(b).bit(3));
      y.set(kept);
    });
    const name = /wire \[7:0\] (\w+) =/.exec(emitVerilog(Wide).files[0]!.text)![1]!;
    const text = emitVerilog(Wide, { clock: { name } }).files[0]!.text;
    expect(text).toContain(`input wire ${name},`);
    expect(text).toContain(`wire [7:0] ${name}_1 =`);
  });
});

describe('an instance in a domain of another style', () => {
  const inDomainOf = (domain: ClockDomain) =>
    module('Holder', { y: Out(Bool, { domain }) }, ({ y }) => {
      const buffer = instance(Queue({ width: 1, depth: 2 }), { domain });
      buffer.enq.valid.set(false);
      buffer.enq.data.set(0);
      buffer.deq.ready.set(false);
      y.set(buffer.deq.valid);
    });

  test('a reset of other polarity is inverted', () => {
    const design = emitVerilog(inDomainOf(clockDomain('low', { reset: { kind: 'sync', active: 'low' } })));
    expect(design.files.at(-1)!.text).toContain('.clock(low_clock),\n    .reset(!low_reset_n),');
    expect([verilatorLint(design), icarusComplaints(design)]).toEqual(['', '']);
    const other = emitVerilog(inDomainOf(clockDomain('high')), { clock: { reset: { active: 'low' } } });
    expect(other.files.at(-1)!.text).toContain('.reset_n(!high_reset),');
  });

  test('X005: another kind of reset, another edge', () => {
    const domain = clockDomain('other', { edge: 'falling', reset: { kind: 'async', active: 'high' } });
    const holder = inDomainOf(domain);
    expect(readable(() => emitVerilog(holder))).toMatchInlineSnapshot(`
      "error X005: instance buffer is in clock domain other, but module Queue_2x1 is emitted for the rising edge, and the domain has the falling one
        at reset-styles.test.ts «instance»
        |       const buffer = instance(Queue({ width: 1, depth: 2 }), { domain });
        |                      ^
        the module is described at reset-styles.test.ts «Queue»
        |       const buffer = instance(Queue({ width: 1, depth: 2 }), { domain });
        |                               ^
        the domain is made at reset-styles.test.ts «clockDomain»
        |     const domain = clockDomain('other', { edge: 'falling', reset: { kind: 'async', active: 'high' } });
        |                    ^
        fix: give the domain to the module (a parameter of its generator) and use inDomain() in there; or emit the default domain in that style

      error X005: instance buffer is in clock domain other, but module Queue_2x1 is emitted for a synchronous reset, and the domain has an asynchronous
        at reset-styles.test.ts «instance»
        |       const buffer = instance(Queue({ width: 1, depth: 2 }), { domain });
        |                      ^
        the module is described at reset-styles.test.ts «Queue»
        |       const buffer = instance(Queue({ width: 1, depth: 2 }), { domain });
        |                               ^
        the domain is made at reset-styles.test.ts «clockDomain»
        |     const domain = clockDomain('other', { edge: 'falling', reset: { kind: 'async', active: 'high' } });
        |                    ^
        fix: give the domain to the module (a parameter of its generator) and use inDomain() in there; or emit the default domain in that style"
    `);
    // In that style it stands.
    expect(() => emitVerilog(holder, { clock: { edge: 'falling', reset: { kind: 'async' } } })).not.toThrow();
  });
});
