import type { Comparison } from './compare.ts';
import type { LayerReport } from './report.ts';

/** Whether the hardware did what it should; where it did not, what it did instead. */
export function formatVerdict(
  { failedChecks }: Pick<LayerReport, 'failedChecks'>,
  comparisons: readonly Comparison[],
): string {
  const lines: string[] = [];
  const wrong = comparisons.filter(({ mismatches }) => mismatches > 0);
  for (const { what, checked, mismatches, first } of wrong) {
    lines.push(`MISMATCH: ${mismatches} of ${checked} ${what}s differ`);
    for (const { at, got, expected } of first) {
      lines.push(`  ${what} [n, m, e, f] = [${at.join(', ')}] is ${got}, expected ${expected}`);
    }
    if (mismatches > first.length) lines.push(`  and ${mismatches - first.length} more`);
  }
  if (wrong.length === 0) {
    const all = comparisons.map(({ what, checked }) => `${checked} ${what}s`);
    lines.push(`match: all ${all.join(' and ')} equal the golden model`);
  }
  return [...lines, ...failedChecks.map((check) => `CHECK FAILED: ${check}`)].join('\n');
}
