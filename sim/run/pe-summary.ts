import { formatTable } from '../cli/table.ts';
import type { PeReport } from './pe-report.ts';
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
} from './summary-rows.ts';

/** A run on a PE for people: a few lines of what was run, what it took and where the cycles went. */
export function formatPeSummary(report: PeReport): string {
  return formatTable([
    ...layerRows(report),
    hardwareRow(report, ''),
    ['mapping', describeMapping(report)],
    ['cycles', describeCycles(report)],
    ...macRows(report),
    ['bound', `${percent(report.boundShare)} of the cycles are the ${grouped(report.boundCycles)} that the work needs`],
    ['other cycles', describeOverhead(report)],
    ...lastRows(report),
  ]);
}

function describeMapping({ tiles, mapping, encoding }: PeReport): string {
  const { filters, channels, kernelColumns } = mapping;
  const size = [count(filters, 'filter'), count(channels, 'channel'), count(kernelColumns, 'kernel column')].join(
    ' × ',
  );
  const how = encoding === 'csc' ? 'zeros skipped (csc)' : 'zeros kept (dense)';
  return `${count(tiles, 'tile')} of ${size}, ${how}`;
}

/** The cycles that are not computing, by cause. */
function describeOverhead({ cycles, phases, stalls }: PeReport): string {
  const causes: [string, number][] = [
    ['loading weights', phases.load],
    ['waiting for iacts', stalls.waitIact],
    ['waiting for psums to leave', stalls.waitPsum],
    ['ending windows', stalls.windowEnd],
    ['draining', phases.drain],
    ['starting', cycles - phases.load - phases.compute - phases.drain - phases.stall],
  ];
  return describeParts(causes, 'none');
}
