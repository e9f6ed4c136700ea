import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../gen/source/package-root.ts';
import { saccadeInProcess } from './in-process.ts';

const page = (code: string): string => readFileSync(join(packageRoot(), 'gen/docs/errors', `${code}.md`), 'utf8');

test('explain prints the page of a code, or of several, in any case', async () => {
  expect(await saccadeInProcess(['explain', 'W001'])).toEqual({ status: 0, stdout: `${page('W001')}\n`, stderr: '' });
  const { stdout } = await saccadeInProcess(['explain', 'd003', 'U001']);
  expect(stdout).toBe(`${page('D003')}\n${page('U001')}\n`);
});

test('a code that there is not, or none at all, is the fault of the command line', async () => {
  const unknown = await saccadeInProcess(['explain', 'Q007']);
  expect([unknown.status, unknown.stdout]).toEqual([2, '']);
  expect(unknown.stderr).toMatch(/^saccade: no error has the code Q007; there are W001, /);
  expect((await saccadeInProcess(['explain'])).status).toBe(2);
});
