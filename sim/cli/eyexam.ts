import { Command, Option } from 'commander';
import type { Finish } from './finish.ts';
import { bandwidthOption, configOption, encodingOption, engineOption, option } from './hardware-options.ts';
import { parseName, parseShare, parseWhole } from './option-values.ts';
import { type Implementation, runDefaults, type RunOptions } from './options.ts';

/** What `saccade eyexam` was asked to do. Files are paths as the user typed them. */
export interface EyexamOptions extends Pick<
  RunOptions,
  'config' | 'engine' | 'encoding' | 'bandwidth' | 'seed' | 'iactDensity' | 'weightDensity' | 'json'
> {
  /** Layer files, or names of layers that come with Saccade. */
  readonly layers: readonly string[];
  /** Reports of runs of these layers, in any order. */
  readonly reports: readonly string[];
  /** Run the layers that have no report. */
  readonly measure: boolean;
  /** Folder for the pictures and the JSON; undefined: none are written. */
  readonly out: string | undefined;
}

const help = `
Steps, each bound at most the one before, in MACs a cycle with both operands non-zero:
  1 layer        all MACs at once
  2 dataflow     what the parallel-fors of the loop nest allow
  3 PEs          a word of two weights a cycle in each
  4 array shape  dimensions that don't divide by the rows and columns they are spread over
  5 storage      tiles that fit the memories, and how evenly they spread the non-zeros
  6 bandwidth    words over the busiest link, the command included
  7 measured     what the RTL took: with --report or --measure; otherwise what the mapper expects

Examples:
  saccade eyexam mobilenet-conv4-pw --out pictures
  saccade run layer.json --report r.json && saccade eyexam layer.json --report r.json
  saccade eyexam lenet5-conv1 lenet5-conv2 lenet5-fc1 --config lenet-36 --measure --engine builtin
  saccade eyexam layer.json --json | jq '.layers[0].steps[].macsPerCycle'
`;

type Parsed = Partial<Omit<EyexamOptions, 'layers'>> & { readonly report?: readonly string[] } & Pick<
    EyexamOptions,
    'engine' | 'encoding' | 'seed' | 'iactDensity' | 'weightDensity'
  >;

/** `saccade eyexam`: where the speed of a chip goes on a layer, in seven steps. */
export function eyexamCommand(implementation: Implementation<EyexamOptions>, finish: Finish): Command {
  return new Command('eyexam')
    .description('show step by step what keeps layers from the speed of the chip: bounds, waterfall, roofline')
    .argument(
      '<layer...>',
      'layer files (.json), or names of layers that come with Saccade',
      (name: string, before: readonly string[] | undefined) => [...(before ?? []), parseName(name)],
    )
    .addOption(configOption())
    .addOption(
      new Option(
        '--report <file>',
        'report of a run of one of the layers: its tensors and mapping; can be repeated',
      ).argParser((file: string, before: readonly string[] | undefined) => [...(before ?? []), parseName(file)]),
    )
    .option('--measure', 'run the layers that no report is given of')
    .addOption(engineOption())
    .addOption(encodingOption())
    .addOption(bandwidthOption())
    .optionsGroup('Synthetic tensors of layers without a report:')
    .addOption(option('--seed <n>', 'their seed', parseWhole).default(runDefaults.seed))
    .addOption(
      option('--iact-density <d>', 'share of non-zero iacts, 0 to 1', parseShare).default(runDefaults.iactDensity),
    )
    .addOption(
      option('--weight-density <d>', 'share of non-zero weights, 0 to 1', parseShare).default(
        runDefaults.weightDensity,
      ),
    )
    .optionsGroup('Output:')
    .addOption(option('--out <dir>', 'folder for eyexam.json, waterfall.svg and roofline.svg', parseName))
    .option('--json', 'print JSON instead of tables')
    .addHelpText('after', help)
    .action(async (layers: readonly string[], parsed: Parsed) => {
      const { config, report = [], measure = false, bandwidth, out, json = false, ...rest } = parsed;
      finish(await implementation({ layers, config, reports: report, measure, bandwidth, out, json, ...rest }));
    });
}
