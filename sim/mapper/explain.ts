/** The reasoning of the mapper as lines of text. */
import type { Cost } from './cost.ts';
import { iactRing } from './iact-ring.ts';
import type { Loops } from './loops.ts';
import type { Horizontal, Mapping } from './mapping.ts';
import type { Candidate, SearchRecord } from './search.ts';
import { iactSharers, weightSpan } from './sharing.ts';

/** Candidates that are shown. */
const SHOWN = 6;

/** What was tried and rejected, the chosen loop nest, its place on the mesh, where the cycles are expected to go. */
export function explainMapping(best: Candidate, record: SearchRecord): string[] {
  return [
    ...searchLines(best, record),
    '',
    'loop nest',
    ...loopLines(best.loops).map((line) => `  ${line}`),
    '',
    ...placeLines(best.loops),
    '',
    ...costLines(best.cost),
  ];
}

/** A mapping in one line. */
export function mappingLine({ vertical, horizontal, ...mapping }: Mapping): string {
  const rows = factors(vertical, ['groups', 'positions', 'filters', 'chain']);
  return [
    mapping.encoding,
    ...(mapping.flatten ? ['flat'] : []),
    ...(mapping.bundle > 1 ? [`bundle ${mapping.bundle}`] : []),
    `M0 ${mapping.filters}`,
    `C0 ${mapping.channels}`,
    `S0 ${mapping.kernelColumns}`,
    `F0 ${mapping.windows}`,
    `T ${mapping.rows}`,
    `columns: ${mapping.columns}`,
    `side: ${sideText(horizontal)}`,
    `rows: ${rows.length === 0 ? 'one' : rows.join(' × ')}`,
    `iacts ${mapping.iacts}${mapping.replay ? ', replayed' : ''}`,
  ].join(' · ');
}

/** What differs along a row of clusters. Where it has two, that is what the neighbour has that is different. */
function sideText(horizontal: Horizontal): string {
  const parts = factors(horizontal, ['groups', 'filters', 'positions']);
  if (parts.length === 0) return 'none';
  return parts.join(' × ').replace(/^2 (\w+)$/, '$1');
}

function factors<N extends string>(parts: Readonly<Record<N, number>>, names: readonly N[]): string[] {
  return names.filter((name) => parts[name] > 1).map((name) => `${parts[name]} ${name}`);
}

function searchLines(best: Candidate, { considered, sizes, hopeless, rejections, ranking }: SearchRecord): string[] {
  const lines = [
    `${considered} mappings of ${sizes} sizes of weight tiles, of which ${hopeless} could not have been better than the best`,
  ];
  for (const { limit, times, first } of rejections)
    lines.push(`  ${times} times against the limit "${limit}": ${first}`);
  lines.push('best of each size and kind of tile, in expected cycles; the performance model chooses among them');
  const chosen = mappingLine(best.loops.mapping);
  const line = (mark: string, { cost, loops }: Candidate): string =>
    `${mark} ${Math.round(cost.cycles).toString().padStart(9)}  ${mappingLine(loops.mapping)}`;
  const others = ranking.slice(0, SHOWN).filter(({ loops }) => mappingLine(loops.mapping) !== chosen);
  lines.push(line('*', best), ...others.map((candidate) => line(' ', candidate)));
  return lines;
}

/** The loops from the outermost to the innermost, in the manner of J19 Fig 10. */
function loopLines(loops: Loops): string[] {
  const { mapping, work, chip } = loops;
  const { vertical, horizontal } = mapping;
  const nest: [string, number, string][] = [
    ['outside  for chunk', loops.groupChunks, 'groups'],
    ['outside  for chunk', loops.pieceChunks, 'row pieces'],
    [`${mapping.replay ? 'bank   ' : 'outside'}  for replay`, loops.replays, 'filter tiles'],
    ['bank     for pass', loops.passes, `of ${loops.units} parts of the reduction`],
    ['mesh     parallel-for row', vertical.groups, 'groups'],
    ['mesh     parallel-for row', vertical.positions, 'row pieces'],
    ['mesh     parallel-for row', vertical.filters, 'filter tiles'],
    ['mesh     parallel-for row', vertical.chain, 'parts of the reduction'],
    ['mesh     parallel-for column', horizontal.groups, 'groups'],
    ['mesh     parallel-for column', horizontal.filters, 'filters'],
    ['mesh     parallel-for column', horizontal.positions, 'row pieces'],
    ['cluster  parallel-for PE row', loops.peRows, 'parts of the reduction'],
    ['cluster  parallel-for PE column', chip.peColumns, mapping.columns === 'filters' ? 'filter tiles' : 'row pieces'],
    ['PE       for row', mapping.rows, 'row pieces'],
    ['PE       for window', mapping.windows, `of ${work.f} in a row of output`],
    ['PE       for kernel column', mapping.kernelColumns, `of ${work.s}`],
    ['PE       for channel', mapping.channels, `of ${work.c}`],
    ['PE       for filter', mapping.filters, `of ${work.m}`],
  ];
  return nest
    .filter(([level, times]) => times > 1 || level.startsWith('PE  '))
    .map(([level, times, what]) => `${level} < ${times}: ${what}`);
}

function placeLines(loops: Loops): string[] {
  const { mapping, work } = loops;
  const ring = iactRing(loops);
  const sharers = iactSharers(mapping);
  const shared = sharers > 1 ? `multicast to ${sharers} clusters` : 'to one cluster';
  const slots = mapping.columns === 'positions' ? 'each PE column its own' : 'all PE columns the same';
  const weights = weightSpan(mapping) > 1 ? 'multicast sideways' : 'to one cluster';
  const columns = mapping.columns === 'positions' ? 'to the PEs of a row together' : 'to each PE its own';
  const bank =
    mapping.iacts === 'bypass'
      ? 'past the banks'
      : `blocks of up to ${ring.blockWords} words, ${ring.chunkBlocks} needed in a bank of ${ring.ringBlocks}`;
  return [
    `work layer: g ${work.g}, m ${work.m}, c ${work.c}, ${work.r}×${work.s} kernel${work.flatten ? ', windows flattened' : ''}${work.bundle > 1 ? `, ${work.bundle} groups bundled` : ''}; n ${work.n}, e ${work.e}, f ${work.f}`,
    `iacts: ${shared}, ${slots}; ${bank}`,
    `weights: ${weights}, ${columns}`,
    `psums: ${mapping.vertical.chain > 1 ? `through ${mapping.vertical.chain} clusters to the output unit` : loops.passes > 1 ? `round the bank ${loops.passes - 1} times` : 'straight to the output unit'}`,
  ];
}

/** Expected cycles by cause. */
export function costLines({ cycles, parts, bytes }: Cost): string[] {
  const share = (part: number): string => `${((100 * part) / cycles).toFixed(1)} %`;
  const causes = (Object.entries(parts) as [string, number][]).filter(([, part]) => part >= cycles / 1000);
  return [
    `expected: ${Math.round(cycles)} cycles: ${causes.map(([name, part]) => `${name} ${share(part)}`).join(', ')}`,
    `off-chip: ${Math.round(bytes.iacts)} bytes of iacts, ${Math.round(bytes.weights)} of weights, ${Math.round(bytes.outputs)} of outputs`,
  ];
}
