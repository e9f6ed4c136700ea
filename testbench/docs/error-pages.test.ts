import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type DiagnosticCode, diagnosticTitles, ElaborationError } from '../../gen/index.ts';
import { topicOf } from '../../gen/diagnostics/topic.ts';
import { packageRoot } from '../../gen/source/package-root.ts';

const root = packageRoot();
const pages = join(root, 'gen/docs/errors');
const codes = Object.keys(diagnosticTitles) as DiagnosticCode[];
const read = (name: string): string => readFileSync(join(pages, name), 'utf8');

// Below the repository, so that places are told relative to it.
mkdirSync(join(root, 'out'), { recursive: true });
const folder = mkdtempSync(join(root, 'out', 'error-pages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The error that a snippet ends with, where it is in a file of the given name; undefined where it runs to its end. */
async function runSnippet(name: string, snippet: string): Promise<string | undefined> {
  const file = join(folder, name);
  writeFileSync(file, snippet.replace("'saccade/hdl'", "'../../gen/index.ts'"));
  try {
    await import(pathToFileURL(file).href);
    return undefined;
  } catch (error) {
    if (!(error instanceof ElaborationError)) throw error;
    // Lines of the test runner, and what the page says anyway.
    return error.message
      .replaceAll(`${root}/`, '')
      .replaceAll(`${folder.slice(root.length + 1)}/`, '')
      .replace("'../../gen/index.ts'", "'saccade/hdl'")
      .replaceAll(/\n  called from testbench\/.*/g, '')
      .replace(/\n\nread more: .*$/, '');
  }
}

describe.each(codes)('the page of %s', (code) => {
  const page = read(`${code}.md`);
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => [match[1], match[2]!] as const);

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
