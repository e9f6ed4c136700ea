/** What an access costs at each level of the storage hierarchy. */
import { z } from 'zod';
import { InputError } from '../errors.ts';
import { readUserJson } from '../user-file.ts';

/**
 * Energies, all in one unit: by default that of a MAC. An access is `bitsPerAccess` bits; wider words are as many accesses as they
 * have such parts, fractions included, so that counts, headers and psums of 20 bits are charged by what they carry.
 */
export interface EnergyTable {
  readonly name: string;
  /** What 1 stands for, as reports say it. */
  readonly unit: string;
  readonly bitsPerAccess: number;
  /** A multiplication and addition that is not gated. */
  readonly mac: number;
  /** A PE's own memories. */
  readonly spad: number;
  /** From router to router, router to PE, PE to PE. */
  readonly noc: number;
  /** Banks of the global buffer. */
  readonly glb: number;
  /** Memory outside the chip. */
  readonly offChip: number;
}

/**
 * Energies relative to a MAC: Chen et al., _Eyeriss_, ISCA 2016, Table IV. There an access is one operand, as wide as those of the
 * MAC; here that is 8 bits.
 */
export const eyerissEnergies: EnergyTable = {
  name: 'eyeriss',
  unit: 'MACs',
  bitsPerAccess: 8,
  mac: 1,
  spad: 1,
  noc: 2,
  glb: 6,
  offChip: 200,
};

const energy = z.number().nonnegative();

// What a file leaves out is as in the default table.
const schema = z.strictObject({
  name: z.string().min(1).optional(),
  unit: z.string().min(1).default(eyerissEnergies.unit),
  bitsPerAccess: z.number().positive().default(eyerissEnergies.bitsPerAccess),
  mac: energy.default(eyerissEnergies.mac),
  spad: energy.default(eyerissEnergies.spad),
  noc: energy.default(eyerissEnergies.noc),
  glb: energy.default(eyerissEnergies.glb),
  offChip: energy.default(eyerissEnergies.offChip),
} satisfies Record<keyof EnergyTable, z.ZodType>);

/** @throws InputError when the file cannot be read, or is no table of energies: every fault is named */
export function readEnergyTable(path: string): EnergyTable {
  const parsed = schema.safeParse(readUserJson(path, 'energy table'));
  if (!parsed.success) {
    throw new InputError(
      `${path}: not an energy table:\n${z.prettifyError(parsed.error)}\n` +
        `expected for instance ${JSON.stringify(eyerissEnergies)}`,
    );
  }
  const { name = path, ...rest } = parsed.data;
  return { name, ...rest };
}
