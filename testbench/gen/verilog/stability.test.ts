import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { VerilogDesign } from '../../../gen/index.ts';

// Copies of one source, each with an edit.
const out = fileURLToPath(new URL('../../../out', import.meta.url));
mkdirSync(out, { recursive: true });
const folder = mkdtempSync(join(out, 'edited-'));
afterAll(() => rmSync(folder, { recursive: true }));

const source = readFileSync(new URL('../source/example.ts', import.meta.url), 'utf8');
let copies = 0;

async function verilogOf(text: string): Promise<string[]> {
  const file = join(folder, `copy${copies++}.ts`);
  writeFileSync(file, text.replaceAll("'../../../gen/", "'../../gen/"));
  const { describeExample } = (await import(file)) as typeof import('../source/example.ts');
  const hdl = await import('../../../gen/index.ts');
  const design: VerilogDesign = describeExample(hdl);
  return design.files
    .map((each) => each.text)
    .join('')
    .split('\n');
}

function edited(from: string, to: string): string {
  expect(source.split(from).length).toBe(2);
  return source.replace(from, () => to);
}

test('a comment changes nothing', async () => {
  expect(await verilogOf(`// A comment.\n\n${source}`)).toEqual(await verilogOf(source));
  expect(await verilogOf(edited('const left = ', '// Another.\n    const left = '))).toEqual(await verilogOf(source));
});

test('an edited expression changes its own line only', async () => {
  const before = await verilogOf(source);
  const after = await verilogOf(edited('a.add(b)', 'a.sub(b)'));
  const changed = before.flatMap((line, index) => (line === after[index] ? [] : [[line, after[index]]]));
  expect(changed).toEqual([['  wire [7:0] total = a + b;', '  wire [7:0] total = a - b;']]);
  expect(after.length).toBe(before.length);
});

test('a new register adds its own lines, and renames nothing', async () => {
  const before = await verilogOf(source);
  const after = await verilogOf(
    edited(
      'const left = ',
      'const extra = keep(reg(UInt(3), { reset: 0 }));\n    extra.set(extra.add(1));\n    const left = ',
    ),
  );
  const added = after.filter((line) => !before.includes(line));
  expect(added).toEqual(['  reg [2:0] extra;', "    if (reset) extra <= 3'd0;", "    else extra <= extra + 3'd1;"]);
  expect(before.filter((line) => !after.includes(line))).toEqual([]);
});
