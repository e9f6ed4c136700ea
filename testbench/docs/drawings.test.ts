/**
 * The drawings and tables of hw/docs are those that the design gives. After a change of the design they are written anew, and what
 * changed is then to be looked at:
 *
 *     SACCADE_UPDATE=1 npx vitest run --config testbench/vitest.config.ts testbench/docs/drawings.test.ts
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../gen/source/package-root.ts';
import { generatedDocs } from './generated-docs.ts';

const root = packageRoot();
const update = process.env['SACCADE_UPDATE'] === '1';

it.each(generatedDocs)('$path is what the design gives', ({ path, make }) => {
  const made = make();
  if (update) writeFileSync(join(root, path), made);
  expect(readFileSync(join(root, path), 'utf8'), `${path}: see this test's head for how to write it anew`).toBe(made);
});

describe('the pages of hw/docs', () => {
  const pages = readdirSync(join(root, 'hw/docs')).filter((name) => name.endsWith('.md'));

  it.each(pages)('%s links to what is there', (page) => {
    const text = readFileSync(join(root, 'hw/docs', page), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.filter(([, path, anchor]) => {
      const target = path === '' ? join(root, 'hw/docs', page) : join(root, 'hw/docs', path!);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it('show every drawing', () => {
    const text = pages.map((page) => readFileSync(join(root, 'hw/docs', page), 'utf8')).join('\n');
    const drawings = readdirSync(join(root, 'hw/docs')).filter((name) => name.endsWith('.svg'));
    expect(drawings.filter((drawing) => !text.includes(`](${drawing})`))).toEqual([]);
    const made = generatedDocs.map(({ path }) => path.slice(dirname(path).length + 1));
    expect(drawings.filter((drawing) => !made.includes(drawing))).toEqual([]);
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
