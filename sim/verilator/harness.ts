import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { packageRoot } from '../../gen/source/package-root.ts';
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
  /** The member of the model's class. */
  name: string;
  input: boolean;
  width: number;
}

interface StreamContext {
  input: boolean;
  valid: string;
  ready: string;
  /** Where its payload starts among all payloads, and how many ports it has. */
  first: number;
  fields: number;
}

interface HarnessContext {
  top: string;
  trace: boolean;
  clock: boolean;
  ports: PortContext[];
  streams: StreamContext[];
  /** Positions of the ports that make up the payloads of the streams, one stream after the other. */
  payloads: number[];
  /** Words of the widest port, at least one. */
  widest: number;
}

/** Generates the harness of a design, with the code that writes FST traces or without. */
export function renderHarness(design: VerilogDesign, trace: boolean): Harness {
  const payloads: number[] = [];
  const streams = design.streams.map(({ direction, valid, ready, payload }): StreamContext => {
    const first = payloads.length;
    payloads.push(...payload.map((name) => design.ports.indexOf(portOf(design, name))));
    const input = direction === 'input';
    return { input, valid: cppName(valid), ready: cppName(ready), first, fields: payload.length };
  });
  const context: HarnessContext = {
    top: design.top,
    trace,
    clock: design.ports.some(({ name }) => name === 'clock'),
    ports: design.ports.map(({ name, direction, width }) => ({
      name: cppName(name),
      input: direction === 'input',
      width,
    })),
    streams,
    payloads,
    widest: Math.max(1, ...design.ports.map(({ width }) => wordsOf(width))),
  };
  return { harness: template()(context), engine: readFileSync(templatePath('engine.h'), 'utf8') };
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
