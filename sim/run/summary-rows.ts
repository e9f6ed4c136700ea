/** Rows that the summaries of a PE and of a chip have in common, and how both write numbers. */
import type { OperandSource } from './operands.ts';
import type { LayerReport } from './report.ts';

export type SummaryRow = readonly [heading: string, text: string];

export function layerRows(report: LayerReport): SummaryRow[] {
  return [
    ['layer', `${report.layer}: ${describeShape(report)}`],
    ['operands', describeOperands(report)],
  ];
}

export function hardwareRow({ config, totalPes, clockMHz, engine }: LayerReport, shape: string): SummaryRow {
  return ['hardware', `${config}, ${count(totalPes, 'PE')}${shape}, ${clockMHz} MHz, simulated by ${engine}`];
}

export function macRows({ effectualMacs, macs, cycles, totalPes, macsPerPe }: LayerReport): SummaryRow[] {
  return [
    ['MACs', `${grouped(effectualMacs)} effectual of ${grouped(macs)}`],
    ['MACs/cycle', `${(effectualMacs / cycles).toFixed(2)} of ${macsPerPe * totalPes}`],
  ];
}

export function lastRows({ psumOverflows, wallSeconds, simCyclesPerSecond }: LayerReport): SummaryRow[] {
  return [
    ['overflows', `${grouped(psumOverflows)} psums wrapped`],
    ['wall time', `${wallSeconds.toFixed(2)} s, ${grouped(Math.round(simCyclesPerSecond))} cycles/s`],
  ];
}

/** "loading weights 12, draining 3": those that are not zero, or what to say if all are. */
export function describeParts(parts: readonly (readonly [what: string, value: number])[], none: string): string {
  const some = parts.filter(([, value]) => value > 0).map(([what, value]) => `${what} ${grouped(value)}`);
  return some.length === 0 ? none : some.join(', ');
}

export function describeCycles({ cycles, clockMHz }: Pick<LayerReport, 'cycles' | 'clockMHz'>): string {
  return `${grouped(cycles)} (${(cycles / clockMHz / 1000).toPrecision(3)} ms at ${clockMHz} MHz)`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

export function count(value: number, what: string): string {
  return `${grouped(value)} ${what}${value === 1 ? '' : 's'}`;
}

function describeShape({ dimensions }: LayerReport): string {
  const { n, g, m, c, h, w, r, s, stride, pad } = dimensions;
  const parts = [`${count(g * m, 'filter')} of ${c}×${r}×${s} over ${g * c}×${h}×${w}`];
  if (g > 1) parts.push(count(g, 'group'));
  if (n > 1) parts.push(`batch ${n}`);
  if (stride.some((step) => step > 1)) parts.push(`stride ${stride.join('×')}`);
  if (pad.some((zeros) => zeros > 0)) parts.push(`pad ${pad.join(' ')}`);
  return parts.join(', ');
}

function describeOperands({ operands }: LayerReport): string {
  const parts = [`iacts ${describeSource(operands.iacts)}`, `weights ${describeSource(operands.weights)}`];
  if (operands.bias !== null) parts.push(`bias ${describeSource(operands.bias)}`);
  return parts.join('; ');
}

function describeSource(source: OperandSource): string {
  if ('made' in source) return source.made;
  if ('mask' in source) return `where ${source.mask} says from seed ${source.seed}`;
  return 'file' in source ? `from ${source.file}` : `of density ${source.density} from seed ${source.seed}`;
}
