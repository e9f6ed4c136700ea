import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { diagnosticTitles } from '../../gen/diagnostics/diagnostic.ts';
import { packageRoot } from '../../gen/source/package-root.ts';

/** `saccade explain W001`: the page of an error of the HDL, or of several. */
export function explainCommand(): Command {
  const codes = new Argument('<code...>', 'codes as they stand in the message, such as W001')
    .argParser((code: string, earlier: string[] | undefined) => [...(earlier ?? []), code.toUpperCase()])
    .argRequired();
  return new Command('explain')
    .description('explain errors of the HDL: what each means, an example, and how to repair it')
    .addArgument(codes)
    .action((asked: readonly string[], _options: unknown, command: Command) => {
      const unknown = asked.find((code) => !Object.hasOwn(diagnosticTitles, code));
      if (unknown !== undefined)
        command.error(`error: no error has the code ${unknown}; there are ${Object.keys(diagnosticTitles).join(', ')}`);
      console.log(asked.map(pageOf).join('\n'));
    });
}

function pageOf(code: string): string {
  return readFileSync(join(packageRoot(), 'gen/docs/errors', `${code}.md`), 'utf8');
}
