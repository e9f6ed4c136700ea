/** A bar for each layer: its cycles by cause, and a mark where its bound is. */
import { box, drawing, line, text, textWidth } from '../../draw/svg.ts';
import { tightestBound } from '../../run/chip-bounds.ts';
import { type CauseName, cycleCauses } from '../../run/cycle-causes.ts';
import { grouped } from '../../run/summary-rows.ts';
import { networkLabel } from '../network-comparison.ts';
import type { NetworkLayerReport, NetworkReport } from '../network-report.ts';
import { boundRatio } from './what-bounds.ts';

const width = 1000;
const margin = 16;
const barsTo = 840;
/** Longer names of layers are drawn smaller. */
const longestName = 220;
const rowHeight = 22;
const barHeight = 14;
const legendRow = 20;

/** Classes of the theme. */
const looks: Readonly<Record<CauseName, string>> = {
  words: 'plain-head',
  idle: 'plain-box',
  command: 'box',
  load: 'weight-box',
  waitIact: 'iact-box',
  waitPsum: 'psum-box',
  windowEnd: 'memory',
  drain: 'output-box',
};

/** All bars have one scale, from no cycle to those of the longest layer. */
export function drawCycles(report: NetworkReport): string {
  const { layers, config } = report;
  const most = Math.max(...layers.map(({ cycles, bounds }) => Math.max(cycles, tightestBound(bounds).cycles)));
  const names = Math.max(...layers.map(({ layer }) => textWidth(layer)));
  const barsFrom = margin + Math.min(names, longestName) + 10;
  const at = (cycles: number): number => barsFrom + ((barsTo - barsFrom) * cycles) / most;
  const { parts: legend, bottom } = drawLegend(layers, margin + 38);
  const top = bottom + 22;
  const height = top + layers.length * rowHeight + margin;
  const title = `${networkLabel(report)} on ${config}: cycles of each layer by cause`;
  const spoken = layers.map(({ layer, cycles, bounds }) => `${layer} ${grouped(cycles)} of ${grouped(tightestBound(bounds).cycles)}`); // prettier-ignore
  const description = `What the average PE with a share of a layer did in its cycles. Cycles and bounds: ${spoken.join(', ')}.`;
  const quarters = [0, 0.25, 0.5, 0.75, 1].map((share) => share * most);
  return drawing({ title, description, width, height }, [
    text(margin, margin + 10, title, { size: 16, bold: true, width: width - 2 * margin }),
    ...legend,
    ...quarters.flatMap((cycles) => [
      line([[at(cycles), top - 4], [at(cycles), height - margin]], 'bare'), // prettier-ignore
      text(at(cycles), top - 8, grouped(Math.round(cycles)), { size: 9, anchor: 'middle', ink: 'quiet-ink' }),
    ]),
    ...layers.flatMap((layer, index) => drawLayer(layer, top + index * rowHeight, at)),
  ]);
}

function drawLayer(layer: NetworkLayerReport, y: number, at: (cycles: number) => number): string[] {
  const parts = [text(margin, y + 14, layer.layer, { width: at(0) - margin - 8 })];
  let before = 0;
  for (const { name, cycles } of cycleCauses(layer)) {
    if (cycles > 0) parts.push(box(at(before), y + 3, at(before + cycles) - at(before), barHeight, looks[name], 0));
    before += cycles;
  }
  const bound = at(tightestBound(layer.bounds).cycles);
  parts.push(box(bound - 1, y + 1, 2, barHeight + 4, 'ink', 0));
  const times = boundRatio(layer);
  const value = `${grouped(layer.cycles)}${times === null ? '' : ` (${times.toFixed(2)}×)`}`;
  parts.push(text(barsTo + 10, y + 14, value, { width: width - margin - barsTo - 10 }));
  return parts;
}

/** Causes that some layer has, and the mark of the bound, in as many rows as they take. */
function drawLegend(layers: readonly NetworkLayerReport[], top: number): { parts: string[]; bottom: number } {
  const causes = new Map<CauseName, string[]>();
  for (const { name, what, cycles } of layers.flatMap(cycleCauses)) {
    const said = causes.get(name) ?? [];
    if (cycles > 0 && !said.includes(what)) said.push(what);
    causes.set(name, said);
  }
  const parts: string[] = [];
  let [x, y] = [margin, top];
  const add = (label: string, mark: (x: number, y: number) => string): void => {
    const wide = 18 + textWidth(label) + 14;
    if (x > margin && x + wide > width - margin) [x, y] = [margin, y + legendRow];
    parts.push(mark(x, y), text(x + 18, y, label));
    x += wide;
  };
  for (const [name, said] of causes) {
    if (said.length > 0) add(said.join(' or '), (left, base) => box(left, base - 10, 12, 12, looks[name], 0));
  }
  add('bound; at the right: cycles, and how many times the bound they are', (left, base) =>
    box(left + 5, base - 11, 2, 14, 'ink', 0),
  );
  return { parts, bottom: y };
}
