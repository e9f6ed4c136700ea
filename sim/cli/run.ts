import { Command, Option } from 'commander';
import type { Finish } from './finish.ts';
import {
  bandwidthOption,
  configOption,
  encodingOption,
  engineOption,
  option,
  orderOption,
} from './hardware-options.ts';
import { parseName, parseShare, parseWhole } from './option-values.ts';
import type { Implementation, RunOptions } from './options.ts';
import { runDefaults } from './options.ts';

const examples = `
Examples:
  saccade run                                          the demo layer, synthetic tensors
  saccade run mobilenet-conv4-dw --weight-density 0.3  another layer that comes with Saccade
  saccade run layer.json --iacts i.npy --weights w.npy --psums p.npy
  saccade run mobilenet-conv4-pw --explain --bandwidth 25600MB/s
  saccade run layer.json --config v2-2x2 --check-psums --report report.json
  saccade run layer.json --config pe --seed 7 --trace run.fst
`;

/** `saccade run`: one layer on the hardware, every output compared with the golden model. */
export function runCommand(implementation: Implementation<RunOptions>, finish: Finish): Command {
  const command = new Command('run');
  return command
    .description('run a layer on the generated hardware and compare every output with the golden model')
    .argument(
      '[layer]',
      'layer file (.json), or the name of a layer that comes with Saccade',
      parseName,
      runDefaults.layer,
    )
    .addOption(configOption())
    .addOption(engineOption())
    .addOption(encodingOption())
    .addOption(orderOption())
    .addOption(bandwidthOption())
    .addOption(
      option(
        '--energy <file>',
        'energies per access, .json with any of mac, spad, noc, glb, offChip, bitsPerAccess, unit, name (default: 1, 1, 2, 6, 200 for 8 bits)',
        parseName,
      ),
    )
    .optionsGroup('Tensors in (.npy; what is not given is synthetic, the bias zero):')
    .addOption(option('--iacts <file>', 'input activations, uint8 or int8 [n, g*c, h, w]', parseName))
    .addOption(option('--weights <file>', 'weights, int8 [g*m, c, r, s]', parseName))
    .addOption(option('--bias <file>', 'bias, int32 [g*m]', parseName))
    .addOption(option('--seed <n>', 'seed of the synthetic tensors', parseWhole).default(runDefaults.seed))
    .addOption(
      option('--iact-density <d>', 'share of non-zeros in synthetic iacts, 0 to 1', parseShare)
        .default(runDefaults.iactDensity)
        .conflicts('iacts'),
    )
    .addOption(
      option('--weight-density <d>', 'share of non-zeros in synthetic weights, 0 to 1', parseShare)
        .default(runDefaults.weightDensity)
        .conflicts('weights'),
    )
    .optionsGroup('Files out:')
    .addOption(
      option('--psums <file>', 'write the raw psums, .npy int32 [n, g*m, e, f]; they are compared as well', parseName),
    )
    .addOption(option('--oacts <file>', 'write the quantised outputs, .npy uint8 or int8', parseName))
    .addOption(option('--report <file>', 'write the report, .json', parseName))
    .addOption(
      option(
        '--trace <file>',
        'write a waveform: .fst, or .vcd with --engine builtin (slow; .fst needs zlib headers)',
        parseName,
      ),
    )
    .optionsGroup('Output:')
    .addOption(new Option('--explain', 'print how the mapping was chosen, too').conflicts('quiet'))
    .option('--check-psums', 'compare the raw psums too, in a second run that lets them leave the chip')
    .option('--json', 'print the report as JSON instead of the summary')
    .option('--quiet', 'print nothing unless something is wrong')
    .addHelpText('after', examples)
    .action(async (layer: string, options: ParsedRunOptions) => {
      const {
        config,
        bandwidth,
        energy,
        iacts,
        weights,
        bias,
        psums,
        oacts,
        report,
        trace,
        checkPsums = false,
        explain = false,
        json = false,
        quiet = false,
        ...rest
      } = options;
      const files = { iacts, weights, bias, psums, oacts, report, trace };
      const flags = { checkPsums, explain, json, quiet };
      finish(await implementation({ layer, config, bandwidth, energy, ...files, ...flags, ...rest }));
    });
}

/** As commander delivers them: an option that was not given and has no default is absent. */
type ParsedRunOptions = Partial<RunOptions> &
  Pick<RunOptions, 'engine' | 'encoding' | 'order' | 'seed' | 'iactDensity' | 'weightDensity'>;
