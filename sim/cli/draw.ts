import { Command } from 'commander';
import type { Finish } from './finish.ts';
import { parseName } from './option-values.ts';
import type { Implementation } from './options.ts';

/** What `saccade draw` was asked to do. */
export interface DrawOptions {
  /** A layer file, or the name of a layer that comes with Saccade. */
  readonly layer: string;
  /** Name of a preset or path of a config file; undefined: the default hardware. */
  readonly config: string | undefined;
  /** Folder for the drawings. */
  readonly out: string;
}

const examples = `
Examples:
  saccade draw lenet5-fc1 --out drawings
  saccade draw layer.json --config v2-2x2 --out drawings
`;

/** `saccade draw`: a layer as it lies on the chip, as SVG and Markdown. */
export function drawCommand(implementation: Implementation<DrawOptions>, finish: Finish): Command {
  return new Command('draw')
    .description('draw a layer as it is mapped on the chip, the PE, the formats; list its command field by field')
    .argument('<layer>', 'layer file (.json), or the name of a layer that comes with Saccade', parseName)
    .requiredOption('--out <dir>', 'folder for the drawings', parseName)
    .option('--config <name|file>', 'hardware: name of a preset, or a config file', parseName)
    .addHelpText('after', examples)
    .action(async (layer: string, { config, out }: Partial<DrawOptions> & Pick<DrawOptions, 'out'>) => {
      finish(await implementation({ layer, config, out }));
    });
}
