import { formatTable } from '../cli/table.ts';
import type { ChipReport } from './chip-report.ts';
import { cycleCauses } from './cycle-causes.ts';
import { weightUnits } from './pe-checks.ts';
import { ratio } from './report.ts';
import {
  count,
  describeCycles,
  describeParts,
  grouped,
  hardwareRow,
  lastRows,
  layerRows,
  macRows,
  percent,
  type SummaryRow,
} from './summary-rows.ts';

/** A run on a chip for people: what was run, how, what it took, where the cycles went, what moved. */
export function formatChipSummary(report: ChipReport): string {
  const { clusters, mapping, mapperEstimate, glbBytes } = report;
  return formatTable([
    ...layerRows(report),
    hardwareRow(report, ` in ${clusters.rows}×${clusters.columns} clusters`),
    ['mapping', mapping.line],
    ['cycles', `${describeCycles(report)}, ${grouped(mapperEstimate.cycles)} expected`],
    ...macRows(report),
    ['bound', describeBound(report)],
    ['other cycles', describeOverhead(report)],
    ['off-chip', describeOffChip(report)],
    ['GLB', `${grouped(glbBytes.read)} bytes read, ${grouped(glbBytes.write)} written`],
    ['energy', describeEnergy(report)],
    ...fullCounterRows(report),
    ...lastRows(report),
  ]);
}

function describeBound(report: ChipReport): string {
  const { boundCycles, boundShare, macBoundCycles, activePes, totalPes, macsPerPe } = report;
  const macs = macsPerPe === 2 ? 'two MACs' : 'one MAC';
  const idle = activePes === totalPes ? '' : `; ${count(totalPes - activePes, 'PE')} have no share of the layer`;
  return `${percent(boundShare)} of the cycles are the ${grouped(boundCycles)} that the ${weightUnits(macsPerPe)} need, spread evenly (${grouped(macBoundCycles)} with ${macs} in each)${idle}`;
}

/** What the average PE did beside computing, and why it computed longer than if all PEs had the same. */
function describeOverhead(report: ChipReport): string {
  const causes = cycleCauses(report).filter(({ name }) => name !== 'words');
  return describeParts(
    causes.map(({ what, cycles }) => [what, cycles] as const),
    'none',
  );
}

function describeOffChip({ offChipBytes, bandwidth, outsideStalls }: ChipReport): string {
  const { iact, weight, psum, oact } = offChipBytes;
  const moved = describeParts(
    [
      ['iacts', iact],
      ['weights', weight],
      ['psums', psum],
      ['outputs', oact],
    ],
    'nothing',
  );
  const limit = bandwidth === null ? '' : ` at up to ${grouped(bandwidth)} a cycle`;
  const waits = describeParts(
    [
      ['for weights', outsideStalls.weight],
      ['for iacts', outsideStalls.iact],
      ['for outputs to be taken', outsideStalls.output],
    ],
    '',
  );
  return `${moved} bytes${limit}${waits === '' ? '' : `; cycles in which a cluster waited: ${waits}`}`;
}

/** "12,345 MACs: MAC 8.1 %, …": the unit is the table's. */
function describeEnergy({ energy }: ChipReport): string {
  const { total, components, table, dense, gain } = energy;
  const { mac, spad, noc, glb, offChip } = components;
  const named = { MAC: mac, SPads: spad, NoC: noc, GLB: glb, 'off-chip': offChip };
  const shares = Object.entries(named).map(([name, part]) => `${name} ${percent(ratio(part, total))}`);
  const reference =
    dense === null || gain === null
      ? ''
      : `; uncompressed ${grouped(Math.round(dense.total))}, ${gain.toFixed(2)} times as much`;
  return `${grouped(Math.round(total))} ${table.unit}: ${shares.join(', ')}${reference}`;
}

function fullCounterRows({ fullCounters }: ChipReport): SummaryRow[] {
  if (fullCounters.length === 0) return [];
  return [['counters', `full, so that they tell too little: ${fullCounters.join(', ')}`]];
}
