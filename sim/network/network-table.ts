import { formatTable } from '../cli/table.ts';
import { energyRows } from '../energy/energy-rows.ts';
import { ratio } from '../run/report.ts';
import { grouped } from '../run/summary-rows.ts';
import type { NetworkReport, NetworkTotals, SummedReport } from './network-report.ts';

/** What people see at the end: a line a layer, their sum, and how fast that is. */
export function formatNetworkTable(report: NetworkReport<SummedReport>): string {
  const { layers, totals, network, config, engine, clockMHz, sparse, seed } = report;
  const heading = ['layer', 'cycles', 'MACs', 'effectual', 'bound', 'ratio'];
  const rows = layers.map(({ layer, cycles, macs, effectualMacs, boundCycles }) =>
    cellsOf(layer, { cycles, macs, effectualMacs, boundCycles }),
  );
  const table = alignRight([heading, ...rows, cellsOf('total', totals)]);
  const weights = sparse ? 'pruned weights' : 'weights dense';
  const lines = [
    `${network}, ${weights}, seed ${seed}, on ${config}, ${clockMHz} MHz, ${engine === 'estimate' ? 'estimated' : `simulated by ${engine}`}`,
    '',
    formatTable(table),
    '',
    'bound: cycles that the words of weights need which non-zero iacts meet, spread evenly over all PEs; ratio: cycles by those',
  ];
  lines.push('', formatTable(alignRight(energyRows(totals.energy))), describeReference(totals), '');
  const masked = layers.filter(({ operands }) => 'mask' in operands.iacts).map(({ layer }) => layer);
  if (masked.length > 0) {
    lines.push(
      `masks say where iacts and weights of ${masked.join(', ')} are not zero; these iacts are not the outputs of the layer before`,
    );
  }
  const { inferencesPerSecond } = totals;
  if (inferencesPerSecond !== null) {
    lines.push(
      `${grouped(totals.cycles + totals.tailCycles)} cycles with ${grouped(totals.tailCycles)} between layers: ` +
        `${inferencesPerSecond.toFixed(1)} inferences per second at ${clockMHz} MHz`,
    );
  }
  return lines.join('\n');
}

function describeReference({ energy }: NetworkTotals): string {
  const { onChip, table, dense, gain } = energy;
  const reference =
    dense === null || gain === null
      ? ''
      : `; uncompressed, nothing gated or skipped: ${gain.toFixed(2)} times as much, ${ratio(dense.onChip, onChip).toFixed(2)} without off-chip memory`;
  return `unit: ${table.unit}, by table ${table.name}${reference}`;
}

function cellsOf(
  name: string,
  {
    cycles,
    macs,
    effectualMacs,
    boundCycles,
  }: Pick<NetworkTotals, 'cycles' | 'macs' | 'effectualMacs' | 'boundCycles'>,
): string[] {
  const ratio = boundCycles === 0 ? '-' : (cycles / boundCycles).toFixed(2);
  return [name, grouped(cycles), grouped(macs), grouped(effectualMacs), grouped(boundCycles), ratio];
}

/** Numbers stand below each other by their last digit; names, in the first column, by their first letter. */
function alignRight(rows: readonly (readonly string[])[]): string[][] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell : cell.padStart(widths[column]!))));
}
