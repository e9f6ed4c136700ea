/**
 * Pass: turns the conditional assignments of each wire, output and instance input into one expression of muxes. A gap (a case
 * in which nothing drives it) would be a latch, and is an error; so is a signal that nothing drives at all.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Driver, ModuleNames } from '../ir/checked-module.ts';
import {
  bodiesOf,
  type Expression,
  type MemoryIr,
  type ModuleIr,
  operandsOf,
  readsOf,
  type SignalIr,
  type Statement,
  type SwitchStatement,
  withBodies,
} from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import { type Drivers, withoutIdleBranches } from './collect-drivers.ts';
import { branchesOf } from './logic.ts';

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
    if (signal.category === 'register') {
      reportUndrivenBits(signal, statements, ir, names, diagnostics);
      continue;
    }
    const parts = segmentsOf(signal, statements).map((segment) => {
      const own = restrict(statements, segment);
      return {
        segment,
        result: own.length === 0 ? { gap: statements[0]!.site, nowhere: true } : valueOf(own, undefined),
      };
    });
    const { site } = statements.at(-1)!;
    for (const { segment, result } of parts) {
      if (!('gap' in result)) continue;
      diagnostics.push({
        code: 'D003',
        message: `${names.signals.get(signal)}${segmentText(signal, segment)} is ${result.nowhere === true ? 'driven by nothing, while other bits of it are' : 'not driven in every case, and would have to remember its value'}`,
        site: result.gap,
        related: [{ text: 'the signal is declared', site: signal.site }],
        fix: 'set a default before the when(), or add otherwise(); if it is to remember, make it a reg()',
      });
    }
    const resolved = parts.flatMap(({ result }) => ('gap' in result ? [] : [result.value]));
    if (resolved.length === parts.length) values.set(signal, { value: joined(signal, resolved, site), site });
  }
  reportUnwritten(ir, drivers, names, diagnostics);
  return values;
}

/** A run of bits that every statement drives as a whole or not at all. */
interface Segment {
  readonly high: number;
  readonly low: number;
}

/** The bits of a signal cut wherever a statement drives only a part; from the top down. */
function segmentsOf(signal: SignalIr, statements: readonly Statement[]): Segment[] {
  const cuts = new Set([0, signal.type.width]);
  const visit = (statement: Statement): void => {
    if (statement.kind === 'assign' && statement.part !== undefined) {
      cuts.add(statement.part.low);
      cuts.add(statement.part.high + 1);
    } else if (statement.kind === 'when' || statement.kind === 'switch') {
      for (const body of bodiesOf(statement)) body.forEach(visit);
    }
  };
  statements.forEach(visit);
  const bounds = [...cuts].sort((a, b) => b - a);
  return bounds.slice(1).map((low, index) => ({ high: bounds[index]! - 1, low }));
}

function segmentText({ type }: SignalIr, { high, low }: Segment): string {
  if (high - low + 1 === type.width) return '';
  return high === low ? `[${low}]` : `[${high}:${low}]`;
}

/** The statements as far as they drive a segment, each driving exactly that. */
function restrict(statements: readonly Statement[], segment: Segment): Statement[] {
  return statements.flatMap((statement): Statement[] => {
    if (statement.kind === 'assign') {
      const { target, part = { high: target.type.width - 1, low: 0 }, value, site } = statement;
      if (part.low > segment.high || part.high < segment.low) return [];
      const [high, low] = [segment.high - part.low, segment.low - part.low];
      if (low === 0 && high === value.type.width - 1) return [statement];
      const type = { kind: 'bits', width: high - low + 1 } as const;
      return [{ ...statement, value: { op: 'slice', operand: value, high, low, type, site } }];
    }
    if (statement.kind !== 'when' && statement.kind !== 'switch') return [statement];
    const bodies = bodiesOf(statement).map((body) => restrict(body, segment));
    return bodies.some((body) => body.length > 0) ? [withoutIdleBranches(withBodies(statement, bodies))] : [];
  });
}

function joined({ type }: SignalIr, parts: readonly Expression[], site: Site): Expression {
  if (parts.length === 1) return parts[0]!;
  const bits: Expression = { op: 'concat', parts, type: { kind: 'bits', width: type.width }, site };
  return type.kind === 'bits' ? bits : { op: 'cast', operand: bits, type, site };
}

/** `nowhere`: no statement drives it at all. */
type Resolved = { readonly value: Expression } | { readonly gap: Site; readonly nowhere?: boolean };

