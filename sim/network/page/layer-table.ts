/** All layers of a network as a table in Markdown. */
import { type Alignment, markdownTable } from '../../draw/markdown-table.ts';
import { tightestBound } from '../../run/chip-bounds.ts';
import { ratio } from '../../run/report.ts';
import { grouped, percent } from '../../run/summary-rows.ts';
import { errorOf, estimatesOf } from '../estimates.ts';
import type { NetworkLayerReport, NetworkReport } from '../network-report.ts';
import { paperResult } from '../paper-results.ts';
import { boundRatio } from './what-bounds.ts';

interface Column {
  readonly heading: string;
  readonly align: Alignment;
  readonly cell: (layer: NetworkLayerReport) => string;
}

/** @param limited the same network with less off-chip bandwidth, if it ran */
export function layerTable(report: NetworkReport, limited?: NetworkReport): string {
  const columns = columnsFor(report, limited);
  return markdownTable(
    columns.map(({ heading }) => heading),
    report.layers.map((layer) => columns.map(({ cell }) => cell(layer))),
    columns.map(({ align }) => align),
  );
}

function columnsFor(report: NetworkReport, limited: NetworkReport | undefined): Column[] {
  const published = paperResult(report)?.effectualMacs;
  const limitedCycles = new Map(limited?.layers.map(({ layer, cycles }) => [layer, cycles]));
  return [
    left('layer', ({ layer }) => layer),
    number('MACs', ({ macs }) => grouped(macs)),
    number('effectual', ({ effectualMacs }) => grouped(effectualMacs)),
    ...(published === undefined ? [] : [number('Sparseloop', ({ layer }) => known(published[layer]))]),
    number('iacts', ({ densities }) => densities.iact.toFixed(3)),
    number('weights', ({ densities }) => densities.weight.toFixed(3)),
    number('outputs', ({ densities }) => densities.oact.toFixed(3)),
    number('cycles', ({ cycles }) => grouped(cycles)),
    number('bound', ({ bounds }) => grouped(tightestBound(bounds).cycles)),
    number('cycles/bound', (layer) => boundRatio(layer)?.toFixed(2) ?? '-'),
    left('bound by', ({ bounds }) => tightestBound(bounds).what),
    ...estimatesOf(report.layers).map(
      (estimate) =>
      number(`estimate: ${estimate.name}`, (layer) => `${grouped(estimate.cyclesOf(layer)!)} (${signed(errorOf(layer, estimate))})`), // prettier-ignore
    ),
    number('utilisation', ({ effectualMacs, cycles, totalPes }) => percent(ratio(effectualMacs, 2 * cycles * totalPes))), // prettier-ignore
    number('off-chip bytes', ({ offChipBytes: { iact, weight, psum, oact } }) => grouped(iact + weight + psum + oact)),
    ...(limited === undefined
      ? []
      : [number(`cycles at ${limited.bandwidth} B/cycle`, ({ layer }) => known(limitedCycles.get(layer)))]),
    left('mapping', ({ mapping }) => mapping.line),
  ];
}

function left(heading: string, cell: Column['cell']): Column {
  return { heading, align: 'left', cell };
}

function number(heading: string, cell: Column['cell']): Column {
  return { heading, align: 'right', cell };
}

function known(value: number | undefined): string {
  return value === undefined ? '-' : grouped(value);
}

/** "+3.1 %" */
function signed(error: number): string {
  return `${error < 0 ? '−' : '+'}${percent(Math.abs(error))}`;
}
