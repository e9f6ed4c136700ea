import { Command, InvalidArgumentError } from 'commander';
import type { NetworkOptions } from '../network/network-options.ts';
import type { Finish } from './finish.ts';
import {
  bandwidthOption,
  configOption,
  encodingOption,
  engineOption,
  option,
  orderOption,
} from './hardware-options.ts';
import { parseName, parseWhole } from './option-values.ts';
import { networkTensorOptions } from './network-tensor-options.ts';
import type { Implementation } from './options.ts';

const help = `
Networks that come with Saccade: mobilenet-v1-0.5-128, mobilenet-v1-1.0-224, alexnet, vgg16, googlenet.

A network file is a list of layers, each as in a layer file, and of what the host does between them:
  { "layers": [
    { "name": "conv1", "m": 8, "c": 3, "h": 16, "w": 16, "r": 3, "s": 3, "pad": [1, 1, 1, 1], "outputDensity": 0.6 },
    { "op": "max-pool", "name": "pool1", "size": [2, 2], "stride": [2, 2] },
    { "name": "conv2", "m": 8, "c": 8, "h": 8, "w": 8, "r": 1, "s": 1, "weightDensity": 0.4, "activation": "none" },
    { "op": "add", "name": "sum", "from": ["pool1", "conv2"], "relu": true },
    { "op": "flatten" },
    { "name": "fc", "m": 10, "c": 512, "h": 1, "w": 1, "r": 1, "s": 1, "activation": "none" } ] }
There are "average-pool" and "concat" (of channels) as well. An entry takes its inputs from the one before it, unless "from"
names another, or "input". A layer without "output" gets a multiplier, a shift and a bias with which its outputs use 8 bits and have
the density that is wanted.

Masks are text files: iacts as [y][x][channel], weights as [filter][channel] for 1x1 kernels and [channel][r][s] for depthwise ones,
the last one varying fastest. A layer with masks takes its iacts from its mask and the seed, not from the layer before; its outputs go on
to the next. Layers without masks are as ever.

Examples:
  saccade network mobilenet-v1-0.5-128 --sparse --report mobilenet.json
  saccade network alexnet --jobs 2 --resume alexnet-run   go on with the same command after an interruption
  saccade network alexnet --resume alexnet-run --page out/alexnet   kept reports are not simulated again
  saccade network alexnet --layers CONV3,FC8
  saccade network mobilenet-v1-0.5-128 --sparse --masks sparse-mobilenet
  saccade network net.json --config v2-2x2 --engine builtin
  saccade network net.json --iacts image.npy --weights trained --bias biases --oacts out.npy
  saccade network alexnet --layers FC8 --trace fc8.fst
`;

/** `saccade network`: a whole network on the hardware, every output of every layer compared with the golden model. */
export function networkCommand(implementation: Implementation<NetworkOptions>, finish: Finish): Command {
  const command = new Command('network')
    .description(
      "run a network layer by layer, each layer's outputs being the next one's inputs, and compare every output",
    )
    .argument('<network>', 'network file (.json), or the name of a network that comes with Saccade', parseName)
    .addOption(configOption())
    .addOption(engineOption())
    .addOption(encodingOption('the faster one for each layer'))
    .addOption(orderOption())
    .addOption(bandwidthOption())
    .addOption(option('--energy <file>', 'energies per access, .json: see saccade run --help', parseName))
    .addOption(option('--layers <names>', 'run these layers only, such as CONV1,FC8 (default: all)', parseNames))
    .addOption(
      option(
        '--jobs <n>',
        'processes that run layers at the same time, each layer after a reset (the few cycles that arbiters remember differ)',
        parseJobs,
      ).default(1),
    )
    .addOption(
      option(
        '--resume <dir>',
        'keep the reports of finished layers in this folder; if it has some of the same run, go on after them',
        parseName,
      ),
    )
    .optionsGroup('Tensors in (what is not given is as the network file says, or synthetic):')
    .option('--sparse', 'synthetic weights as in the pruned network: "prunedWeightDensity" of its layers')
    .addOption(option('--seed <n>', 'seed of the synthetic tensors', parseWhole).default(1));
  for (const each of networkTensorOptions()) command.addOption(each);
  return command
    .optionsGroup('Files out:')
    .addOption(
      option('--oacts <file>', 'write the outputs of the last entry, as the golden model has them, .npy', parseName),
    )
    .addOption(
      option(
        '--psums <file>',
        'write the raw psums of the last layer, .npy int32; they are compared as well, in a second run of it',
        parseName,
      ),
    )
    .addOption(option('--report <file>', 'write the report of all layers, .json', parseName))
    .addOption(
      option(
        '--trace <file>',
        'write a waveform of the only layer of --layers: .fst, or .vcd with --engine builtin',
        parseName,
      ),
    )
    .addOption(
      option(
        '--page <dir>',
        'write a page about all layers into this folder: index.md, and a picture of where their cycles went',
        parseName,
      ),
    )
    .optionsGroup('Output:')
    .option('--json', 'print the report as JSON instead of the table')
    .option('--quiet', 'print nothing unless something is wrong')
    .addHelpText('after', help)
    .action(async (network: string, options: ParsedNetworkOptions) => {
      const { config, bandwidth, energy, layers, resume, oacts, psums, report, page, trace, ...rest } = options;
      const { iacts, weights, bias, iactDensity, weightDensity, masks, ...others } = rest;
      const { sparse = false, json = false, quiet = false, ...settings } = others;
      const tensors = { iacts, weights, bias, iactDensity, weightDensity, masks, sparse };
      const given = { config, bandwidth, energy, layers, resume, oacts, psums, report, page, trace };
      finish(await implementation({ network, ...given, ...tensors, json, quiet, ...settings }));
    });
}

/** As commander delivers them: an option that was not given and has no default is absent. */
type ParsedNetworkOptions = Partial<NetworkOptions> &
  Pick<NetworkOptions, 'engine' | 'encoding' | 'order' | 'seed' | 'jobs'>;

function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Expected names with commas between them, such as CONV1,FC8.');
  return names;
}

function parseJobs(text: string): number {
  const jobs = parseWhole(text);
  if (jobs < 1 || jobs > 1024) throw new InvalidArgumentError('Expected a whole number from 1 to 1024.');
  return jobs;
}