function valueOf(statements: readonly Statement[], before: Expression | undefined): Resolved {
  let value = before;
  let gap: Site | undefined;
  for (const statement of statements) {
    if (statement.kind === 'assign') {
      value = statement.value;
    } else if (statement.kind === 'when' || statement.kind === 'switch') {
      const { site } = statement;
      const ofBody = (body: readonly Statement[] | undefined): Resolved =>
        body === undefined || body.length === 0 ? orGap(value, site) : valueOf(body, value);
      const choices = branchesOf(statement);
      // Where the cases leave nothing over, the last one is the rest.
      const complete = statement.kind === 'switch' && statement.otherwise === undefined && coversAll(statement);
      let rest = complete ? ofBody(choices.at(-1)!.body) : ofBody(statement.otherwise);
      for (const { condition, body } of (complete ? choices.slice(0, -1) : choices).toReversed()) {
        const own = ofBody(body);
        if ('gap' in rest || 'gap' in own) {
          rest = 'gap' in rest ? rest : own;
          continue;
        }
        const { type } = own.value;
        rest =
          own.value === rest.value
            ? rest
            : { value: { op: 'mux', condition, whenTrue: own.value, whenFalse: rest.value, type, site } };
      }
      if ('gap' in rest) gap ??= rest.gap;
      else value = rest.value;
    }
  }
  return value === undefined ? { gap: gap ?? statements[0]!.site } : { value };
}

/** Whether the cases name every bit pattern of the subject. */
function coversAll({ subject, cases }: SwitchStatement): boolean {
  return BigInt(cases.reduce((sum, { values }) => sum + values.length, 0)) === 1n << BigInt(subject.type.width);
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
      for (const value of readsOf(statement)) {
        if (value.op === 'signal' && !reads.has(value.signal)) reads.set(value.signal, statement.site);
      }
      if (statement.kind === 'when' || statement.kind === 'switch') bodiesOf(statement).forEach(visit);
    }
  };
  visit(ir.body);
  for (const { enable, site } of ir.signals)
    if (enable?.op === 'signal' && !reads.has(enable.signal)) reads.set(enable.signal, site);
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
    const { element } = signal.instance!;
    const pin = element === undefined ? undefined : `${names.arrays.get(element.array)}[${element.index}].${port}`;
    diagnostics.push({
      code: 'D002',
      message: `input ${pin ?? `${port} of instance ${names.instances.get(signal.instance!)}`} is driven by nothing`,
      site: signal.site,
      related: [],
      fix: pin === undefined ? `connect it: set() on ${port} of the instance` : `connect it: ${pin}.set(...)`,
    });
  } else if (read !== undefined) {
    const constant = signal.reset !== undefined;
    diagnostics.push({
      code: 'D002',
      message: `${signal.category} ${name} is read, but driven by nothing${constant ? ': from reset on it is a constant' : ''}`,
      site: read,
      related: [declared],
      fix: `drive it: ${name}.set(...)${constant ? '; or, for a constant, use lit(type, value)' : ''}`,
    });
  }
}

/** Bits of a register that something reads and nothing drives, where others of it are driven. */
function reportUndrivenBits(
  signal: SignalIr,
  statements: readonly Statement[],
  ir: ModuleIr,
  names: ModuleNames,
  diagnostics: Diagnostic[],
): void {
  const segments = segmentsOf(signal, statements);
  if (segments.length === 1) return;
  const undriven = segments.filter((segment) => restrict(statements, segment).length === 0);
  for (const segment of undriven) {
    const read = ir.expressions.find((expression) => readsBits(expression, signal, segment));
    if (read === undefined) continue;
    const name = names.signals.get(signal)!;
    diagnostics.push({
      code: 'D002',
      message: `register ${name}${segmentText(signal, segment)} is read, but driven by nothing; other bits of it are`,
      site: read.site,
      related: [{ text: 'it is declared', site: signal.site }],
      fix: 'drive these bits too, or make the register narrower',
    });
  }
}

function readsBits(expression: Expression, signal: SignalIr, { high, low }: Segment): boolean {
  const reads = operandsOf(expression).some((operand) => operand.op === 'signal' && operand.signal === signal);
  return reads && (expression.op !== 'slice' || (expression.low <= high && low <= expression.high));
}

function reportUnwritten(ir: ModuleIr, drivers: Drivers, names: ModuleNames, diagnostics: Diagnostic[]): void {
  const reported = new Set<MemoryIr>();
  for (const expression of ir.expressions) {
    if (expression.op !== 'read' || drivers.has(expression.memory) || reported.has(expression.memory)) continue;
    const { memory, site } = expression;
    // Nothing writes a table.
    if (memory.initial !== undefined) continue;
    const name = names.memories.get(memory)!;
    reported.add(memory);
    const declared = { text: 'it is declared', site: memory.site };
    diagnostics.push({
      code: 'D002',
      message: `memory ${name} is read, but written by nothing`,
      site,
      related: [declared],
      fix: `write it: ${name}.write(address, data); or give it initial contents, for a table`,
    });
  }
}
