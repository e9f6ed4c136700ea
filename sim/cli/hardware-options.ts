/** Options that say on what a layer runs, and how: the same in each command that runs one. */
import { Option } from 'commander';
import { parseBandwidth, parseEngine, parseName, parseSimulator } from './option-values.ts';
import { encodingChoices, orderChoices } from './options.ts';

/** An option whose value `parse` takes. */
export function option(flags: string, description: string, parse: (text: string) => unknown): Option {
  return new Option(flags, description).argParser(parse);
}

export function configOption(): Option {
  return option(
    '--config <name|file>',
    'hardware: name of a preset (default: v2, the chip), or a config file',
    parseName,
  );
}

const simulators = 'what runs the hardware: verilator, or builtin, which needs nothing installed and is slower';

export function engineOption(): Option {
  return option(
    '--engine <name>',
    `${simulators}; or estimate, the performance model: cycles and traffic at once, of any chip, and no data`,
    parseEngine,
  ).default('verilator');
}

/** Of commands that need the hardware itself. */
export function simulatorOption(): Option {
  return option('--engine <name>', simulators, parseSimulator).default('verilator');
}

/** @param faster what `auto` takes */
export function encodingOption(faster = 'the faster one'): Option {
  return new Option('--encoding <name>', `csc skips zeros, dense keeps them, auto takes ${faster}`)
    .choices(encodingChoices)
    .default('auto');
}

export function orderOption(): Option {
  return new Option(
    '--order <name>',
    'how channels and filters are cut into tiles: balanced, so that these have about the same to do, or given, as they come',
  )
    .choices(orderChoices)
    .default('balanced');
}

export function bandwidthOption(): Option {
  return option(
    '--bandwidth <rate>',
    'of off-chip memory: bytes a cycle, or such as 25600MB/s (default: unlimited)',
    parseBandwidth,
  );
}
