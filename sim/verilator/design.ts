import type { StreamPortIr, VerilogCheckFile, VerilogPort } from '../../gen/index.ts';

/** A port of the top module; signed ports are peeked and poked as two's complement. */
export type { VerilogPort };

/**
 * A ready/valid stream of the top module; `input`: the testbench sends, the design receives. Packed beats hold the payload
 * ports in the order of `payload`.
 */
export type VerilogStream = StreamPortIr;

/** What a testbench has to know of a design, whatever simulates it. */
export interface SimulatedDesign {
  /** Name of the top module. */
  readonly top: string;
  readonly ports: readonly VerilogPort[];
  readonly streams: readonly VerilogStream[];
}

/** A design in Verilog. Ports `clock` and `reset` (synchronous, active high) have that meaning where they exist. */
export interface VerilogDesign extends SimulatedDesign {
  /** Relative paths; .v, .sv and .vlt files are given to Verilator, others can be included by those. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** SystemVerilog that binds checks to it. */
  readonly checkFiles?: readonly VerilogCheckFile[];
}

/** Members of the class that Verilator makes of the top module, beside its ports. */
const TAKEN: ReadonlySet<string> = new Set(
  'clone contextp eval eval_end_step eval_step eventsPending final hierName modelName name nextTimeSlot rootp threads trace traceCapable vlSymsp'.split(
    ' ',
  ),
);

/** Number of 32-bit words that hold `width` bits. */
export function wordsOf(width: number): number {
  return Math.ceil(width / 32);
}

/** The port of that name; an Error that names the design when there is none. */
export function portOf(design: SimulatedDesign, name: string): VerilogPort {
  const port = design.ports.find((candidate) => candidate.name === name);
  if (port === undefined) throw new Error(`design "${design.top}" has no port "${name}"`);
  return port;
}

/** The stream of that name; an Error listing the design's streams when there is none. */
export function streamOf(design: SimulatedDesign, name: string): VerilogStream {
  const stream = design.streams.find((candidate) => candidate.name === name);
  if (stream === undefined) {
    const known = design.streams.map((candidate) => candidate.name).join(', ') || 'none';
    throw new Error(`design "${design.top}" has no stream "${name}"; its streams: ${known}`);
  }
  return stream;
}

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
