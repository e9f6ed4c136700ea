/**
 * Pass: puts the checks of a module, with the ghosts that they read, into a module of their own. Its inputs are the signals of
 * the RTL that they depend on, under the names that these have there.
 */
import type { CheckedModule, DomainNeeds, Driver, GhostLayer, ModuleNames } from '../ir/checked-module.ts';
import type { ClockDomain } from '../ir/clock-domain.ts';
import {
  type Expression,
  type MemoryIr,
  operandsOf,
  type SignalIr,
  type Statement,
  withOperands,
} from '../ir/module-ir.ts';
import { isWire } from './check-visibility.ts';
import { domainOfRegister } from './collect-domains.ts';
import { rtlExpressions } from './rtl-expressions.ts';
import { withReads } from './statement-reads.ts';

export interface IsolatedChecks {
  /** The checks' own module: its `checks` are to be judged in it. */
  readonly module: CheckedModule;
  /** What each of its inputs is in the RTL: a signal, or an expression that has a wire there. */
  readonly inputs: readonly { readonly port: SignalIr; readonly source: SignalIr | Expression }[];
}

/** @param name of the new module */
export function isolateChecks(module: CheckedModule, name: string): IsolatedChecks {
  const { ir, checks, ghost } = module;
  const isolation = new Isolation(module);
  const { replace } = isolation;
  const isolatedChecks = checks.map((each) => ({ ...each, condition: replace(each.condition) }));
  const layer: GhostLayer = {
    combinational: new Map(
      [...ghost.combinational].map(([signal, driver]): [SignalIr, Driver] => [
        signal,
        { ...driver, value: replace(driver.value) },
      ]),
    ),
    sequential: ghost.sequential.map((group) => ({ ...group, statements: withReads(group.statements, replace) })),
    writes: new Map(
      [...ghost.writes].map(([memory, statements]): [MemoryIr, readonly Statement[]] => [
        memory,
        withReads(statements, replace),
      ]),
    ),
  };
  const ports = isolation.inputs.map(({ port }) => port);
  const signals = [...ports, ...ir.signals.filter((signal) => signal.ghost === true)];
  const memories = ir.memories.filter((memory) => memory.ghost === true);
  return {
    module: {
      ...layer,
      ir: { ...ir, name, ports, streams: [], signals, memories, instances: [], body: [], expressions: [] },
      names: isolation.names,
      checks: isolatedChecks,
      ghost: { combinational: new Map(), sequential: [], writes: new Map() },
      paths: new Map(),
      children: new Map(),
      domains: domainsOf(module),
      neutral: false,
    },
    inputs: isolation.inputs,
  };
}

/** Replaces what stands in the RTL by inputs. */
class Isolation {
  readonly inputs: { port: SignalIr; source: SignalIr | Expression }[] = [];
  readonly names: ModuleNames;
  private readonly module: CheckedModule;
  private readonly ofRtl: ReadonlySet<Expression>;
  private readonly hasMemories: boolean;
  private readonly ports = new Map<SignalIr | Expression, Expression>();
  private readonly replaced = new Map<Expression, Expression>();
  private readonly signalNames: Map<SignalIr, string>;
  private readonly expressionNames = new Map<Expression, string>();
  private readonly hints = new Map<Expression, string>();

  constructor(module: CheckedModule) {
    this.module = module;
    const { names } = module;
    this.ofRtl = rtlExpressions(module.ir);
    this.hasMemories = module.ir.memories.some(({ ghost }) => ghost !== true);
    this.signalNames = new Map([...names.signals].filter(([{ ghost }]) => ghost === true));
    this.names = {
      ...names,
      signals: this.signalNames,
      expressions: this.expressionNames,
      hints: this.hints,
      taken: names.takenWithGhosts,
    };
  }

  /** With a stack of its own, as a condition may stand at the end of a long chain of logic. */
  readonly replace = (root: Expression): Expression => {
    const path = [root];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const sources = this.sourcesOf(top);
      const waiting = sources.filter((source) => !this.replaced.has(source));
      if (waiting.length > 0) {
        path.push(...waiting);
        continue;
      }
      path.pop();
      if (!this.replaced.has(top)) this.replaced.set(top, this.replacement(top, sources));
    }
    return this.replaced.get(root)!;
  };

  private sourcesOf(expression: Expression): readonly Expression[] {
    if (expression.op !== 'signal') return this.isMemoryWire(expression) ? [] : operandsOf(expression);
    // An input of an instance has no net of its own where its driver has one.
    const { signal } = expression;
    return signal.category === 'instance-input' ? [this.module.combinational.get(signal)!.value] : [];
  }

  private replacement(expression: Expression, sources: readonly Expression[]): Expression {
    const { names } = this.module;
    if (expression.op === 'signal') {
      const { signal } = expression;
      if (signal.ghost === true) return expression;
      if (sources.length > 0) return this.replaced.get(sources[0]!)!;
      return this.inputFor(signal, names.signals.get(signal)!);
    }
    if (this.isMemoryWire(expression)) return this.inputFor(expression, names.expressions.get(expression)!);
    const result = withOperands(
      expression,
      sources.map((source) => this.replaced.get(source)!),
    );
    const [name, hint] = [names.expressions.get(expression), names.hints.get(expression)];
    if (name !== undefined) this.expressionNames.set(result, name);
    if (hint !== undefined) this.hints.set(result, hint);
    return result;
  }

  /** Whether it can only be had from the RTL, and is a wire there. */
  private isMemoryWire(expression: Expression): boolean {
    return this.hasMemories && isWire(expression, this.ofRtl, this.module.names) && readsMemory(expression);
  }

  private inputFor(source: SignalIr | Expression, name: string): Expression {
    let input = this.ports.get(source);
    if (input === undefined) {
      const { type, site } = source;
      const port: SignalIr = { category: 'input', type, site, fixedName: name, path: [name] };
      input = { op: 'signal', signal: port, type, site };
      this.ports.set(source, input);
      this.inputs.push({ port, source });
      this.signalNames.set(port, name);
    }
    return input;
  }
}

function readsMemory(root: Expression): boolean {
  const seen = new Set([root]);
  // A set gives what is added while it is walked.
  for (const expression of seen) {
    if (expression.op === 'read' && expression.memory.ghost !== true) return true;
    for (const operand of operandsOf(expression)) seen.add(operand);
  }
  return false;
}

/** The clocks and resets that the checks and ghosts use; resets as far as the RTL has them. */
function domainsOf({ domains, checks, ghost }: CheckedModule): Map<ClockDomain, DomainNeeds> {
  const registers = ghost.sequential.flatMap((group) => group.registers);
  return new Map(
    [...domains].flatMap(([domain, { resettable }]): [ClockDomain, DomainNeeds][] => {
      const own = registers.filter((register) => domainOfRegister(register) === domain);
      const judged = checks.some((check) => check.domain === domain);
      const needed = judged || own.length > 0 || ghost.writes.size > 0;
      const reset = resettable && (judged || own.some((register) => register.reset !== undefined));
      return needed ? [[domain, { clocked: true, resettable: reset }]] : [];
    }),
  );
}
