/**
 * Pass: gives every signal, memory, instance and named expression its Verilog name.
 *
 * Names come, in this order, from ports and `.named()`; from the variables on the way from the module's body to the call (a
 * register `valid` made in a helper whose result goes to `left` is `left_valid`); and, where nothing names a signal, from its
 * kind. Two signals from one place (a loop, a helper called twice) get `_1`, `_2` in the order in which they were made: local
 * to that name, so an edit elsewhere never renames them.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ModuleNames } from '../ir/checked-module.ts';
import { type Expression, type InstanceIr, type ModuleIr, operandsOf, type SignalIr } from '../ir/module-ir.ts';
import { type Frame, type Site, siteText } from '../source/site.ts';
import { variableNameAt } from '../source/variable-names.ts';
import { cppKeywords, verilogKeywords } from '../verilog/keywords.ts';
import { uniqueName } from './unique-name.ts';

export function assignNames(ir: ModuleIr, diagnostics: Diagnostic[]): ModuleNames {
  const taken = new Set<string>(verilogKeywords);
  for (const implicit of ['clock', 'reset']) taken.add(implicit);
  const fixed = new Map<string, Site>();
  const fix = (name: string, site: Site, isPort = false): string => {
    const other = fixed.get(name);
    const refuse = (why: string): void => {
      diagnostics.push({
        code: 'N001',
        message: `the name "${name}" of module ${ir.name} ${why}`,
        site,
        related: other === undefined ? [] : [{ text: 'the other is', site: other }],
        fix: 'choose another name',
      });
    };
    if (other !== undefined) refuse('is given twice');
    else if (taken.has(name) || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      refuse('is not free: it is a Verilog keyword, clock, reset or no Verilog name');
    } else if (isPort && cppKeywords.includes(name)) {
      refuse('is not free for a port: it is a C++ keyword, and Verilator makes C++ of ports');
    }
    taken.add(name);
    fixed.set(name, site);
    return name;
  };

  const signals = new Map<ModuleIr['signals'][number], string>();
  const instances = new Map<InstanceIr, string>();
  const memories = new Map<ModuleIr['memories'][number], string>();
  const expressions = new Map<Expression, string>();
  const hints = new Map<Expression, string>();

  for (const signal of ir.signals) {
    if (signal.fixedName !== undefined) {
      const isPort = signal.category === 'input' || signal.category === 'output';
      signals.set(signal, fix(signal.fixedName, signal.site, isPort));
    }
  }
  for (const instance of ir.instances) {
    if (instance.fixedName !== undefined) instances.set(instance, fix(instance.fixedName, instance.site));
  }
  for (const expression of ir.expressions) {
    if (expression.fixedName !== undefined) expressions.set(expression, fix(expression.fixedName, expression.site));
  }

  for (const memory of ir.memories) memories.set(memory, uniqueName(nameOf(memory.site) ?? 'memory', taken));
  for (const instance of ir.instances) {
    if (!instances.has(instance))
      instances.set(instance, uniqueName(nameOf(instance.site) ?? lowerFirst(instance.module.name), taken));
  }
  for (const signal of ir.signals) {
    if (signals.has(signal)) continue;
    const base =
      signal.instance === undefined ? (nameOf(signal.site) ?? signal.category) : instances.get(signal.instance)!;
    signals.set(signal, uniqueName([base, ...signal.path].join('_'), taken));
  }
  nameExpressions(ir, taken, signals, expressions, hints);
  return { signals, memories, instances, expressions, hints, taken };
}

/**
 * An expression is what a variable holds unless a later one from the same variable uses it: of `const sum = a.add(b).mul(c)`
 * only the product is `sum`. The variable of an outer call is only a hint: nobody asked for a wire there.
 */
function nameExpressions(
  ir: ModuleIr,
  taken: Set<string>,
  signals: ReadonlyMap<SignalIr, string>,
  expressions: Map<Expression, string>,
  hints: Map<Expression, string>,
): void {
  const inner = new Set<Expression>();
  for (const expression of ir.expressions) {
    const key = variableOf(expression.site);
    if (key === undefined) continue;
    for (const operand of operandsOf(expression)) {
      if (variableOf(operand.site)?.key === key.key) inner.add(operand);
    }
  }
  for (const expression of ir.expressions) {
    if (expression.handshakeOf !== undefined)
      hints.set(expression, signals.get(expression.handshakeOf)!.replace(/valid$/, 'fire'));
    if (
      expression.op === 'literal' ||
      expression.op === 'signal' ||
      expression.anonymous === true ||
      inner.has(expression) ||
      expressions.has(expression)
    )
      continue;
    const variable = variableOf(expression.site);
    if (variable === undefined) continue;
    const name = [variable.name, ...(expression.path ?? [])].join('_');
    if (variable.direct) expressions.set(expression, uniqueName(name, taken));
    else if (!hints.has(expression)) hints.set(expression, name);
  }
}

interface Variable {
  readonly name: string;
  /** Equal for expressions of one evaluation place of one variable. */
  readonly key: string;
  /** Whether the innermost call itself initialises it. */
  readonly direct: boolean;
}

const variables = new WeakMap<Site, Variable | null>();

function variableOf(site: Site): Variable | undefined {
  let variable = variables.get(site);
  if (variable === undefined) {
    variable = findVariable(site.frames);
    variables.set(site, variable);
  }
  return variable ?? undefined;
}

function findVariable(frames: readonly Frame[]): Variable | null {
  const names = frames.map(variableNameAt);
  const innermost = names.findIndex((name) => name !== undefined);
  if (innermost < 0) return null;
  const parts = names.filter((name) => name !== undefined).reverse();
  return {
    name: verilogName(parts.join('_')),
    key: frames
      .slice(innermost)
      .map((frame) => siteText({ frames: [frame] }))
      .join(),
    direct: innermost === 0,
  };
}

function nameOf(site: Site): string | undefined {
  return variableOf(site)?.name;
}

function verilogName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_]/g, '_');
  return /^[0-9]/.test(plain) ? `_${plain}` : plain;
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
