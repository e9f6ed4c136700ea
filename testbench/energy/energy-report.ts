import { clusterCounters, type ClusterCounterName } from '../../hw/control/counters.ts';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { accessesOfRun } from '../../sim/energy/accesses.ts';
import { type EnergyReport, energyOf } from '../../sim/energy/energy.ts';
import { eyerissEnergies } from '../../sim/energy/energy-table.ts';

/** The energy of a layer with these counts, and no others. */
export function energyReport(
  counts: Partial<Record<ClusterCounterName, number>>,
  denseTotal: number | null,
): EnergyReport {
  const none = Object.fromEntries(clusterCounters.map(({ name }) => [name, 0])) as Record<ClusterCounterName, number>;
  const accesses = accessesOfRun({ ...none, ...counts }, { columns: 'positions' }, eyerissV2Chip, 2);
  const energy = energyOf(accesses, eyerissEnergies);
  const components = { ...energy.components, offChip: 0.4 * (denseTotal ?? 0) };
  const dense = denseTotal === null ? null : { ...energy, components, total: denseTotal, mapping: 'dense' };
  return { table: eyerissEnergies, ...energy, perEffectualMac: 0, dense, gain: null };
}
