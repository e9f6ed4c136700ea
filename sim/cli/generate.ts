import { Command } from 'commander';
import type { Finish } from './finish.ts';
import { parseName } from './option-values.ts';
import type { GenerateOptions, Implementation } from './options.ts';

const examples = `
Examples:
  saccade generate                           the default hardware, into out/rtl
  saccade generate --print-config > my.json  a config file to start from
  saccade generate --config my.json --out rtl --locations
`;

/** `saccade generate`: the hardware as Verilog, one file a module, with filelist.f and manifest.json. */
export function generateCommand(implementation: Implementation<GenerateOptions>, finish: Finish): Command {
  return new Command('generate')
    .description('write the hardware as Verilog: one file a module, filelist.f, manifest.json')
    .option('--config <name|file>', 'name of a preset, or a config file', parseName)
    .option('--out <dir>', 'folder for the files', parseName, 'out/rtl')
    .option('--print-config', 'print the config as JSON and generate nothing')
    .option('--locations', 'name the source line of each Verilog line in a comment')
    .addHelpText('after', examples)
    .action(async (options: Partial<GenerateOptions> & Pick<GenerateOptions, 'out'>) => {
      const { config, out, printConfig = false, locations = false } = options;
      finish(await implementation({ config, out, printConfig, locations }));
    });
}
