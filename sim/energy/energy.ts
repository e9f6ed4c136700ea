/** Accesses times what they cost: energy by component. */
import type { ChipParameters } from '../../hw/parameters.ts';
import type { Layer } from '../layer/layer.ts';
import { InputError } from '../errors.ts';
import { mappingLine } from '../mapper/explain.ts';
import { type ChosenMapping, chooseMapping } from '../mapper/search.ts';
import type { Accesses } from './accesses.ts';
import { denseAccesses } from './dense-accesses.ts';
import type { EnergyTable } from './energy-table.ts';

/** Energy by where it is spent, in the table's unit. */
export interface EnergyByComponent {
  readonly total: number;
  readonly components: {
    readonly mac: number;
    readonly spad: number;
    readonly noc: number;
    readonly glb: number;
    readonly offChip: number;
  };
  /** The components but for `mac`, by what they hold or carry. */
  readonly parts: { readonly [Level in keyof Levels]: Readonly<Record<keyof Accesses[Level], number>> };
}

type Levels = Omit<Accesses, 'macs'>;

/** The energy of a run, beside that of the same layer with nothing skipped. */
export interface EnergyReport extends EnergyByComponent {
  readonly table: EnergyTable;
  /** Of a MAC with both operands non-zero, everything included; 0 where the layer has none. */
  readonly perEffectualMac: number;
  /** The layer uncompressed, as the mapper would map it then; null where no such mapping fits the chip. */
  readonly dense: (EnergyByComponent & { readonly mapping: string }) | null;
  /** Energy of `dense` by that of the run. */
  readonly gain: number | null;
}

export function energyOf(accesses: Accesses, table: EnergyTable): EnergyByComponent {
  const level = <Name extends keyof Levels>(name: Name): Readonly<Record<keyof Accesses[Name], number>> => {
    const each = table[name] / table.bitsPerAccess;
    const parts = Object.entries<number>({ ...accesses[name] }).map(([what, bits]) => [what, bits * each]);
    return Object.fromEntries(parts) as Record<keyof Accesses[Name], number>;
  };
  const parts = { spad: level('spad'), noc: level('noc'), glb: level('glb'), offChip: level('offChip') };
  const components = {
    mac: accesses.macs * table.mac,
    spad: sum(parts.spad),
    noc: sum(parts.noc),
    glb: sum(parts.glb),
    offChip: sum(parts.offChip),
  };
  return { total: sum(components), components, parts };
}

/**
 * @param accesses of the run
 * @param dense the layer's uncompressed mapping, as `denseMapping` finds it
 */
export function energyReport(
  accesses: Accesses,
  dense: Pick<ChosenMapping, 'mapping' | 'loops' | 'cost'> | undefined,
  table: EnergyTable,
  { effectualMacs, commandBytes }: { readonly effectualMacs: number; readonly commandBytes: number },
): EnergyReport {
  const energy = energyOf(accesses, table);
  const reference =
    dense === undefined
      ? null
      : { mapping: mappingLine(dense.mapping), ...energyOf(denseAccesses(dense, commandBytes), table) };
  return {
    table,
    ...energy,
    perEffectualMac: effectualMacs === 0 ? 0 : energy.total / effectualMacs,
    dense: reference,
    gain: reference === null || energy.total === 0 ? null : reference.total / energy.total,
  };
}

/**
 * How the mapper lays out a layer that is not compressed, all iacts being taken for non-zeros; undefined where that does not fit.
 *
 * @param weights [g·m, c, r, s]
 * @param bandwidth bytes a cycle
 */
export function denseMapping(
  layer: Layer,
  weights: Int8Array,
  chip: ChipParameters,
  bandwidth: number | undefined,
): ChosenMapping | undefined {
  try {
    return chooseMapping(layer, weights, 1, chip, { encoding: 'dense', bandwidth });
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function sum(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((total, part) => total + part, 0);
}
