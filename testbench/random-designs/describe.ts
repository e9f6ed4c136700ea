/** Runs the TypeScript of a design. */
import { compileFunction } from 'node:vm';
import * as hdl from '../../gen/index.ts';
import type { Module } from '../../gen/index.ts';
import type { Design } from './design.ts';
import { printDesign } from './print-design.ts';

const vocabulary = Object.entries(hdl);
let described = 0;

/** The top module of a design, with everything below it. */
export function describe(design: Design): Module {
  const top = design.modules.at(-1)!.name;
  // Each text is a file of its own, or places in one would be taken for places in another.
  const run = compileFunction(
    `${printDesign(design)}\nreturn ${top};`,
    vocabulary.map(([name]) => name),
    { filename: `/random-designs/${described++}.js` },
  ) as (...values: unknown[]) => Module;
  return run(...vocabulary.map(([, value]) => value));
}
