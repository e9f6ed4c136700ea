/** Config files: the hardware that a user describes, in JSON. */
import { z } from 'zod';
import { type ChipParameters, checkChipParameters, eyerissV2Chip } from '../../hw/parameters.ts';
import { checkPeParameters, eyerissV2Pe, type PeParameters } from '../../hw/pe/parameters.ts';
import { InputError } from '../errors.ts';
import { chipLike } from './chip-like.ts';
import type { Config } from './config.ts';

const size = z.number().int().positive();

const pe = z.strictObject({
  iactAddressDepth: size.default(eyerissV2Pe.iactAddressDepth),
  iactDataDepth: size.default(eyerissV2Pe.iactDataDepth),
  weightAddressDepth: size.default(eyerissV2Pe.weightAddressDepth),
  weightDataDepth: size.default(eyerissV2Pe.weightDataDepth),
  psumDepth: size.default(eyerissV2Pe.psumDepth),
  psumBanks: size.default(eyerissV2Pe.psumBanks),
  dataBits: size.default(eyerissV2Pe.dataBits),
  countBits: size.default(eyerissV2Pe.countBits),
  psumBits: size.default(eyerissV2Pe.psumBits),
  loopBits: size.default(eyerissV2Pe.loopBits),
  macs: z.literal([1, 2], 'expected 1 or 2: the multipliers of a PE').default(eyerissV2Pe.macs),
  sparse: z
    .boolean('expected true or false: whether the PE reads compressed iacts and weights')
    .default(eyerissV2Pe.sparse),
} satisfies Record<keyof PeParameters, z.ZodType>);

// How many lanes there are by default follows from the rest.
const chip = z.strictObject({
  pe: pe.default(eyerissV2Pe),
  clusterRows: size.default(eyerissV2Chip.clusterRows),
  clusterColumns: size.default(eyerissV2Chip.clusterColumns),
  peRows: size.default(eyerissV2Chip.peRows),
  peColumns: size.default(eyerissV2Chip.peColumns),
  iactBanks: size.default(eyerissV2Chip.iactBanks),
  iactBankWords: size.default(eyerissV2Chip.iactBankWords),
  psumBankWords: size.default(eyerissV2Chip.psumBankWords),
  iactQueueDepth: size.default(eyerissV2Chip.iactQueueDepth),
  outputChannels: size.default(eyerissV2Chip.outputChannels),
  iactLanes: size.optional(),
  weightLanes: size.optional(),
  outputLanes: size.optional(),
  counterBits: size.default(eyerissV2Chip.counterBits),
} satisfies Record<keyof ChipParameters, z.ZodType>);

const named = { name: z.string().min(1), clockMHz: z.number().positive().default(200) };
const peFile = z.strictObject({ ...named, pe });
const chipFile = z.strictObject({ ...named, chip });

const startFrom = '"saccade generate --print-config" prints one to start from';

/**
 * The hardware that a config file describes. What the file leaves out is as in the paper; of lanes to the outside, as many as
 * there are routers and output units.
 *
 * @param source names the file in messages
 * @throws InputError when it describes none, or none that can be built
 */
export function parseConfig(json: unknown, source: string): Config {
  if (!describes(json, 'chip')) {
    if (!describes(json, 'pe')) {
      throw new InputError(
        `${source}: not a config file: it has neither "chip", which describes a chip of clusters, nor "pe", which describes a single PE\n${startFrom}`,
      );
    }
    const config = parse(peFile, json, source);
    refuse(
      checkPeParameters(config.pe).map((problem) => `pe.${problem}`),
      source,
    );
    return config;
  }
  const { chip: given, ...rest } = parse(chipFile, json, source);
  const { iactLanes, weightLanes, outputLanes, ...others } = given;
  const lanes = Object.entries({ iactLanes, weightLanes, outputLanes }).filter(([, count]) => count !== undefined);
  const config = { ...rest, chip: chipLike({ ...others, ...Object.fromEntries(lanes) }) };
  refuse(
    checkChipParameters(config.chip).map((problem) => `chip.${problem}`),
    source,
  );
  return config;
}

function describes(json: unknown, key: string): boolean {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, key);
}

function parse<T>(schema: z.ZodType<T>, json: unknown, source: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new InputError(`${source}: not a config file:\n${z.prettifyError(parsed.error)}\n${startFrom}`);
}

function refuse(problems: readonly string[], source: string): void {
  if (problems.length === 0) return;
  throw new InputError(
    `${source}: this hardware can't be built:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
}
