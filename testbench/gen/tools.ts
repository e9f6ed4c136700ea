/** The Verilog tools that emitted text must satisfy, each run in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerilogDesign } from '../../gen/index.ts';

function found(command: string, argument: string): boolean {
  return spawnSync(command, [argument]).status === 0;
}

export const hasIcarus = found('iverilog', '-V');
export const hasYosys = found('yosys', '-V');

/** Runs a command on the files of a design; what it printed, and 'ok' only where it ended well and was quiet. */
export function runTool(
  design: Pick<VerilogDesign, 'files'>,
  command: string,
  args: (files: string[]) => string[],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-gen-'));
  try {
    for (const { path, text } of design.files) writeFileSync(join(folder, path), text);
    const run = spawnSync(command, args(design.files.map(({ path }) => path).filter((path) => path.endsWith('.v'))), {
      cwd: folder,
      encoding: 'utf8',
    });
    const output = `${run.stdout}${run.stderr}`.trim();
    return run.status === 0 ? output : `${command} ended with ${run.status}: ${output}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What Verilator's lint has to say, with every warning on. */
export function verilatorLint(design: VerilogDesign): string {
  const complaint = runTool(design, 'verilator', (files) => [
    '--lint-only',
    '-Wall',
    '--top-module',
    design.top,
    ...files,
  ]);
  return complaint.replace(/^- .*$/gm, '').trim();
}

/** What Icarus Verilog has to say, as Verilog-2005. */
export function icarusComplaints(design: VerilogDesign): string {
  return runTool(design, 'iverilog', (files) => [
    '-g2005',
    '-Wall',
    '-Wno-timescale',
    '-t',
    'null',
    '-s',
    design.top,
    ...files,
  ]);
}

/** What Yosys has to say: undriven or doubly driven nets and loops are errors. */
export function yosysComplaints(design: VerilogDesign): string {
  const script = `hierarchy -check -top ${design.top}; proc; check -assert`;
  return runTool(design, 'yosys', (files) => ['-q', '-p', `read_verilog ${files.join(' ')}; ${script}`]);
}

/**
 * Evaluates a design without a clock in Icarus Verilog.
 *
 * @param vectors input values by name, as bit patterns
 * @returns the outputs' bit patterns for each vector; `x` where Icarus has no value
 */
export function runIcarus(
  design: VerilogDesign,
  vectors: readonly Readonly<Record<string, bigint>>[],
): Record<string, bigint | 'x'>[] {
  const inputs = design.ports.filter(({ direction }) => direction === 'input');
  const outputs = design.ports.filter(({ direction }) => direction === 'output');
  const total = inputs.reduce((sum, { width }) => sum + width, 0);
  const words = vectors.map((vector) =>
    inputs
      .reduce((sum, { name, width }) => (sum << BigInt(width)) | BigInt.asUintN(width, vector[name]!), 0n)
      .toString(16),
  );
  const range = (width: number): string => `[${width - 1}:0]`;
  const testbench = [
    'module testbench;',
    `  reg ${range(total)} vectors [0:${vectors.length - 1}];`,
    ...inputs.map(({ name, width }) => `  reg ${range(width)} ${name};`),
    ...outputs.map(({ name, width }) => `  wire ${range(width)} ${name};`),
    `  ${design.top} dut (${design.ports.map(({ name }) => `.${name}(${name})`).join(', ')});`,
    '  integer row;',
    '  initial begin',
    '    $readmemh("vectors.hex", vectors);',
    `    for (row = 0; row < ${vectors.length}; row = row + 1) begin`,
    `      {${inputs.map(({ name }) => name).join(', ')}} = vectors[row];`,
    '      #1;',
    `      $display("${outputs.map(() => '%h').join(' ')}", ${outputs.map(({ name }) => name).join(', ')});`,
    '    end',
    '  end',
    'endmodule',
  ];
  const files = [
    ...design.files,
    { path: 'testbench.v', text: `${testbench.join('\n')}\n` },
    { path: 'vectors.hex', text: `${words.join('\n')}\n` },
  ];
  const compile = (paths: string[]): string => `iverilog -g2005 -s testbench -o simulation ${paths.join(' ')}`;
  const lines = runTool({ files: files as VerilogDesign['files'] }, 'sh', (paths) => [
    '-c',
    `${compile(paths)} && vvp simulation`,
  ]).split('\n');
  if (lines.length !== vectors.length) throw new Error(`Icarus: ${lines.join('\n')}`);
  return lines.map((line) => {
    const values = line.split(' ').map((digits) => (/[xz]/i.test(digits) ? 'x' : BigInt(`0x${digits}`)));
    return Object.fromEntries(outputs.map(({ name }, index) => [name, values[index]!]));
  });
}
