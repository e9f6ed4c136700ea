import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ElaborationError } from '../../gen/index.ts';

/** The error that a description ends with; fails where it is accepted. */
export function refusal(describe: () => unknown): ElaborationError {
  try {
    describe();
  } catch (error) {
    if (error instanceof ElaborationError) return error;
    throw error;
  }
  throw new Error('this description should be refused');
}

/**
 * The text of a refusal, with each place as what stands there: `file.ts:12:9` becomes `file.ts «add»`. So an expected text
 * says where an error points to, and stays right when lines are added above. The last line, which leads to the pages of the
 * codes, is left out.
 */
export function readable(describe: () => unknown): string {
  return refusal(describe)
    .message.replace(/\n\nread more: .*$/, '')
    .replace(
      /(\S+\.ts):(\d+):(\d+)/g,
      (_, file: string, line: string, column: string) =>
        `${basename(file)} «${wordAt(file, Number(line), Number(column))}»`,
    )
    .replace(/^ +\d+ \| /gm, '  | ')
    .replace(/^ +\| (?= *\^)/gm, '  | ');
}

function wordAt(file: string, line: number, column: number): string {
  const text = readFileSync(file, 'utf8').split('\n')[line - 1] ?? '';
  return /^\w*/.exec(text.slice(column - 1))![0];
}

/** `line:column` of some text in a file, where it occurs the first time. */
export function positionOf(file: string, text: string): { line: number; column: number } {
  const before = readFileSync(file, 'utf8').split(text, 1)[0]!.split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
