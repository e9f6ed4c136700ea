import { formatTable } from '../cli/table.ts';
import type { Comparison } from './compare.ts';
import type { OperandSource } from './operands.ts';
import type { RunReport } from './report.ts';

/** A run for people: a few lines of what was run, what it took and where the cycles went, then the verdict. */
export function formatSummary(report: RunReport, comparison: Comparison): string {
  const rows = [
    ['layer', `${report.layer}: ${describeShape(report)}`],
    ['operands', describeOperands(report)],
    [
      'hardware',
      `${report.config}, ${count(report.totalPes, 'PE')}, ${report.clockMHz} MHz, simulated by ${report.engine}`,
    ],
    ['mapping', describeMapping(report)],
    ['cycles', `${grouped(report.cycles)} (${milliseconds(report)} at ${report.clockMHz} MHz)`],
    ['MACs', `${grouped(report.effectualMacs)} effectual of ${grouped(report.macs)}`],
    ['MACs/cycle', `${(report.macUtilization * 2 * report.activePes).toFixed(2)} of ${2 * report.activePes}`],
    ['bound', `${percent(report.boundShare)} of the cycles are the ${grouped(report.boundCycles)} that the work needs`],
    ['other cycles', describeOverhead(report)],
    ['overflows', `${grouped(report.psumOverflows)} psums wrapped`],
    ['wall time', `${report.wallSeconds.toFixed(2)} s, ${grouped(Math.round(report.simCyclesPerSecond))} cycles/s`],
  ];
  return `${formatTable(rows)}\n${formatVerdict(report, comparison)}`;
}

/** Whether the hardware did what it should; where it did not, what it did instead. */
export function formatVerdict({ failedChecks }: Pick<RunReport, 'failedChecks'>, comparison: Comparison): string {
  const { checked, mismatches, first } = comparison;
  const lines: string[] = [];
  if (mismatches === 0) {
    lines.push(`match: all ${checked} psums equal the golden model`);
  } else {
    lines.push(`MISMATCH: ${mismatches} of ${checked} psums differ`);
    for (const { at, got, expected } of first) {
      lines.push(`  psum [n, m, e, f] = [${at.join(', ')}] is ${got}, expected ${expected}`);
    }
    if (mismatches > first.length) lines.push(`  and ${mismatches - first.length} more`);
  }
  return [...lines, ...failedChecks.map((check) => `CHECK FAILED: ${check}`)].join('\n');
}

function describeShape({ dimensions }: RunReport): string {
  const { n, g, m, c, h, w, r, s, stride, pad } = dimensions;
  const parts = [`${count(g * m, 'filter')} of ${c}×${r}×${s} over ${g * c}×${h}×${w}`];
  if (g > 1) parts.push(count(g, 'group'));
  if (n > 1) parts.push(`batch ${n}`);
  if (stride.some((step) => step > 1)) parts.push(`stride ${stride.join('×')}`);
  if (pad.some((zeros) => zeros > 0)) parts.push(`pad ${pad.join(' ')}`);
  return parts.join(', ');
}

function describeOperands({ operands }: RunReport): string {
  const parts = [`iacts ${describeSource(operands.iacts)}`, `weights ${describeSource(operands.weights)}`];
  if (operands.bias !== null) parts.push(`bias ${describeSource(operands.bias)}`);
  return parts.join('; ');
}

function describeSource(source: OperandSource): string {
  return 'file' in source ? `from ${source.file}` : `of density ${source.density} from seed ${source.seed}`;
}

function describeMapping({ tiles, mapping, encoding }: RunReport): string {
  const { filters, channels, kernelColumns } = mapping;
  const size = [count(filters, 'filter'), count(channels, 'channel'), count(kernelColumns, 'kernel column')].join(
    ' × ',
  );
  const how = encoding === 'csc' ? 'zeros skipped (csc)' : 'zeros kept (dense)';
  return `${count(tiles, 'tile')} of ${size}, ${how}`;
}

/** The cycles that are not computing, by cause. */
function describeOverhead({ cycles, phases, stalls }: RunReport): string {
  const causes: [string, number][] = [
    ['loading weights', phases.load],
    ['waiting for iacts', stalls.waitIact],
    ['waiting for psums to leave', stalls.waitPsum],
    ['ending windows', stalls.windowEnd],
    ['draining', phases.drain],
    ['between commands', cycles - phases.load - phases.compute - phases.drain - phases.stall],
  ];
  const parts = causes.filter(([, spent]) => spent > 0).map(([cause, spent]) => `${cause} ${grouped(spent)}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function milliseconds({ cycles, clockMHz }: RunReport): string {
  return `${(cycles / clockMHz / 1000).toPrecision(3)} ms`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

function count(value: number, what: string): string {
  return `${grouped(value)} ${what}${value === 1 ? '' : 's'}`;
}
