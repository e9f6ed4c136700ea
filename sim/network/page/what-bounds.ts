/** What keeps a layer from its bound, in words made of what the run counted. */
import { tightestBound } from '../../run/chip-bounds.ts';
import { type CauseName, cycleCauses } from '../../run/cycle-causes.ts';
import { grouped, percent } from '../../run/summary-rows.ts';
import type { NetworkLayerReport } from '../network-report.ts';

/** Layers that take more than this many times their bound are explained. */
export const CLOSE = 1.3;

/** A part of the cycles that is worth a word of its own. */
const WORTH = 0.05;

/** Cycles by the bound; null where the bound is no cycle. */
export function boundRatio({ cycles, bounds }: Pick<NetworkLayerReport, 'cycles' | 'bounds'>): number | null {
  const bound = tightestBound(bounds).cycles;
  return bound === 0 ? null : cycles / bound;
}

export function isClose(layer: Pick<NetworkLayerReport, 'cycles' | 'bounds'>): boolean {
  const ratio = boundRatio(layer);
  return ratio !== null && ratio <= CLOSE;
}

/** One paragraph: the bound, where the cycles went, which PE or link the others wait for. */
export function whatBounds(layer: NetworkLayerReport): string {
  const { cycles, bounds } = layer;
  const bound = tightestBound(bounds);
  const ratio = boundRatio(layer);
  const times = ratio === null ? 'no bound' : `${ratio.toFixed(2)} times its bound of ${grouped(bound.cycles)} cycles`;
  return [
    `${times} (${bound.what}); ${mainCause(layer)}.`,
    `The ${grouped(cycles)} cycles of the average PE: ${describeCauses(layer)}.`,
    ...imbalance(layer),
    ...outside(layer),
    ...tightestLink(layer),
  ].join(' ');
}

function mainCause(layer: NetworkLayerReport): string {
  const causes = cycleCauses(layer).filter(({ name }) => name !== 'words');
  const most = causes.reduce((one, other) => (other.cycles > one.cycles ? other : one));
  return `the largest part of the rest is ${most.what}`;
}

function describeCauses(layer: NetworkLayerReport): string {
  const { cycles } = layer;
  const ordered = cycleCauses(layer).sort((a, b) => b.cycles - a.cycles);
  const named = ordered.filter((cause) => cause.cycles >= WORTH * cycles);
  const parts = named.map((cause) => `${percent(cause.cycles / cycles)} ${cause.what}`);
  const rest = cycles - named.reduce((sum, cause) => sum + cause.cycles, 0);
  if (rest > 0) parts.push(`${percent(rest / cycles)} anything else`);
  return parts.join(', ');
}

/** The PE with most words has them to work on while the others wait. */
function imbalance({ cycles, busiestCycles, phases }: NetworkLayerReport): string[] {
  const more = busiestCycles - phases.compute;
  if (more < WORTH * cycles) return [];
  return [
    `The fullest PE gets ${grouped(busiestCycles)} words and the average one ${grouped(phases.compute)}, which waits or idles for the difference, ${grouped(more)} cycles (${percent(more / cycles)}), however well it is fed.`,
  ];
}

/** Whether it was the outside that PEs waited for, where they waited or it stood still. */
function outside(layer: NetworkLayerReport): string[] {
  const { cycles, outsideStalls, clusters } = layer;
  const all = cycles * clusters.rows * clusters.columns;
  const waited = (cause: CauseName): boolean =>
    cycleCauses(layer).some(({ name, cycles: taken }) => name === cause && taken >= WORTH * cycles);
  const shares = [
    ['weights were waited for and none offered', outsideStalls.weight, waited('load')],
    ['iacts were waited for and none offered', outsideStalls.iact, waited('waitIact')],
    ['outputs were offered and not taken', outsideStalls.output, false],
  ] as const;
  const parts = shares
    .filter(([, stalls, tell]) => tell || stalls >= WORTH * all)
    .map(([what, stalls]) => `${what} in ${percent(stalls / all)}`);
  return parts.length === 0 ? [] : [`At the chip's edge, of a cluster's cycles, ${parts.join(', ')}.`];
}

function tightestLink({ cycles, bounds }: NetworkLayerReport): string[] {
  const links = bounds.slice(1);
  if (links.length === 0) return [];
  const link = tightestBound(links);
  if (link === tightestBound(bounds)) return [];
  return [`The tightest link, ${link.what}, takes ${grouped(link.cycles)} cycles (${percent(link.cycles / cycles)}).`];
}
