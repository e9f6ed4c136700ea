/** Clocked designs in Icarus Verilog, cycle by cycle. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerilogDesign } from '../../gen/index.ts';

export interface IcarusRun {
  /** For every cycle the bits of every output before the edge, `x` where there is no value. */
  readonly outputs: readonly Readonly<Record<string, string>>[];
  /** The dump of all signals; cycle n is at 2n. */
  readonly vcd: string;
}

/**
 * Runs a design with all its clocks at once. Falling clocks fall when the others rise.
 *
 * @param cycles input values of each cycle by name, resets included
 */
export function runClocked(design: VerilogDesign, cycles: readonly Readonly<Record<string, bigint>>[]): IcarusRun {
  const clocks = design.clocks.map(({ name, edge }) => ({ name, before: edge === 'rising' ? '0' : '1' }));
  const isClock = new Set(clocks.map(({ name }) => name));
  const inputs = design.ports.filter(({ name, direction }) => direction === 'input' && !isClock.has(name));
  const outputs = design.ports.filter(({ direction }) => direction === 'output');
  const total = Math.max(
    1,
    inputs.reduce((sum, { width }) => sum + width, 0),
  );
  const vectors = cycles.map((cycle) =>
    inputs
      .reduce((sum, { name, width }) => (sum << BigInt(width)) | BigInt.asUintN(width, cycle[name]!), 0n)
      .toString(16),
  );
  const text = [
    '`timescale 1ns/1ns',
    'module testbench;',
    `  reg [${total - 1}:0] testbench_vectors [0:${vectors.length - 1}];`,
    ...inputs.map(({ name, width }) => `  reg [${width - 1}:0] ${name};`),
    ...clocks.map(({ name, before }) => `  reg ${name} = ${before};`),
    ...outputs.map(({ name, width }) => `  wire [${width - 1}:0] ${name};`),
    `  ${design.top} dut (${design.ports.map(({ name }) => `.${name}(${name})`).join(', ')});`,
    '  integer testbench_row;',
    '  initial begin',
    '    $dumpfile("run.vcd");',
    '    $dumpvars(0, dut);',
    '    $readmemh("vectors.hex", testbench_vectors);',
    `    for (testbench_row = 0; testbench_row < ${vectors.length}; testbench_row = testbench_row + 1) begin`,
    inputs.length === 0
      ? ''
      : `      {${inputs.map(({ name }) => name).join(', ')}} = testbench_vectors[testbench_row];`,
    ...clocks.map(({ name, before }) => `      ${name} = ${before};`),
    '      #1;',
    `      $display("${outputs.map(() => '%b').join(' ')}", ${outputs.map(({ name }) => name).join(', ')});`,
    ...clocks.map(({ name, before }) => `      ${name} = ${before === '0' ? '1' : '0'};`),
    '      #1;',
    '    end',
    '  end',
    'endmodule',
  ].join('\n');
  const folder = mkdtempSync(join(tmpdir(), 'saccade-builtin-'));
  try {
    for (const file of design.files) writeFileSync(join(folder, file.path), file.text);
    writeFileSync(join(folder, 'testbench.v'), `${text}\n`);
    writeFileSync(join(folder, 'vectors.hex'), `${vectors.join('\n')}\n`);
    const paths = design.files.map(({ path }) => path).filter((path) => path.endsWith('.v'));
    const run = spawnSync(
      'sh',
      ['-c', `iverilog -g2005 -s testbench -o simulation ${paths.join(' ')} testbench.v && vvp simulation`],
      { cwd: folder, encoding: 'utf8' },
    );
    const lines = run.stdout.split('\n').filter((line) => /^[01xz ]+$/.test(line));
    if (lines.length !== cycles.length) throw new Error(`Icarus: ${run.stdout}${run.stderr}`);
    return {
      outputs: lines.map((line) => {
        const values = line.split(' ');
        return Object.fromEntries(outputs.map(({ name }, index) => [name, values[index]!]));
      }),
      vcd: readFileSync(join(folder, 'run.vcd'), 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether a value is what Icarus has, as far as it knows. */
export function agrees(value: number | bigint, bits: string): boolean {
  const own = BigInt.asUintN(bits.length, BigInt(value)).toString(2).padStart(bits.length, '0');
  return bits.split('').every((bit, at) => bit === own[at] || bit === 'x' || bit === 'z');
}
