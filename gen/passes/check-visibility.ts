/** Pass: refuses checks that read what a module bound beside the RTL has no port for: the words of a memory. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Check, Driver, GhostLayer, ModuleNames } from '../ir/checked-module.ts';
import { type Expression, type ModuleIr, operandsOf, type SignalIr } from '../ir/module-ir.ts';
import { rtlExpressions } from './rtl-expressions.ts';
import { readsWithin } from './statement-reads.ts';

export function checkVisibility(
  ir: ModuleIr,
  names: ModuleNames,
  combinational: ReadonlyMap<SignalIr, Driver>,
  checks: readonly Check[],
  ghost: GhostLayer,
  diagnostics: Diagnostic[],
): void {
  const readers = [
    ...checks.map(({ check, label, condition }) => ({ text: `${check} "${label}"`, expressions: [condition] })),
    ...[...ghost.combinational].map(([signal, { value }]) => ({
      text: `${names.signals.get(signal)}, which exists only for checks,`,
      expressions: [value],
    })),
    ...ghost.sequential.map(({ registers, statements }) => ({
      text: `${names.signals.get(registers[0]!)}, which exists only for checks,`,
      expressions: readsWithin(statements),
    })),
    ...[...ghost.writes].map(([memory, statements]) => ({
      text: `${names.memories.get(memory)}, which exists only for checks,`,
      expressions: readsWithin(statements),
    })),
  ];
  if (readers.length === 0) return;
  const ofRtl = rtlExpressions(ir);
  const seen = new Set<Expression>();
  for (const { text, expressions } of readers) {
    const pending = [...expressions];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (seen.has(next) || isWire(next, ofRtl, names)) continue;
      seen.add(next);
      if (next.op === 'read' && next.memory.ghost !== true) {
        const name = names.memories.get(next.memory)!;
        diagnostics.push({
          code: 'A004',
          message: `${text} reads memory ${name}, whose words can't be seen from outside of the RTL`,
          site: next.site,
          related: [{ text: `${name} is declared`, site: next.memory.site }],
          fix: 'read a word that the RTL reads too and that a variable names: const word = memory.read(address); or keep a copy in ghost()',
        });
      }
      // An input of an instance has no net of its own where its driver has one.
      const driver =
        next.op === 'signal' && next.signal.category === 'instance-input' ? combinational.get(next.signal) : undefined;
      pending.push(...operandsOf(next), ...(driver === undefined ? [] : [driver.value]));
    }
  }
}

/** Whether the RTL has a wire with the value of an expression. */
export function isWire(expression: Expression, ofRtl: ReadonlySet<Expression>, names: ModuleNames): boolean {
  return names.expressions.has(expression) && ofRtl.has(expression);
}
