/** The hardware that can be generated and run: one PE, or a whole chip. */
import { type ChipParameters, eyerissV2Chip } from '../../hw/parameters.ts';
import { eyerissV2Pe, type PeParameters } from '../../hw/pe/parameters.ts';
import { closest } from '../../gen/diagnostics/closest.ts';
import { InputError } from '../errors.ts';
import { readUserJson } from '../user-file.ts';
import { chipLike } from './chip-like.ts';
import { parseConfig } from './config-file.ts';

/** What every config says. */
interface NamedConfig {
  readonly name: string;
  /** For what is said in seconds; the hardware itself doesn't know it. */
  readonly clockMHz: number;
}

/** A single PE, to be looked at by itself. */
export interface PeConfig extends NamedConfig {
  readonly pe: PeParameters;
}

/** A chip of clusters of PEs. */
export interface ChipConfig extends NamedConfig {
  readonly chip: ChipParameters;
}

/** Told apart by what it describes: `pe` or `chip`. */
export type Config = PeConfig | ChipConfig;

export function isChip(config: Config): config is ChipConfig {
  return 'chip' in config;
}

/** What commands take without `--config`. */
export const defaultConfig = 'v2';

const clockMHz = 200;

/**
 * A square mesh of clusters of 4×4 PEs, each of one MAC and for uncompressed data, as in the paper's study of how the array scales
 * (J19 Fig 14).
 */
function scaled(clusters: number): ChipParameters {
  const pe: PeParameters = { ...eyerissV2Pe, macs: 1, sparse: false };
  return chipLike({ pe, clusterRows: clusters, clusterColumns: clusters, peRows: 4, peColumns: 4, iactBanks: 4 });
}

/** The hardware that comes with Saccade: the paper's chip, smaller and larger ones, and one of its PEs. */
export const presets: Readonly<Record<string, Config>> = {
  v2: { name: 'v2', clockMHz, chip: eyerissV2Chip },
  'v2-2x2': { name: 'v2-2x2', clockMHz, chip: chipLike({ clusterRows: 2, clusterColumns: 2 }) },
  'v2-1x1': { name: 'v2-1x1', clockMHz, chip: chipLike({ clusterRows: 1, clusterColumns: 1 }) },
  'lenet-36': {
    name: 'lenet-36',
    clockMHz,
    chip: chipLike({ clusterRows: 2, clusterColumns: 2, peRows: 3, peColumns: 3 }),
  },
  'scale-256': { name: 'scale-256', clockMHz, chip: scaled(4) },
  'scale-1024': { name: 'scale-1024', clockMHz, chip: scaled(8) },
  'scale-16384': { name: 'scale-16384', clockMHz, chip: scaled(32) },
  pe: { name: 'pe', clockMHz, pe: eyerissV2Pe },
};

/**
 * A preset by its name, or the hardware that a config file describes; what the file leaves out is as in the paper.
 *
 * @throws InputError when it is neither, or when the hardware can't be built
 */
export function findConfig(nameOrPath: string = defaultConfig): Config {
  // Not every name that an object answers to is a preset: "constructor" is none.
  const preset = Object.hasOwn(presets, nameOrPath) ? presets[nameOrPath] : undefined;
  if (preset !== undefined) return preset;
  if (!nameOrPath.endsWith('.json')) {
    const meant = closest(nameOrPath, Object.keys(presets));
    const hint =
      meant === undefined ? `the presets are ${Object.keys(presets).join(', ')}` : `did you mean "${meant}"?`;
    throw new InputError(`${nameOrPath}: there is no such preset (${hint}), and a config file ends in .json`);
  }
  return parseConfig(readUserJson(nameOrPath, 'config file'), nameOrPath);
}

/**
 * Makes sure that layers can be run on the hardware: their operands have 8 bits, and psums are compared as int32.
 *
 * @throws InputError naming each parameter in the way
 */
export function checkRunnable(config: Config): void {
  const [pe, path] = isChip(config) ? [config.chip.pe, 'chip.pe'] : [config.pe, 'pe'];
  const problems: string[] = [];
  // Words of three values travel as 32-bit integers.
  if (pe.dataBits < 8 || 3 * pe.dataBits > 32) {
    problems.push(`${path}.dataBits is ${pe.dataBits}; 8b tensors can be run with 8 to 10`);
  }
  if (pe.psumBits > 32) problems.push(`${path}.psumBits is ${pe.psumBits}; psums are int32, so at most 32`);
  if (problems.length === 0) return;
  throw new InputError(
    `config ${config.name}: no layer can be run on this hardware, only its Verilog generated:\n  ${problems.join('\n  ')}`,
  );
}
