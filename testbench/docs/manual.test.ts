import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../gen/source/package-root.ts';
import { blocksOf, exportsOf, manualDocuments, type Program, programsOf, resultOf, SnippetFolder } from './snippets.ts';

const root = packageRoot();
const documents = manualDocuments();
const chapters = documents.filter((document) => document.includes('/reference/'));
// What the pages show is of the engine that there is by default.
vi.stubEnv('SACCADE_ENGINE', 'builtin');

const read = (document: string): string => readFileSync(join(root, document), 'utf8');

const manual = documents.map((document) => {
  const programs = programsOf(document);
  return { document, programs, folder: new SnippetFolder(programs) };
});
afterAll(() => manual.forEach(({ folder }) => folder.remove()));

describe.each(manual)('$document', ({ document, programs, folder }) => {
  const isTest = ({ file }: Program): boolean => file.endsWith('.test.ts');

  it.each(programs.filter((program) => !isTest(program)))('line $line, $file', async ({ file, shown }) => {
    const outcome = await folder.run(file);
    for (const block of shown) expect(resultOf(block, outcome)).toBe(block.text);
    expect([undefined, ...shown.map(({ text }) => text.trimEnd())]).toContain(outcome.error);
  });

  // What is a file of tests for the reader is one here: it registers them.
  describe.each(programs.filter(isTest))('line $line, $file', async ({ file }) => {
    await folder.run(file);
  });

  it('links to what is there', () => {
    const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.filter(([, path, anchor]) => {
      const target = path === '' ? join(root, document) : join(root, dirname(document), path!);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

describe('the programs of the manual', () => {
  it('have the types that the package demands', () => {
    const settings = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        incremental: false,
        // A program of a page may show what nothing uses.
        noUnusedLocals: false,
        noUnusedParameters: false,
        rootDir: root,
        typeRoots: [join(root, 'node_modules/@types')],
        paths: {
          'saccade/hdl': [join(root, 'gen/index.ts')],
          'saccade/simulation': [join(root, 'sim/driver/index.ts')],
        },
      },
      include: manual.map(({ folder }) => `${folder.path}/*.ts`),
    };
    const project = join(manual[0]!.folder.path, 'tsconfig.json');
    writeFileSync(project, JSON.stringify(settings));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', project], { cwd: root, encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});

describe('the reference', () => {
  const text = chapters.map(read).join('\n');
  const code = [...blocksOf(text).map((block) => block.text), ...text.matchAll(/`[^`\n]+`/g)].join('\n');

  it.each(['gen/index.ts', 'sim/driver/index.ts'])('mentions everything that %s exports', (index) => {
    const names = exportsOf(index).map((name) => name.replace('type ', ''));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
  });
});

/** Of the headings, as web pages of the document have them. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
