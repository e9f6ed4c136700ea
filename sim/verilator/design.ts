import type { VerilogCheckFile, VerilogModule } from '../../gen/index.ts';
import type { SimulatedDesign, VerilogPort } from '../simulation/design.ts';

/** A design in Verilog. Ports `clock` and `reset` (synchronous, active high) have that meaning where they exist. */
export interface VerilogDesign extends SimulatedDesign {
  /** Relative paths; .v, .sv and .vlt files are given to Verilator, others can be included by those. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** What it is made up of, children before parents. */
  readonly modules?: readonly VerilogModule[];
  /** SystemVerilog that binds checks to it. */
  readonly checkFiles?: readonly VerilogCheckFile[];
}

/** Members of the class that Verilator makes of the top module, beside its ports. */
const TAKEN: ReadonlySet<string> = new Set(
  'clone contextp eval eval_end_step eval_step eventsPending final hierName modelName name nextTimeSlot rootp threads trace traceCapable vlSymsp'.split(
    ' ',
  ),
);

/**
 * Checks what the type cannot say: names are unique Verilog identifiers, widths are positive, file paths stay inside the
 * design's directory, and each stream names existing ports of the right direction and width.
 * @throws Error that names the design and what is wrong with it.
 */
export function checkDesign(design: VerilogDesign): void {
  const fail = (what: string): never => {
    throw new Error(`design "${design.top}": ${what}`);
  };
  const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
  if (!identifier.test(design.top)) fail('the top module needs a plain Verilog identifier as its name');
  const ports = new Map<string, VerilogPort>();
  for (const port of design.ports) {
    if (!identifier.test(port.name)) fail(`port "${port.name}" needs a plain Verilog identifier as its name`);
    if (TAKEN.has(port.name)) fail(`port "${port.name}" needs another name: Verilator uses this one itself`);
    if (ports.has(port.name)) fail(`two ports are named "${port.name}"`);
    if (!Number.isInteger(port.width) || port.width < 1) fail(`port "${port.name}" is ${port.width} bits wide`);
    ports.set(port.name, port);
  }
  for (const name of ['clock', 'reset']) {
    const port = ports.get(name);
    if (port !== undefined && (port.width !== 1 || port.direction !== 'input')) {
      fail(`port "${name}" must be a 1-bit input; it is a ${port.width}-bit ${port.direction}`);
    }
  }
  const paths = new Set<string>();
  for (const { path } of design.files) {
    if (!/^[\w.][\w./-]*$/.test(path) || path.split('/').includes('..')) {
      fail(`file path "${path}" must be relative, inside the design's directory, of letters, digits and _ . - /`);
    }
    if (paths.has(path)) fail(`two files are named "${path}"`);
    paths.add(path);
  }
  const streams = new Set<string>();
  for (const stream of design.streams) {
    if (streams.has(stream.name)) fail(`two streams are named "${stream.name}"`);
    streams.add(stream.name);
    const backward = stream.direction === 'input' ? 'output' : 'input';
    for (const [role, name] of [
      ['valid', stream.valid],
      ['ready', stream.ready],
    ] as const) {
      const direction = role === 'valid' ? stream.direction : backward;
      const port = ports.get(name);
      if (port?.direction !== direction || port.width !== 1) {
        fail(
          `${role} of ${stream.direction} stream "${stream.name}" must be a 1-bit ${direction} port; "${name}" is not`,
        );
      }
    }
    for (const name of stream.payload) {
      if (ports.get(name)?.direction !== stream.direction) {
        fail(`"${name}", payload of ${stream.direction} stream "${stream.name}", is no ${stream.direction} port`);
      }
    }
  }
}
