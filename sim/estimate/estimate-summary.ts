import { formatTable } from '../cli/table.ts';
import { ratio } from '../run/report.ts';
import { count, describeCycles, describeParts, grouped, percent } from '../run/summary-rows.ts';
import type { EstimateReport } from './estimate-report.ts';

/** What stands where other engines say that all outputs are right. */
export const nothingCompared = 'estimated: no data were computed, and nothing was compared';

/** An estimate for people: of what, how, what it would take, where the cycles would go, what would move. */
export function formatEstimateSummary(report: EstimateReport): string {
  const { dimensions, densities, config, totalPes, clusters, clockMHz, mapping, offChipBytes, glbBytes } = report;
  const { n, g, m, c, h, w, r, s } = dimensions;
  const { total, table, components } = report.energy;
  const parts = Object.entries(components).map(([name, part]) => `${name} ${percent(ratio(part, total))}`);
  return formatTable([
    [
      'layer',
      `${report.layer}: ${count(g * m, 'filter')} of ${c}×${r}×${s} over ${g * c}×${h}×${w}${n > 1 ? `, batch ${n}` : ''}`,
    ],
    ['densities', `iacts ${densities.iact.toFixed(3)}, weights ${densities.weight.toFixed(3)}`],
    [
      'hardware',
      `${config}, ${count(totalPes, 'PE')} in ${clusters.rows}×${clusters.columns} clusters, ${clockMHz} MHz, estimated`,
    ],
    ['mapping', mapping.line],
    ['cycles', `${describeCycles(report)}, estimated`],
    ['MACs', `${grouped(report.effectualMacs)} effectual of ${grouped(report.macs)}, expected`],
    [
      'bound',
      `${percent(report.boundShare)} of the cycles are the ${grouped(report.boundCycles)} that the words of weights need, spread evenly`,
    ],
    ['other cycles', describeOverhead(report)],
    [
      'off-chip',
      `${describeParts(
        [
          ['iacts', offChipBytes.iact],
          ['weights', offChipBytes.weight],
          ['psums', offChipBytes.psum],
          ['outputs', offChipBytes.oact],
        ],
        'nothing',
      )} bytes`,
    ],
    ['GLB', `${grouped(glbBytes.read)} bytes read, ${grouped(glbBytes.write)} written`],
    ['energy', `${grouped(Math.round(total))} ${table.unit}: ${parts.join(', ')}`],
    [
      'wall time',
      `${report.wallSeconds.toFixed(3)} s; ${percent(report.walked)} of the layer's loops were walked through`,
    ],
  ]);
}

function describeOverhead({ phases, stalls, commandCycles }: EstimateReport): string {
  return describeParts(
    [
      ['command', commandCycles],
      ['loading weights', phases.load - commandCycles],
      ['waiting for iacts', stalls.waitIact],
      ['waiting for psums to leave', stalls.waitPsum],
      ['ending windows', stalls.windowEnd],
      ['draining, and the last outputs', phases.drain],
    ],
    'none',
  );
}
