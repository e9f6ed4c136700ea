import type { StreamPortIr, VerilogPort } from '../../gen/index.ts';

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
