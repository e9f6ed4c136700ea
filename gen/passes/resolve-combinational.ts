/**
 * Pass: turns the conditional assignments of each wire, output and instance input into one expression of muxes. A gap (a case
 * in which nothing drives it) would be a latch, and is an error; so is a signal that nothing drives at all.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Driver, ModuleNames } from '../ir/checked-module.ts';
import {
  type Expression,
  type MemoryIr,
  type ModuleIr,
  operandsOf,
  type SignalIr,
  type Statement,
} from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import type { Drivers } from './collect-drivers.ts';

export function resolveCombinational(
  ir: ModuleIr,
  drivers: Drivers,
  names: ModuleNames,
  diagnostics: Diagnostic[],
): Map<SignalIr, Driver> {
  const values = new Map<SignalIr, Driver>();
  const firstReads = firstReadOf(ir);
  for (const signal of ir.signals) {
    if (signal.category === 'input' || signal.category === 'instance-output') continue;
    const statements = drivers.get(signal);
    if (statements === undefined) {
      reportUndriven(signal, firstReads.get(signal), ir, names, diagnostics);
      continue;
    }
    if (signal.category === 'register') continue;
    const result = valueOf(statements, undefined);
    if ('gap' in result) {
      diagnostics.push({
        code: 'D003',
        message: `${names.signals.get(signal)} is not driven in every case, and would have to remember its value`,
        site: result.gap,
        related: [{ text: 'the signal is declared', site: signal.site }],
        fix: 'set a default before the when(), or add otherwise(); if it is to remember, make it a reg()',
      });
    } else {
      values.set(signal, { value: result.value, site: statements.at(-1)!.site });
    }
  }
  reportUnwritten(ir, drivers, names, diagnostics);
  return values;
}

type Resolved = { readonly value: Expression } | { readonly gap: Site };

function valueOf(statements: readonly Statement[], before: Expression | undefined): Resolved {
  let value = before;
  let gap: Site | undefined;
  for (const statement of statements) {
    if (statement.kind === 'assign') {
      value = statement.value;
    } else if (statement.kind === 'when') {
      let rest: Resolved =
        statement.otherwise === undefined ? orGap(value, statement.site) : valueOf(statement.otherwise, value);
      for (const { condition, body } of statement.branches.toReversed()) {
        const own = body.length === 0 ? orGap(value, statement.site) : valueOf(body, value);
        if ('gap' in rest || 'gap' in own) {
          rest = 'gap' in rest ? rest : own;
          continue;
        }
        const { type } = own.value;
        rest =
          own.value === rest.value
            ? rest
            : {
                value: { op: 'mux', condition, whenTrue: own.value, whenFalse: rest.value, type, site: statement.site },
              };
      }
      if ('gap' in rest) gap ??= rest.gap;
      else value = rest.value;
    }
  }
  return value === undefined ? { gap: gap ?? statements[0]!.site } : { value };
}

function orGap(value: Expression | undefined, site: Site): Resolved {
  return value === undefined ? { gap: site } : { value };
}

function firstReadOf(ir: ModuleIr): Map<SignalIr, Site> {
  const reads = new Map<SignalIr, Site>();
  for (const expression of ir.expressions) {
    for (const operand of operandSignals(expression)) if (!reads.has(operand)) reads.set(operand, expression.site);
  }
  const visit = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      if (statement.kind === 'when') {
        for (const { condition, body } of statement.branches) {
          if (condition.op === 'signal' && !reads.has(condition.signal)) reads.set(condition.signal, statement.site);
          visit(body);
        }
        if (statement.otherwise !== undefined) visit(statement.otherwise);
      } else {
        for (const value of statement.kind === 'assign' ? [statement.value] : [statement.address, statement.data]) {
          if (value.op === 'signal' && !reads.has(value.signal)) reads.set(value.signal, statement.site);
        }
      }
    }
  };
  visit(ir.body);
  return reads;
}

function operandSignals(expression: Expression): SignalIr[] {
  return operandsOf(expression).flatMap((operand) => (operand.op === 'signal' ? [operand.signal] : []));
}

function reportUndriven(
  signal: SignalIr,
  read: Site | undefined,
  ir: ModuleIr,
  names: ModuleNames,
  diagnostics: Diagnostic[],
): void {
  const name = names.signals.get(signal)!;
  const declared = { text: 'it is declared', site: signal.site };
  if (signal.category === 'output') {
    diagnostics.push({
      code: 'D002',
      message: `output ${name} of module ${ir.name} is driven by nothing`,
      site: signal.site,
      related: [],
      fix: `drive it: ${name}.set(...)`,
    });
  } else if (signal.category === 'instance-input') {
    const port = signal.path.join('.');
    diagnostics.push({
      code: 'D002',
      message: `input ${port} of instance ${names.instances.get(signal.instance!)} is driven by nothing`,
      site: signal.site,
      related: [],
      fix: `connect it: set() on ${port} of the instance`,
    });
  } else if (read !== undefined) {
    diagnostics.push({
      code: 'D002',
      message: `${signal.category} ${name} is read, but driven by nothing`,
      site: read,
      related: [declared],
      fix: `drive it: ${name}.set(...)`,
    });
  }
}

function reportUnwritten(ir: ModuleIr, drivers: Drivers, names: ModuleNames, diagnostics: Diagnostic[]): void {
  const reported = new Set<MemoryIr>();
  for (const expression of ir.expressions) {
    if (expression.op !== 'read' || drivers.has(expression.memory) || reported.has(expression.memory)) continue;
    const { memory, site } = expression;
    const name = names.memories.get(memory)!;
    reported.add(memory);
    const declared = { text: 'it is declared', site: memory.site };
    diagnostics.push({
      code: 'D002',
      message: `memory ${name} is read, but written by nothing`,
      site,
      related: [declared],
      fix: `write it: ${name}.write(address, data)`,
    });
  }
}
