import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import * as hdl from '../../../gen/index.ts';
import { mainFile } from '../../cli/built-cli.ts';
import { describeExample } from './example.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const example = fileURLToPath(new URL('example.ts', import.meta.url));
const builtHdl = join(mainFile, '../../../gen/index.js');
const folder = mkdtempSync(join(root, 'out', 'runners-'));
afterAll(() => rmSync(folder, { recursive: true }));

const here = JSON.stringify(describeExample(hdl).files.map(({ path, text }) => [path, text]));

function run(args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (status !== 0) throw new Error(stdout + stderr);
  return stdout;
}

/** A program that prints what the example emits. */
function printer(exampleFile: string, hdlFile: string): string {
  const file = join(folder, `print-${exampleFile.endsWith('.js') ? 'built' : 'source'}.mjs`);
  const [describing, language] = [exampleFile, hdlFile].map((each) => JSON.stringify(pathToFileURL(each).href));
  writeFileSync(
    file,
    `import { describeExample } from ${describing};\nimport * as hdl from ${language};\n` +
      'process.stdout.write(JSON.stringify(describeExample(hdl).files.map(({ path, text }) => [path, text])));\n',
  );
  return file;
}

test('compiled by tsc and run by node, the bytes are those of vitest', () => {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const options =
    '--ignoreConfig --noCheck --noResolve --module nodenext --target es2022 --sourceMap --rewriteRelativeImportExtensions';
  run([compiler, example, ...options.split(' '), '--outDir', folder]);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  expect(run(['--enable-source-maps', printer(join(folder, 'example.js'), builtHdl)])).toBe(here);
});

test('so are those of tsx', () => {
  expect(run(['--import', 'tsx', printer(example, join(root, 'gen/index.ts'))])).toBe(here);
});
