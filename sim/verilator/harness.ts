import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { packageRoot } from '../../gen/source/package-root.ts';
import type { VerilogPort } from '../simulation/design.ts';
import type { VerilogDesign } from './design.ts';
import { portOf, wordsOf } from '../simulation/design.ts';
import { cppName } from './interface-check.ts';

/** The C++ between a Verilated model (class Vdut) and Saccade, as texts. */
export interface Harness {
  /** Generated for the design; includes the engine. */
  harness: string;
  /** The same for all designs. */
  engine: string;
}

interface PortContext {
  input: boolean;
  /** C++ statements that copy between the port and `words`. */
  writes: string[];
  reads: string[];
}

interface StreamContext {
  input: boolean;
  words: number;
  /** C++ literals, one a word. */
  masks: string[];
  valid: string;
  ready: string;
  /** Statements that copy the payload to the pins (input) or from them (output). */
  accesses: string[];
}

interface HarnessContext {
  top: string;
  trace: boolean;
  clock: boolean;
  ports: PortContext[];
  streams: StreamContext[];
  /** Words of the widest port, at least one. */
  widest: number;
}

/** Generates the harness of a design, with the code that writes FST traces or without. */
export function renderHarness(design: VerilogDesign, trace: boolean): Harness {
  const context: HarnessContext = {
    top: design.top,
    trace,
    clock: design.ports.some(({ name }) => name === 'clock'),
    ports: design.ports.map((port) => ({
      input: port.direction === 'input',
      writes: copies(port, 'write', 0),
      reads: copies(port, 'read', 0),
    })),
    streams: design.streams.map((stream) => {
      const input = stream.direction === 'input';
      const accesses: string[] = [];
      const masks: string[] = [];
      for (const name of stream.payload) {
        const port = portOf(design, name);
        accesses.push(...copies(port, input ? 'write' : 'read', masks.length));
        for (let word = 0; word < wordsOf(port.width); word++) {
          const bits = Math.min(32, port.width - 32 * word);
          masks.push(`0x${(2 ** bits - 1).toString(16)}u`);
        }
      }
      const { valid, ready } = stream;
      return { input, words: masks.length, masks, valid: cppName(valid), ready: cppName(ready), accesses };
    }),
    widest: Math.max(1, ...design.ports.map(({ width }) => wordsOf(width))),
  };
  return { harness: template()(context), engine: readFileSync(templatePath('engine.h'), 'utf8') };
}

/** Statements that copy one port from `words[at]` on, or to there. Verilator keeps it in an integer up to 64 bits. */
function copies(port: VerilogPort, way: 'read' | 'write', at: number): string[] {
  const pin = `top->${cppName(port.name)}`;
  if (port.width <= 32) return [way === 'write' ? `${pin} = words[${at}];` : `words[${at}] = ${pin};`];
  if (port.width <= 64) {
    if (way === 'write') return [`${pin} = words[${at}] | static_cast<uint64_t>(words[${at + 1}]) << 32;`];
    return [`words[${at}] = static_cast<uint32_t>(${pin});`, `words[${at + 1}] = ${pin} >> 32;`];
  }
  return Array.from({ length: wordsOf(port.width) }, (_, word) =>
    way === 'write' ? `${pin}[${word}] = words[${at + word}];` : `words[${at + word}] = ${pin}[${word}];`,
  );
}

let compiled: Handlebars.TemplateDelegate<HarnessContext> | undefined;

function template(): Handlebars.TemplateDelegate<HarnessContext> {
  compiled ??= Handlebars.compile<HarnessContext>(readFileSync(templatePath('harness.hbs'), 'utf8'), {
    noEscape: true,
    strict: true,
  });
  return compiled;
}

function templatePath(name: string): string {
  return join(packageRoot(), 'sim/verilator/templates', name);
}
