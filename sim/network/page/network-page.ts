/** A page about networks: speed beside the paper's, every layer, and what bounds those that are far from their bounds. */
import { join } from 'node:path';
import { type Alignment, markdownTable } from '../../draw/markdown-table.ts';
import type { SetFile } from '../../run/file-set.ts';
import type { OutputFile } from '../../run/output-files.ts';
import { grouped, percent } from '../../run/summary-rows.ts';
import { compareNetwork, type NetworkComparison, networkLabel } from '../network-comparison.ts';
import type { NetworkReport } from '../network-report.ts';
import { paperResult } from '../paper-results.ts';
import { drawCycles } from './draw-cycles.ts';
import { layerTable } from './layer-table.ts';
import { CLOSE, isClose, whatBounds } from './what-bounds.ts';

/** A network, and the same with less off-chip bandwidth. */
interface Section {
  readonly report: NetworkReport;
  readonly limited: NetworkReport | undefined;
  /** Of the picture. */
  readonly file: string;
}

/**
 * The page, and a picture for each network. Of two reports of one network that differ in off-chip bandwidth alone, the one with less
 * of it is told beside the other.
 *
 * @param reports at least one, each of at least one layer
 * @returns the page last
 */
export function networkPage(reports: readonly NetworkReport[]): SetFile[] {
  const sections = sectionsOf(reports);
  const text = ['# Networks, layer by layer\n', summary(sections), ...sections.map(describeSection)].join('\n');
  const pictures = sections.map(({ report, file }) => ({ name: file, text: drawCycles(report) }));
  return [...pictures, { name: 'index.md', text }];
}

/** The files of `networkPage` in a folder. */
export function pageFiles(
  folder: string,
  reports: readonly NetworkReport[],
): (OutputFile & { readonly contents: string })[] {
  return networkPage(reports).map(({ name, text }) => ({ path: join(folder, name), what: 'page', contents: text }));
}

function sectionsOf(reports: readonly NetworkReport[]): Section[] {
  const groups = new Map<string, NetworkReport[]>();
  for (const report of reports) {
    const { network, sparse, config, engine, seed } = report;
    const key = JSON.stringify([network, sparse, config, engine, seed]);
    groups.set(key, [...(groups.get(key) ?? []), report]);
  }
  const taken = new Set<string>();
  return [...groups.values()].flatMap((group) => {
    const free = group.find(({ bandwidth }) => bandwidth === null);
    const others = group.filter((report) => report !== free);
    // Only one can stand beside it.
    const pairs = free !== undefined && others.length === 1 ? [[free, others[0]] as const] : group.map((each) => [each] as const); // prettier-ignore
    return pairs.map(([report, limited]) => ({ report, limited, file: pictureName(report, taken) }));
  });
}

/** "alexnet-sparse.svg", with a number where that is taken. */
function pictureName(report: NetworkReport, taken: Set<string>): string {
  const base = networkLabel(report).replaceAll(/[^\w.-]+/g, '-');
  let name = `${base}.svg`;
  for (let copy = 2; taken.has(name); copy++) name = `${base}-${copy}.svg`;
  taken.add(name);
  return name;
}

function summary(sections: readonly Section[]): string {
  const comparisons = sections.map(({ report, limited }) => compareNetwork(report, limited));
  const columns: readonly (readonly [heading: string, align: Alignment, cell: (of: NetworkComparison) => string])[] = [
    ['network', 'left', networkLabel],
    ['cycles', 'right', ({ cycles }) => grouped(cycles)],
    ['inferences/s', 'right', ({ inferencesPerSecond }) => inferencesPerSecond?.toFixed(1) ?? '-'],
    ["the paper's", 'right', ({ paper }) => paper?.inferencesPerSecond.toFixed(1) ?? '-'],
    ['times the paper', 'right', ({ speedup }) => speedup?.toFixed(2) ?? '-'],
    ['bound', 'right', ({ boundCycles }) => grouped(boundCycles)],
    ['limited bandwidth: cycles', 'right', ({ limited }) => (limited === null ? '-' : grouped(limited.cycles))],
    ['lost', 'right', ({ limited }) => (limited === null ? '-' : percent(limited.loss))],
    ['the paper loses', 'right', ({ paper }) => (paper?.limited === undefined ? '-' : percent(paper.limited.loss))],
    ...comparisons[0]!.estimates.map(
      ({ name }, index) =>
        [
          `estimate: ${name}, mean error (worst)`,
          'right',
          ({ estimates }: NetworkComparison) => describeError(estimates[index]!),
        ] as const,
    ),
    ['outputs compared', 'right', ({ checked, limited }) => grouped(checked + (limited?.checked ?? 0))],
    ['that differ', 'right', ({ mismatches, limited }) => grouped(mismatches + (limited?.mismatches ?? 0))],
  ];
  return markdownTable(
    columns.map(([heading]) => heading),
    comparisons.map((each) => columns.map(([, , cell]) => cell(each))),
    columns.map(([, align]) => align),
  );
}

/** "4.0 % (12.1 %, L03)" */
export function describeError({ mean, worst, worstLayer }: NetworkComparison['estimates'][number]): string {
  return `${percent(mean)} (${percent(worst)}, ${worstLayer})`;
}

function describeSection({ report, limited, file }: Section): string {
  const { layers, clockMHz, engine, config, seed, sparse, bandwidth } = report;
  const memory = bandwidth === null ? 'off-chip bandwidth unlimited' : `${bandwidth} bytes a cycle of off-chip memory`;
  const weights = sparse ? 'pruned weights' : 'weights dense';
  const far = layers.filter((layer) => !isClose(layer));
  const close = `The other ${layers.length - far.length} of ${layers.length} are within ${CLOSE} times their bounds.`;
  const explained = far.map((layer) => `- **${layer.layer}**: ${whatBounds(layer)}\n`).join('');
  const all = `All ${layers.length} layers are within ${CLOSE} times their bounds.\n`;
  return [
    `## ${networkLabel(report)}\n`,
    `On ${config}, ${clockMHz} MHz, simulated by ${engine}; ${weights}, seed ${seed}; ${memory}. The bound is the largest of what words of weights take in all PEs together and what passes each link; estimates in brackets by how much they are off.\n`,
    ...(paperResult(report)?.effectualMacs === undefined
      ? []
      : [
          'Sparseloop: MACs not skipped on the real pruned network, as its validation publishes them; of CONV1 and depthwise layers it counts zeros of iacts as well.\n',
        ]),
    layerTable(report, limited),
    `![Cycles of each layer by cause](${file})\n`,
    ...(far.length === 0 ? [all] : [`Further than ${CLOSE} times from their bounds:\n`, `${explained}\n${close}\n`]),
  ].join('\n');
}
