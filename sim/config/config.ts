import { z } from 'zod';
import { checkPeParameters, eyerissV2Pe, type PeParameters } from '../../hw/pe/parameters.ts';
import { InputError } from '../errors.ts';
import { closest } from '../../gen/diagnostics/closest.ts';
import { readUserJson } from '../user-file.ts';

/** A piece of hardware that can be generated and run. */
export interface Config {
  readonly name: string;
  /** For what is said in seconds; the hardware itself doesn't know it. */
  readonly clockMHz: number;
  readonly pe: PeParameters;
}

/** The hardware that comes with Saccade. `pe` is one PE of the paper. */
export const presets: Readonly<Record<string, Config>> = {
  pe: { name: 'pe', clockMHz: 200, pe: eyerissV2Pe },
};

export const defaultConfig = 'pe';

const size = z.number().int().positive();
const schema = z.strictObject({
  name: z.string().min(1),
  clockMHz: z.number().positive().default(200),
  pe: z.strictObject({
    iactAddressDepth: size.default(eyerissV2Pe.iactAddressDepth),
    iactDataDepth: size.default(eyerissV2Pe.iactDataDepth),
    weightAddressDepth: size.default(eyerissV2Pe.weightAddressDepth),
    weightDataDepth: size.default(eyerissV2Pe.weightDataDepth),
    psumDepth: size.default(eyerissV2Pe.psumDepth),
    dataBits: size.default(eyerissV2Pe.dataBits),
    countBits: size.default(eyerissV2Pe.countBits),
    psumBits: size.default(eyerissV2Pe.psumBits),
    loopBits: size.default(eyerissV2Pe.loopBits),
  } satisfies Record<keyof PeParameters, z.ZodType>),
});

/**
 * A preset by its name, or the hardware that a config file describes; what the file leaves out is as in the paper's PE.
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
export function checkRunnable({ name, pe }: Config): void {
  const problems: string[] = [];
  // Words of three values travel as 32-bit integers.
  if (pe.dataBits < 8 || 3 * pe.dataBits > 32) {
    problems.push(`pe.dataBits is ${pe.dataBits}; 8b tensors can be run with 8 to 10`);
  }
  if (pe.psumBits > 32) problems.push(`pe.psumBits is ${pe.psumBits}; psums are int32, so at most 32`);
  if (problems.length === 0) return;
  throw new InputError(
    `config ${name}: no layer can be run on this hardware, only its Verilog generated:\n  ${problems.join('\n  ')}`,
  );
}

function parseConfig(json: unknown, source: string): Config {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new InputError(
      `${source}: not a config file:\n${z.prettifyError(parsed.error)}\n"saccade generate --print-config" prints one to start from`,
    );
  }
  const problems = checkPeParameters(parsed.data.pe);
  if (problems.length > 0)
    throw new InputError(
      `${source}: this hardware can't be built:\n${problems.map((problem) => `  pe.${problem}`).join('\n')}`,
    );
  return parsed.data;
}
