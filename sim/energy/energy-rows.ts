import { grouped, percent } from '../run/summary-rows.ts';
import { dataTypeOf, dataTypes, type NetworkEnergy } from './sum-energies.ts';

/** Energy as shares: a line for each component, a column for each type of data, and sums of both. */
export function energyRows({ table, total, components, parts, data }: NetworkEnergy): string[][] {
  const share = (energy: number): string => (energy === 0 ? '' : percent(energy / total));
  const names = { spad: 'SPads', noc: 'NoC', glb: 'GLB', offChip: 'off-chip' } as const;
  const levels = Object.entries(names).map(([key, name]) => {
    const level = key as keyof typeof names;
    const ofType = dataTypes.map((type) =>
      Object.entries<number>(parts[level]).reduce(
        (sum, [part, energy]) => sum + (dataTypeOf(part) === type ? energy : 0),
        0,
      ),
    );
    return [name, ...ofType.map(share), share(components[level])];
  });
  return [
    ['energy', 'iacts', 'weights', 'psums', 'outputs', 'commands', 'all'],
    ['MACs', ...dataTypes.map(() => ''), share(components.mac)],
    ...levels,
    ['all', ...dataTypes.map((type) => share(data[type])), `${grouped(Math.round(total))} ${table.unit}`],
  ];
}
