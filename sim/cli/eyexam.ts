import { Command, Option } from 'commander';
import type { Finish } from './finish.ts';
import {
  bandwidthOption,
  configOption,
  encodingOption,
  option,
  orderOption,
  simulatorOption,
} from './hardware-options.ts';
import { parseName, parseWhole } from './option-values.ts';
import type { NetworkTensors } from '../network/network-tensors.ts';
import { networkTensorOptions } from './network-tensor-options.ts';
import { type Engine, type Implementation, runDefaults, type RunOptions } from './options.ts';

/** What `saccade eyexam` was asked to do. Files are paths as the user typed them. */
export interface EyexamOptions
  extends Pick<RunOptions, 'config' | 'encoding' | 'order' | 'bandwidth' | 'json'>, NetworkTensors {
  readonly engine: Engine;
  /** Layer files, or names of layers that come with Saccade; or one network. */
  readonly layers: readonly string[];
  /** Reports of runs of these layers, in any order; or of the network. */
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
  3 PEs          a word of two weights a cycle in each; with pe.macs = 1, one weight
  4 array shape  dimensions that don't divide by the rows and columns they are spread over
  5 storage      tiles that fit the memories, and how evenly they spread the non-zeros
  6 bandwidth    words over the busiest link, the command included
  7 measured     what the RTL took: with --report or --measure; otherwise what the mapper expects

Of a network, each layer's and the whole one's: layers run one after the other, so that the cycles of each step add up. Its report is
that of saccade network, and says what tensors it had; without one, they are made as there.

Examples:
  saccade eyexam mobilenet-conv4-pw --out pictures
  saccade run layer.json --report r.json && saccade eyexam layer.json --report r.json
  saccade eyexam lenet5-conv1 lenet5-conv2 lenet5-fc1 --config lenet-36 --measure --engine builtin
  saccade eyexam alexnet --sparse --out pictures
  saccade network alexnet --report n.json && saccade eyexam alexnet --report n.json
  saccade eyexam layer.json --json | jq '.layers[0].steps[].macsPerCycle'
`;

type Parsed = Partial<Omit<EyexamOptions, 'layers'>> & { readonly report?: readonly string[] } & Pick<
    EyexamOptions,
    'engine' | 'encoding' | 'order' | 'seed'
  >;

/** `saccade eyexam`: where the speed of a chip goes on a layer, in seven steps. */
export function eyexamCommand(implementation: Implementation<EyexamOptions>, finish: Finish): Command {
  const command = new Command('eyexam')
    .description(
      'show step by step what keeps layers, or a network, from the speed of the chip: bounds, waterfall, roofline',
    )
    .argument(
      '<layer...>',
      'layer files (.json), or names of layers that come with Saccade; or one network, file or name',
      (name: string, before: readonly string[] | undefined) => [...(before ?? []), parseName(name)],
    )
    .addOption(configOption())
    .addOption(
      new Option(
        '--report <file>',
        'report of a run of one of the layers: its tensors and mapping; can be repeated; or of the network',
      ).argParser((file: string, before: readonly string[] | undefined) => [...(before ?? []), parseName(file)]),
    )
    .option('--measure', 'run the layers that no report is given of')
    .addOption(simulatorOption())
    .addOption(encodingOption())
    .addOption(orderOption())
    .addOption(bandwidthOption())
    .optionsGroup(
      'Tensors where there is no report; all but seed and densities for networks only, as in saccade network:',
    )
    .addOption(option('--seed <n>', 'seed of synthetic tensors', parseWhole).default(runDefaults.seed))
    .option('--sparse', 'weights as in the pruned network');
  for (const each of networkTensorOptions(runDefaults)) command.addOption(each);
  return command
    .optionsGroup('Output:')
    .addOption(
      option(
        '--out <dir>',
        'folder for eyexam.json, waterfall.svg (of a network: waterfall-layers.svg, too) and roofline.svg',
        parseName,
      ),
    )
    .option('--json', 'print JSON instead of tables')
    .addHelpText('after', help)
    .action(async (layers: readonly string[], parsed: Parsed) => {
      const { config, report = [], measure = false, bandwidth, out, json = false, ...rest } = parsed;
      const { iacts, weights, bias, iactDensity, weightDensity, masks, sparse = false, ...others } = rest;
      const tensors = { iacts, weights, bias, iactDensity, weightDensity, masks, sparse };
      const given = { layers, config, reports: report, measure, bandwidth, out, json };
      finish(await implementation({ ...given, ...tensors, ...others }));
    });
}
