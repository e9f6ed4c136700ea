import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { diagnosticTitles, In, module, Out, UInt } from '../../../gen/index.ts';
import { positionOf, refusal } from '../refusal.ts';

const here = fileURLToPath(import.meta.url);

test('every code has a test that triggers it', () => {
  const folder = join(here, '../..');
  const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.test.ts') && !path.includes('codes.test'),
  );
  const text = tests.map((path) => readFileSync(join(folder, path), 'utf8')).join('\n');
  // In a message that a snapshot holds, or in a list of codes.
  const missing = Object.keys(diagnosticTitles).filter((code) => !text.includes(`error ${code}: `));
  expect(missing).toEqual([]);
});

// No literal, so that the type checker leaves the mistake to elaboration.
const computed: number = 4;

test('places are exact: file, line, column', () => {
  const error = refusal(() =>
    module('Exact', { wide: In(UInt(8)), low: Out(UInt(computed)) }, ({ wide, low }) => {
      low.set(wide.add(7));
    }),
  );
  const { site, related } = error.diagnostics[0]!;
  const places = [site, ...related.map((each) => each.site)].map(({ frames }) => ({ ...frames[0]! }));
  expect(places).toEqual([
    { file: here, ...positionOf(here, 'set(wide.add') },
    { file: here, ...positionOf(here, 'Out(UInt(computed)') },
    { file: here, ...positionOf(here, 'add(7)') },
  ]);
});

test('a mistake in a helper shows who called it', () => {
  const helper = (value: { bit(index: number): unknown }): unknown => value.bit(99);
  const error = refusal(() =>
    module('Called', { x: In(UInt(8)) }, ({ x }) => {
      helper(x);
    }),
  );
  const { line, column } = positionOf(here, 'helper(x);');
  expect(error.message).toContain(`called from testbench/gen/diagnostics/codes.test.ts:${line}:${column}`);
  expect(error.message).not.toContain('node_modules');
  expect(error.exitCode).toBe(2);
});
