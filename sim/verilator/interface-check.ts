import type { VerilogDesign } from './design.ts';
import { VerilogError } from './verilog-error.ts';

/** The C++ member that stands for a Verilog name: Verilator keeps double underscores for itself. */
export function cppName(name: string): string {
  return name.replaceAll('__', '___05F');
}

/**
 * Compares a design's ports with those Verilator found in the top module.
 * @param header text of the model's header that Verilator wrote
 * @throws VerilogError that lists every difference
 */
export function checkInterface(design: VerilogDesign, header: string): void {
  const found = new Map<string, string>();
  for (const [, kind, name, msb, lsb] of header.matchAll(/VL_(IN|OUT|INOUT)(?:8|16|64|W)?\(&(\w+),(\d+),(\d+)/g)) {
    found.set(name!, describe(`${kind!.toLowerCase()}put`, Number(msb) - Number(lsb) + 1));
  }
  const differences: string[] = [];
  for (const { name, direction, width } of design.ports) {
    const expected = describe(direction, width);
    const actual = found.get(cppName(name));
    if (actual !== expected) {
      differences.push(`port "${name}": the design says ${expected}, its Verilog has ${actual ?? 'no such port'}`);
    }
  }
  const described = new Set(design.ports.map(({ name }) => cppName(name)));
  for (const [name, actual] of found) {
    if (!described.has(name)) differences.push(`port "${name}": the Verilog has it (${actual}), the design does not`);
  }
  if (differences.length > 0) {
    throw new VerilogError(`the ports of module "${design.top}" are not what the design says`, differences.join('\n'));
  }
}

function describe(direction: string, width: number): string {
  return `${direction} of ${width} bit${width === 1 ? '' : 's'}`;
}
