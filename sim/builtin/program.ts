/** A design as JavaScript that runs: the functions of all its modules around the arrays that hold its state. */
import type { Check, CheckedModule } from '../../gen/ir/checked-module.ts';
import type { ClockDomain } from '../../gen/ir/clock-domain.ts';
import type { Expression } from '../../gen/ir/module-ir.ts';
import { ExternalCode } from './external-code.ts';
import { type InstanceNode, instancesOf, instanceTree } from './hierarchy.ts';
import type { Extent, Slot } from './layout.ts';
import { codeOf, ModuleCode } from './module-code.ts';
import { operations } from './operations.ts';
import { randomState } from './power-up.ts';
import { runCode, type State } from './state.ts';

export type Report = (check: Check, instance: InstanceNode) => void;

interface Functions {
  settle(): void;
  edge(active: number, reset: number): void;
  readonly resets: ReadonlyMap<ClockDomain, () => void>;
  observe(source: string): Observer;
}

/** Puts the values of an instance into `values`. */
export type Observer = (int: number, real: number, big: number, values: (number | bigint)[]) => void;

export class Program {
  readonly top: ModuleCode;
  readonly tree: InstanceNode;
  readonly state: State;
  private readonly functions: Functions;
  private readonly observers = new Map<ModuleCode, Observer>();

  /**
   * @param seed of the random bits that state starts with
   * @param report told of every check that does not hold, before the edge takes effect
   */
  constructor(checked: CheckedModule, seed: number, report: Report) {
    const top = codeOf(checked);
    if (top instanceof ExternalCode)
      throw new Error(`module ${checked.ir.name} is written in Verilog: it can't be the top`);
    this.top = top;
    this.tree = instanceTree(top);
    const { int, real, big } = top.extent;
    this.state = { int: new Int32Array(int), real: new Float64Array(real), big: new Array<bigint>(big).fill(0n) };
    randomState(this.tree, this.state, seed);
    const fail = (name: string, ...args: number[]): void => {
      const [ownInt, ownReal, ownBig, check] = args as [number, number, number, number];
      for (const instance of instancesOf(this.tree)) {
        const { base, code } = instance;
        if (code.name === name && base.int === ownInt && base.real === ownReal && base.big === ownBig)
          report(code.checked.checks[check]!, instance);
      }
    };
    const made = runCode(sourceOf(top), this.state, { operations, fail }) as Omit<Functions, 'resets'> & {
      readonly resets: readonly (() => void)[];
    };
    const resets = new Map([...top.domains].map((domain, index) => [domain, made.resets[index]!]));
    this.functions = { ...made, resets };
  }

  /** Everything combinational, from the inputs and the state. */
  settle(): void {
    this.functions.settle();
  }

  /** The clock edges of some domains at once, after all has settled; masks of the top's domains. */
  edge(active: number, reset: number): void {
    this.functions.edge(active, reset);
  }

  /** What an asynchronous reset of a domain does. */
  resetOf(domain: ClockDomain): () => void {
    return this.functions.resets.get(domain)!;
  }

  /** The values of some expressions of a module in one of its instances, after all has settled. */
  valuesOf(
    { code, base }: InstanceNode & { readonly code: ModuleCode },
    values: readonly Expression[],
  ): (number | bigint)[] {
    let observer = this.observers.get(code);
    if (observer === undefined) {
      observer = this.functions.observe(code.observer(values));
      this.observers.set(code, observer);
    }
    const result: (number | bigint)[] = new Array<number>(values.length);
    observer(base.int, base.real, base.big, result);
    return result;
  }

  read({ int, real, big }: Extent, { store, offset }: Slot, at: number = 0): number | bigint {
    const base = { int, real, big }[store];
    return this.state[store][base + offset + at]!;
  }
}

function sourceOf(top: ModuleCode): string {
  const modules = new Set<ModuleCode | ExternalCode>();
  const add = (code: ModuleCode | ExternalCode): void => {
    if (modules.has(code)) return;
    if (code instanceof ModuleCode) for (const child of code.children) add(child.code);
    modules.add(code);
  };
  add(top);
  const domains = [...top.domains];
  const groups = top.groups.inputs.map((_, group) => `${top.groupFunction(group)}(0, 0, 0);`);
  const resets = domains.map((domain) => `() => ${top.resetFunction(domain)}(0, 0, 0)`);
  return [
    "'use strict';",
    `const { ${Object.keys(operations).join(', ')} } = operations;`,
    ...[...modules].map(({ text }) => text),
    `return {`,
    `settle() {\n${groups.join('\n')}\n},`,
    `edge(active, reset) { ${top.edgeFunction()}(0, 0, 0, active, reset); },`,
    `resets: [${resets.join(', ')}],`,
    // Observers come later, and need what the functions stand in.
    `observe: (source) => eval(source),`,
    `};`,
  ].join('\n');
}
