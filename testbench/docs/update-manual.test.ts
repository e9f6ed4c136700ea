/**
 * Writes into the manual what its programs give now, after a change that shows in many places. What changed is then to be read:
 *
 *     SACCADE_UPDATE=1 npx vitest run --config testbench/vitest.config.ts testbench/docs/update-manual.test.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { packageRoot } from '../../gen/source/package-root.ts';
import { manualDocuments, programsOf, resultOf, SnippetFolder } from './snippets.ts';

describe.runIf(process.env['SACCADE_UPDATE'] === '1')('the manual, from now on', () => {
  it.each(manualDocuments())('%s', async (document) => {
    const programs = programsOf(document).filter(({ file }) => !file.endsWith('.test.ts'));
    const folder = new SnippetFolder(programs);
    const lines = readFileSync(join(packageRoot(), document), 'utf8').split('\n');
    const results: { readonly start: number; readonly length: number; readonly text: string }[] = [];
    for (const { file, shown } of programs) {
      const outcome = await folder.run(file);
      for (const block of shown) {
        const length = block.text.split('\n').length - 1;
        results.push({ start: block.line - 1, length, text: resultOf(block, outcome) });
      }
    }
    folder.remove();
    // From the end on, so that the lines of the others stay.
    for (const { start, length, text } of results.reverse())
      lines.splice(start, length, ...text.replace(/\n$/, '').split('\n'));
    writeFileSync(join(packageRoot(), document), lines.join('\n'));
  });
});
