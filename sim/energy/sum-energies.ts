/** Energies of the layers of a network, added up. */
import type { EnergyByComponent, EnergyReport } from './energy.ts';
import type { EnergyTable } from './energy-table.ts';

/** What a memory holds or a link carries. */
export const dataTypes = ['iact', 'weight', 'psum', 'output', 'command'] as const;
export type DataType = (typeof dataTypes)[number];

/** Energy of all components but the MACs, by what they hold or carry. */
export type EnergyByData = Readonly<Record<DataType, number>>;

/** The energy of a network, in the table's unit. */
export interface NetworkEnergy extends EnergyByComponent {
  readonly table: EnergyTable;
  /** With the MACs, these make up `total`. */
  readonly data: EnergyByData;
  /** All but off-chip memory: what the power of a chip is about. */
  readonly onChip: number;
  /** Of a MAC with both operands non-zero, everything included; 0 where there is none. */
  readonly perEffectualMac: number;
  /** Every layer uncompressed, nothing gated or skipped, on this chip; null where one does not fit like that. */
  readonly dense: (EnergyByComponent & { readonly onChip: number }) | null;
  /** Energy of `dense` by that of the run. */
  readonly gain: number | null;
}

/** @param energies of the layers, at least one, all by the same table */
export function sumEnergies(energies: readonly EnergyReport[], effectualMacs: number): NetworkEnergy {
  const sum = add(energies);
  const references = energies.flatMap(({ dense }) => (dense === null ? [] : [dense]));
  const dense = references.length === energies.length ? add(references) : null;
  return {
    table: energies[0]!.table,
    ...sum,
    data: energyByData(sum),
    onChip: sum.total - sum.components.offChip,
    perEffectualMac: effectualMacs === 0 ? 0 : sum.total / effectualMacs,
    dense: dense === null ? null : { ...dense, onChip: dense.total - dense.components.offChip },
    gain: dense === null || sum.total === 0 ? null : dense.total / sum.total,
  };
}

/** Parts are named for what they are about: `iactReads`, `weight`. */
export function dataTypeOf(part: string): DataType {
  return dataTypes.find((type) => part.startsWith(type))!;
}

function energyByData({ parts }: EnergyByComponent): EnergyByData {
  const all = Object.values(parts).flatMap((level) => Object.entries<number>(level));
  const of = (type: DataType): number =>
    all.reduce((total, [part, energy]) => total + (dataTypeOf(part) === type ? energy : 0), 0);
  return Object.fromEntries(dataTypes.map((type) => [type, of(type)])) as Record<DataType, number>;
}

function add(energies: readonly EnergyByComponent[]): EnergyByComponent {
  const { components, parts } = energies[0]!;
  const sum = (of: (energy: EnergyByComponent) => number): number =>
    energies.reduce((total, energy) => total + of(energy), 0);
  const sums = <K extends string>(
    keys: Readonly<Record<K, number>>,
    of: (energy: EnergyByComponent) => Readonly<Record<K, number>>,
  ): Record<K, number> =>
    Object.fromEntries((Object.keys(keys) as K[]).map((key) => [key, sum((each) => of(each)[key])])) as Record<
      K,
      number
    >;
  return {
    total: sum(({ total }) => total),
    components: sums(components, (energy) => energy.components),
    parts: {
      spad: sums(parts.spad, (energy) => energy.parts.spad),
      noc: sums(parts.noc, (energy) => energy.parts.noc),
      glb: sums(parts.glb, (energy) => energy.parts.glb),
      offChip: sums(parts.offChip, (energy) => energy.parts.offChip),
    },
  };
}
