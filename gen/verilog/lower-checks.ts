/** Checks to assertions of SystemVerilog. */
import type { Check, CheckedModule } from '../ir/checked-module.ts';
import type { ClockDomain } from '../ir/clock-domain.ts';
import type { VAlways, VCheck } from './ast.ts';
import { type Clocking, whereReset } from './clocking.ts';
import type { ExpressionLowering } from './expression-lowering.ts';

/** One block for each clock domain. */
export function lowerChecks(
  lowering: ExpressionLowering,
  { domains, ir }: CheckedModule,
  checks: readonly Check[],
  clocking: Clocking,
): VAlways[] {
  const byDomain = new Map<ClockDomain, VCheck[]>();
  for (const { check, condition, label, message, domain, site } of checks) {
    const list = byDomain.get(domain) ?? [];
    byDomain.set(domain, list);
    list.push({ kind: 'check', check, label, condition: lowering.lower(condition, label), message, site });
  }
  return [...byDomain].map(([domain, body]): VAlways => {
    const { name, edge } = clocking.clockOf(domain);
    const reset = domains.get(domain)?.resettable === true ? clocking.resetOf(domain) : undefined;
    const { site } = ir;
    const events = [{ edge, signal: name }];
    if (reset === undefined) return { events, body, site };
    const condition = whereReset(reset, false);
    return { events, body: [{ kind: 'if', branches: [{ condition, body }], otherwise: [], site }], site };
  });
}
