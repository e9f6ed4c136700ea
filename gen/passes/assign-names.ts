/**
 * Pass: gives every signal, memory, instance and named expression its Verilog name.
 *
 * Names come, in this order, from ports and `.named()`; from the variables on the way from the module's body to the call (a
 * register `valid` made in a helper whose result goes to `left` is `left_valid`); and, where nothing names a signal, from its
 * kind. Two signals from one place (a loop, a helper called twice) get `_1`, `_2` in the order in which they were made: local
 * to that name, so an edit elsewhere never renames them.
 *
 * What only checks see is named after the RTL, so that no check can change a name in it.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CheckedModule, ModuleNames } from '../ir/checked-module.ts';
import { type ClockDomain, domainText } from '../ir/clock-domain.ts';
import {
  type Expression,
  type InstanceArrayIr,
  type InstanceIr,
  type ModuleIr,
  operandsOf,
  type PastIr,
  type SignalIr,
} from '../ir/module-ir.ts';
import { portLayout } from '../ir/port-layout.ts';
import { type Frame, type Site, siteText } from '../source/site.ts';
import { variableNameAt } from '../source/variable-names.ts';
import { cppKeywords, verilogKeywords } from '../verilog/keywords.ts';
import { namedDomains, signalNamesOf } from './collect-domains.ts';
import { rtlExpressions } from './rtl-expressions.ts';
import { uniqueName } from './unique-name.ts';

export function assignNames(
  ir: ModuleIr,
  children: ReadonlyMap<ModuleIr, CheckedModule>,
  diagnostics: Diagnostic[],
): ModuleNames {
  const taken = new Set<string>(verilogKeywords);
  for (const implicit of ['clock', 'reset']) taken.add(implicit);
  const ofDomains = new Map<string, ClockDomain>();
  for (const domain of namedDomains(ir, children)) {
    for (const name of signalNamesOf(domain)) {
      taken.add(name);
      ofDomains.set(name, domain);
    }
  }
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
    const domain = ofDomains.get(name);
    if (other !== undefined) refuse('is given twice');
    else if (domain !== undefined) refuse(`is not free: it is a signal of ${domainText(domain)}`);
    else if (verilogKeywords.includes(name)) refuse('is not free: it is a Verilog keyword');
    else if (taken.has(name)) refuse('is not free: the clock and the reset of a module are called so');
    else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      refuse('is no Verilog name, which has letters, digits and _, and starts with no digit');
    } else if (isPort && cppKeywords.includes(name)) {
      refuse('is not free for a port: it is a C++ keyword, and Verilator makes C++ of ports');
    }
    taken.add(name);
    fixed.set(name, site);
    return name;
  };

  const signals = new Map<ModuleIr['signals'][number], string>();
  const instances = new Map<InstanceIr, string>();
  const arrays = new Map<InstanceArrayIr, string>();
  const memories = new Map<ModuleIr['memories'][number], string>();
  const expressions = new Map<Expression, string>();
  const hints = new Map<Expression, string>();

  const layout = portLayout(ir);
  for (const { name, leaves } of layout) {
    const port = fix(name, leaves[0]!.signal.site, true);
    if (leaves.length === 1) signals.set(leaves[0]!.signal, port);
  }
  for (const signal of ir.signals) {
    const isPort = signal.category === 'input' || signal.category === 'output';
    if (signal.fixedName !== undefined && !isPort)
      signals.set(signal, fix(signal.fixedName, signal.namedAt ?? signal.site));
  }
  const arraysOf = new Set(ir.instances.flatMap(({ element }) => (element === undefined ? [] : [element.array])));
  for (const array of arraysOf) {
    if (array.fixedName !== undefined) arrays.set(array, fix(array.fixedName, array.site));
  }
  for (const instance of ir.instances) {
    if (instance.fixedName !== undefined) instances.set(instance, fix(instance.fixedName, instance.site));
  }
  for (const memory of ir.memories) {
    if (memory.fixedName !== undefined) memories.set(memory, fix(memory.fixedName, memory.site));
  }
  for (const expression of ir.expressions) {
    if (expression.fixedName !== undefined)
      expressions.set(expression, fix(expression.fixedName, expression.namedAt ?? expression.site));
  }

  const nameMemories = (ghost: boolean): void => {
    for (const memory of ir.memories) {
      if ((memory.ghost === true) === ghost && !memories.has(memory))
        memories.set(memory, uniqueName(nameOf(memory.site) ?? 'memory', taken));
    }
  };
  nameMemories(false);
  for (const array of arraysOf) {
    if (!arrays.has(array)) arrays.set(array, uniqueName(nameOf(array.site) ?? lowerFirst(array.module.name), taken));
  }
  for (const instance of ir.instances) {
    const { element, site, module } = instance;
    const base =
      element === undefined
        ? (nameOf(site) ?? lowerFirst(module.name))
        : `${arrays.get(element.array)}_${element.index}`;
    if (!instances.has(instance)) instances.set(instance, uniqueName(base, taken));
  }
  // An element of a packed port has a name for messages, and for a wire of its own where it is read back.
  for (const { signal } of layout.flatMap(({ leaves }) => leaves)) {
    if (!signals.has(signal)) signals.set(signal, uniqueName(signal.path.join('_'), taken));
  }
  for (const signal of ir.signals) {
    if (signals.has(signal) || signal.ghost === true) continue;
    const base =
      signal.instance === undefined
        ? (nameOf(signal.site) ?? signal.fallbackName ?? signal.category)
        : instances.get(signal.instance)!;
    signals.set(signal, uniqueName([base, ...signal.path].join('_'), taken));
  }
  const ofRtl = rtlExpressions(ir);
  const [inRtl, others] = [
    ir.expressions.filter((expression) => ofRtl.has(expression)),
    ir.expressions.filter((expression) => !ofRtl.has(expression)),
  ];
  nameExpressions(inRtl, taken, signals, expressions, hints);
  const takenByRtl = new Set(taken);

  nameMemories(true);
  for (const signal of ir.signals) {
    if (signals.has(signal) || signal.past !== undefined) continue;
    signals.set(signal, uniqueName([nameOf(signal.site) ?? signal.category, ...signal.path].join('_'), taken));
  }
  nameExpressions(others, taken, signals, expressions, hints);
  for (const signal of ir.signals) {
    if (signal.past !== undefined) signals.set(signal, uniqueName(pastName(signal.past, signals, expressions), taken));
  }
  return { signals, memories, instances, arrays, expressions, hints, taken: takenByRtl, takenWithGhosts: taken };
}

/** What remembers the past of a value is called after it: `count_past`, `count_past2`. */
function pastName(
  { of, cycles, known }: PastIr,
  signals: ReadonlyMap<SignalIr, string>,
  expressions: ReadonlyMap<Expression, string>,
): string {
  const suffix = cycles === 1 ? 'past' : `past${cycles}`;
  if (known === undefined) return `${suffix}_known`;
  const name = of.op === 'signal' ? signals.get(of.signal) : expressions.get(of);
  return `${name ?? nameOf(of.site) ?? 'value'}_${suffix}`;
}

/**
 * An expression is what a variable holds unless a later one from the same variable uses it: of `const sum = a.add(b).mul(c)`
 * only the product is `sum`. The variable of an outer call is only a hint: nobody asked for a wire there.
 */
function nameExpressions(
  all: readonly Expression[],
  taken: Set<string>,
  signals: ReadonlyMap<SignalIr, string>,
  expressions: Map<Expression, string>,
  hints: Map<Expression, string>,
): void {
  const inner = new Set<Expression>();
  for (const expression of all) {
    if (expression.op === 'literal' || expression.op === 'signal') continue;
    const key = variableOf(expression.site);
    if (key === undefined) continue;
    for (const operand of operandsOf(expression)) {
      if (operand.op !== 'signal' && variableOf(operand.site)?.key === key.key) inner.add(operand);
    }
  }
  for (const expression of all) {
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
