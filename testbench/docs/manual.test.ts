import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../gen/source/package-root.ts';
import { blocksOf, exportsOf, programsOf, resultOf, SnippetFolder } from './snippets.ts';

const root = packageRoot();
const documentsIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
const chapters = documentsIn('gen/docs/reference');
// Those of the errors have a test of their own.
const documents = ['gen/README.md', ...documentsIn('gen/docs'), ...chapters];
const read = (document: string): string => readFileSync(join(root, document), 'utf8');

const manual = documents.map((document) => {
  const programs = programsOf(document);
  return { document, programs, folder: new SnippetFolder(programs) };
});
afterAll(() => manual.forEach(({ folder }) => folder.remove()));

describe.each(manual)('$document', ({ document, programs, folder }) => {
  for (const program of programs) {
    const title = `line ${program.line}, ${program.file}`;
    if (program.file.endsWith('.test.ts')) {
      // What is a file of tests for the reader is one here: it registers them.
      describe(title, async () => {
        await folder.run(program.file);
      });
      continue;
    }
    it(title, async () => {
      const outcome = await folder.run(program.file);
      for (const block of program.shown) expect(resultOf(block, outcome)).toBe(block.text);
      const isShown = program.shown.some(({ text }) => text === `${outcome.error}\n`);
      if (!isShown) expect(outcome.error).toBe(undefined);
    });
  }

  it('links to what is there', () => {
    const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    for (const [link, path, anchor] of links) {
      const target = path === '' ? join(root, document) : join(root, dirname(document), path!);
      expect(existsSync(target), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(readFileSync(target, 'utf8')), link).toContain(anchor);
    }
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
