import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type DiagnosticCode, diagnosticTitles } from '../../gen/index.ts';
import { topicOf } from '../../gen/diagnostics/topic.ts';
import { packageRoot } from '../../gen/source/package-root.ts';
import { blocksOf, SnippetFolder } from './snippets.ts';

const root = packageRoot();
const pages = join(root, 'gen/docs/errors');
const codes = Object.keys(diagnosticTitles) as DiagnosticCode[];
const read = (name: string): string => readFileSync(join(pages, name), 'utf8');

const folder = new SnippetFolder([]);
afterAll(() => folder.remove());

/** The error that a snippet ends with, where it is in a file of the given name; undefined where it runs to its end. */
async function runSnippet(name: string, snippet: string): Promise<string | undefined> {
  folder.write(name, snippet);
  const { error } = await folder.run(name);
  // What the page says anyway.
  return error?.replace(/\n\nread more: .*$/, '');
}

describe.each(codes)('the page of %s', (code) => {
  const page = read(`${code}.md`);
  const blocks = blocksOf(page).map(({ language, text }) => [language, text] as const);

  it('has the title, the topic, an example, its message and its repair', () => {
    expect(page.startsWith(`# ${code}: ${diagnosticTitles[code]}\n\nTopic: ${topicOf(code)}\n\n`)).toBe(true);
    expect(blocks.map(([language]) => language)).toEqual(['ts', 'text', 'ts']);
  });

  it('shows the message that its example gives', async () => {
    const message = await runSnippet(`${code}.ts`, blocks[0]![1]);
    expect(`${message}\n`).toBe(blocks[1]![1]);
    expect(message).toContain(`error ${code}: `);
  });

  it('repairs it', async () => {
    expect(await runSnippet(`${code}_repaired.ts`, blocks[2]![1])).toBe(undefined);
  });
});

describe('the index of errors', () => {
  it('has every code, with its topic, title and page, and no other', () => {
    const rows = read('README.md').match(/^\| \[.*$/gm);
    expect(rows?.map((row) => row.replaceAll(/ +/g, ' '))).toEqual(
      codes.map((code) => `| [${code}](${code}.md) | ${topicOf(code)} | ${diagnosticTitles[code]} |`),
    );
    expect(readdirSync(pages).sort()).toEqual([...codes.map((code) => `${code}.md`), 'README.md'].sort());
  });
});
