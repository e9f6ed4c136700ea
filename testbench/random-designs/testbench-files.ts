/** Many designs side by side in one Verilog testbench, each with its own inputs. */
import { CYCLES, type Outcome, type Trial } from './trial.ts';

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Their Verilog, their inputs, and a module `Benches` with the port `clock`, which prints all outputs before every edge. */
export function testbenchFiles(trials: readonly Trial[]): TextFile[] {
  const files = new Map<string, string>();
  for (const { verilog, clock } of trials) {
    for (const file of verilog.files) {
      // The library's modules are those of many designs, which may have another kind of reset.
      const [path, text] = [file.path, file.text].map((each) =>
        clock !== undefined ? each.replaceAll(/\b(?:Queue|Stage)_\w+/g, '$&_async') : each,
      ) as [string, string];
      const known = files.get(path);
      if (known !== undefined && known !== text) throw new Error(`two designs have a different ${path}`);
      files.set(path, text);
    }
  }
  const names = trials.map((_, index) => `  Bench_${index} bench_${index} (.clock(clock));`);
  const benches = trials.map((trial, index) => benchOf(trial, index));
  const top = ['module Benches (input clock);', ...names, 'endmodule', ''].join('\n');
  files.set('Benches.v', [...benches, top].join('\n'));
  trials.forEach((trial, index) => files.set(`inputs_${index}.hex`, wordsOf(trial)));
  return [...files].map(([path, text]) => ({ path, text }));
}

function benchOf({ verilog, inputs, outputs }: Trial, index: number): string {
  const clocks = new Set(verilog.clocks.map(({ name }) => name));
  const total = inputs.reduce((sum, { width }) => sum + width, 0);
  let low = total;
  const places = new Map([
    ...inputs.map(({ name, width }) => [name, `now[${low - 1}:${(low -= width)}]`] as const),
    ...outputs.map(({ name }, position) => [name, `output_${position}`] as const),
  ]);
  const pins = verilog.ports.map(({ name }) => `.${name}(${clocks.has(name) ? 'clock' : places.get(name)!})`);
  return [
    `module Bench_${index} (input clock);`,
    `  reg [${total - 1}:0] inputs [0:${CYCLES - 1}];`,
    '  reg [15:0] row;',
    `  wire [${total - 1}:0] now = inputs[row];`,
    ...outputs.map(({ width }, position) => `  wire [${width - 1}:0] output_${position};`),
    `  ${verilog.top} dut (${pins.join(', ')});`,
    '  initial begin',
    '    row = 0;',
    `    $readmemh("inputs_${index}.hex", inputs);`,
    '  end',
    '  always @(posedge clock) begin',
    // One by one: side by side they would be wide, and slow to compile.
    `    $display("${index}${' %h'.repeat(outputs.length)}"${outputs.map((_, position) => `, output_${position}`).join('')});`,
    '    row <= row + 1;',
    '  end',
    'endmodule',
    '',
  ].join('\n');
}

function wordsOf({ inputs, stimulus }: Trial): string {
  const words = stimulus.map((values) =>
    inputs.reduce((high, { width }, index) => (high << BigInt(width)) | values[index]!, 0n).toString(16),
  );
  return `${words.join('\n')}\n`;
}

/** What the testbench printed. */
export function outcomesOf(trials: readonly Trial[], printed: string): Outcome[] {
  const outcomes: string[][] = trials.map(() => []);
  for (const [, index, digits] of printed.matchAll(/^(\d+) ([0-9a-zXZ ]+)$/gm)) {
    outcomes[Number(index)]!.push(withoutExcess(digits!, trials[Number(index)]!.outputs));
  }
  outcomes.forEach((outcome, index) => {
    if (outcome.length !== CYCLES)
      throw new Error(
        `${trials[index]!.verilog.top} printed ${outcome.length} of ${CYCLES} cycles: ${printed.slice(0, 2000)}`,
      );
  });
  return outcomes;
}

/** Verilator prints a constant with the digits of 32 bits, whatever its width. */
function withoutExcess(digits: string, outputs: Trial['outputs']): string {
  return digits
    .split(' ')
    .map((value, index) => {
      const excess = value.length - Math.ceil(outputs[index]!.width / 4);
      return excess > 0 && /^0+$/.test(value.slice(0, excess)) ? value.slice(excess) : value;
    })
    .join(' ');
}
