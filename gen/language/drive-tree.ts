/** Drives aggregates of plain data as a whole, and lets a signal choose the element of a vector that is read or driven. */
import { captureSite } from '../source/capture-site.ts';
import type { Expression } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import type { Plain, Tree } from './tree.ts';
import { type Choice, deliver, type Delivery } from './destination.ts';
import { currentModule, keep, type ModuleBuilder } from './module-builder.ts';
import { fatal } from './report.ts';
import { type Operand, Signal, indexOperand } from './signal.ts';

/** Gives a record of signals its `set`. */
export function asDrivableRecord<T extends object>(tree: T): T {
  return Object.defineProperty(tree, 'set', { value: (value: Plain) => drive(tree as Tree, value) });
}

/** Gives a vector of plain data its `set` and its `at`. */
export function asDrivableVector(elements: Tree[]): Tree {
  Object.defineProperty(elements, 'at', { value: (index: Signal) => chooseElement(elements, index) });
  return asDrivableRecord(elements);
}

/** Drives every leaf of `target` with the part of `value` in the same place. */
function drive(target: Tree, value: Plain): void {
  const builder = currentModule('set()');
  const site = captureSite();
  deliver(builder, deliveriesTo(builder, target, value, site), site);
}

function deliveriesTo(builder: ModuleBuilder, target: Tree, value: Plain | undefined, site: Site): Delivery[] {
  if (target instanceof Signal) return target.accept(builder, value as Operand, site);
  const given = value instanceof Signal || typeof value !== 'object' || value === null ? undefined : Object.keys(value);
  const expected = Object.keys(target);
  if (given === undefined || given.length !== expected.length || expected.some((key) => !given.includes(key))) {
    throw fatal(
      'W001',
      site,
      `set() needs the fields ${expected.join(', ')}, and is given ${given === undefined ? 'a single value' : given.join(', ')}`,
      'give every field exactly once; to drive one field alone, call set() on that field',
    );
  }
  return expected.flatMap((key) =>
    deliveriesTo(builder, (target as Record<string, Tree>)[key]!, (value as Record<string, Plain>)[key], site),
  );
}

function chooseElement(elements: readonly Tree[], index: Signal): Tree {
  const builder = currentModule('at()');
  const site = captureSite();
  const choice = { index: indexOperand(builder, index, elements.length, 'elements', site) };
  return choose(elements, new Alternatives(choice, site), []);
}

/** One call of `at()`: the comparisons that it takes to read, shared by all that is read. */
class Alternatives {
  readonly choice: Choice;
  private readonly site: Site;
  private readonly comparisons = new Map<number, Expression>();

  constructor(choice: Choice, site: Site) {
    this.choice = choice;
    this.site = site;
  }

  /** The value at the index; of an index beyond the last, the last. */
  read(owner: ModuleBuilder, values: readonly Signal[], path: readonly string[]): Expression {
    const { site } = this;
    const last = values[values.length - 1]!.expression;
    return values.slice(0, -1).reduceRight((whenFalse, { expression: whenTrue }, position) => {
      const condition = this.isIndex(owner, position);
      return keep(owner, { op: 'mux', condition, whenTrue, whenFalse, type: whenTrue.type, site, path });
    }, last);
  }

  private isIndex(owner: ModuleBuilder, position: number): Expression {
    let comparison = this.comparisons.get(position);
    if (comparison === undefined) {
      const { site } = this;
      const left = this.choice.index;
      const right = keep(owner, { op: 'literal', value: BigInt(position), type: left.type, site });
      const type = { kind: 'bool', width: 1 } as const;
      comparison = keep(owner, { op: 'binary', operator: 'eq', left, right, type, site });
      this.comparisons.set(position, comparison);
    }
    return comparison;
  }
}

function choose(elements: readonly Tree[], alternatives: Alternatives, path: readonly string[]): Tree {
  const [first] = elements;
  if (first instanceof Signal) {
    const values = elements as readonly Signal[];
    const { owner, type, destination } = first;
    const target = destination && {
      kind: 'chosen' as const,
      choice: alternatives.choice,
      alternatives: values.map((value) => value.destination!),
    };
    return new Signal(owner, { type, build: () => alternatives.read(owner, values, path) }, target);
  }
  const chosen = Object.keys(first!).map((key) => {
    const parts = elements.map((element) => (element as Record<string, Tree>)[key]!);
    return [key, choose(parts, alternatives, [...path, key])] as const;
  });
  return Array.isArray(first)
    ? asDrivableVector(chosen.map(([, tree]) => tree))
    : asDrivableRecord(Object.fromEntries(chosen));
}
