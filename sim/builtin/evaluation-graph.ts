/**
 * What has to be evaluated in a module before what, and how it is cut into groups that a parent can call one by one.
 *
 * A module's outputs can depend on different inputs, and a parent can feed one of its outputs back to an input of it. So each
 * group of values that the same inputs suffice for is a function of its own. A value that several groups need belongs to the
 * group of the inputs that all of them have: that one comes before each of them.
 */
import type { CheckedModule } from '../../gen/ir/checked-module.ts';
import { type Expression, type InstanceIr, operandsOf, type SignalIr } from '../../gen/ir/module-ir.ts';

/** The call of one group of an instance. */
export interface Call {
  readonly kind: 'call';
  readonly instance: InstanceIr;
  readonly group: number;
}

/** An output or an input of an instance as something to be done: its value goes to its place. Other signals as values. */
export type Node = Expression | SignalIr | Call;

export function isCall(node: Node): node is Call {
  return 'kind' in node;
}

export function isExpression(node: Node): node is Expression {
  return 'op' in node;
}

/** What a parent knows of a module: its groups, each after all whose inputs it has too. */
export interface Groups {
  /** The inputs that each group needs, as a mask of the module's ports. */
  readonly inputs: readonly bigint[];
  /** The group after which an output is known. */
  readonly ofOutput: ReadonlyMap<SignalIr, number>;
}

/** Operators that cost less than to store their result and to load it again. */
const CHEAP = 2;

export class EvaluationGraph {
  readonly groups: Groups;
  readonly module: CheckedModule;
  private readonly calls = new Map<InstanceIr, readonly Call[]>();
  private readonly callOfOutput = new Map<SignalIr, Call>();
  private readonly casts = new Map<SignalIr, Expression>();
  private readonly costs = new Map<Expression, number>();
  private readonly groupOfNode = new Map<Node, number>();
  private readonly tasks: Node[][] = [];
  private readonly childGroups: ReadonlyMap<InstanceIr, Groups>;

  constructor(module: CheckedModule, childGroups: ReadonlyMap<InstanceIr, Groups>) {
    this.module = module;
    this.childGroups = childGroups;
    for (const [instance, groups] of childGroups) {
      const calls = groups.inputs.map((_, group): Call => ({ kind: 'call', instance, group }));
      this.calls.set(instance, calls);
      instance.module.ports.forEach((port, index) => {
        const group = groups.ofOutput.get(port);
        if (group !== undefined) this.callOfOutput.set(instance.ports[index]!, calls[group]!);
      });
    }
    this.groups = this.place();
  }

  /** What an expression reads through names: a wire is what drives it. */
  resolved(expression: Expression): Expression | SignalIr {
    let value = expression;
    while (value.op === 'signal') {
      const { signal } = value;
      if (signal.category !== 'wire') return signal;
      value = this.driverOf(signal);
    }
    return value;
  }

  /** What drives a signal, with the signal's own type. */
  driverOf(signal: SignalIr): Expression {
    const { value } = (this.module.combinational.get(signal) ?? this.module.ghost.combinational.get(signal))!;
    if ((value.type.kind === 'sint') === (signal.type.kind === 'sint')) return value;
    let cast = this.casts.get(signal);
    if (cast === undefined) {
      cast = { op: 'cast', operand: value, type: signal.type, site: value.site };
      this.casts.set(signal, cast);
    }
    return cast;
  }

  /** What has to be known before a node. */
  sourcesOf(node: Node): readonly Node[] {
    if (isCall(node)) {
      const { inputs } = this.childGroups.get(node.instance)!;
      const needed = inputs[node.group]!;
      const pins = node.instance.ports.filter((_, index) => (needed >> BigInt(index)) & 1n);
      const earlier = this.calls.get(node.instance)!.filter((call) => {
        const own = inputs[call.group]!;
        return call !== node && (own & needed) === own;
      });
      return [...pins, ...earlier];
    }
    if (isExpression(node)) return operandsOf(node).map((operand) => this.resolved(operand));
    switch (node.category) {
      case 'instance-output':
        return [this.callOfOutput.get(node)!];
      case 'output':
      case 'instance-input':
        return [this.resolved(this.driverOf(node))];
      default:
        return [];
    }
  }

  /**
   * The group that evaluates a node; undefined for what stands in a place anyway, what costs next to nothing, and what no
   * output and no instance needs.
   */
  groupOf(node: Node): number | undefined {
    return this.groupOfNode.get(node);
  }

  /** The calls and places to be filled of a group, in no particular order. */
  tasksOf(group: number): readonly Node[] {
    return this.tasks[group]!;
  }

  private isPlaced(node: Node): boolean {
    if (isCall(node)) return true;
    if (isExpression(node)) return this.costOf(node) > CHEAP;
    return node.category === 'output' || node.category === 'instance-input';
  }

  /** Operators in an expression, as far as they are not in a place; more than CHEAP for any number above it. */
  private costOf(expression: Expression): number {
    const known = this.costs.get(expression);
    if (known !== undefined) return known;
    // Depth first within three levels, as more would be too much already.
    const cost = this.costWithin(expression, CHEAP + 1);
    this.costs.set(expression, cost);
    return cost;
  }

  private costWithin(node: Expression | SignalIr, limit: number): number {
    if (!isExpression(node) || node.op === 'literal') return 0;
    if (limit === 0 || node.op === 'read') return CHEAP + 1;
    let cost = 1;
    for (const operand of operandsOf(node)) {
      cost += this.costWithin(this.resolved(operand), limit - 1);
      if (cost > CHEAP) return CHEAP + 1;
    }
    return cost;
  }

  private place(): Groups {
    const { ports } = this.module.ir;
    const everything = ports.reduce(
      (mask, port, index) => (port.category === 'input' ? mask | (1n << BigInt(index)) : mask),
      0n,
    );
    const outputs = ports.filter(({ category }) => category === 'output');
    const masks = new Map<Node, bigint>();
    for (const output of outputs) {
      const inputs = this.module.paths.get(output)!;
      masks.set(
        output,
        ports.reduce((mask, port, index) => (inputs.has(port) ? mask | (1n << BigInt(index)) : mask), 0n),
      );
    }
    const calls = [...this.calls.values()].flat();
    // Also those inputs of an instance that only its state depends on.
    const pins = [...this.calls.keys()].flatMap((instance) =>
      instance.ports.filter(({ category }) => category === 'instance-input'),
    );
    const order = inOrder<Node>([...outputs, ...calls, ...pins], (node) => this.sourcesOf(node));
    // From what is needed to what it needs: the inputs that all have who need it.
    for (const node of order.toReversed()) {
      const mask = masks.get(node) ?? everything;
      masks.set(node, mask);
      for (const source of this.sourcesOf(node)) masks.set(source, mask & (masks.get(source) ?? mask));
    }
    const placed = order.filter((node) => this.isPlaced(node));
    const inputs = [...new Set(placed.map((node) => masks.get(node)!))].sort((a, b) => {
      const [few, many] = [a, b].map((mask) => mask.toString(2).replaceAll('0', '').length) as [number, number];
      return few - many;
    });
    const groupOfMask = new Map(inputs.map((mask, index) => [mask, index]));
    this.tasks.push(...inputs.map((): Node[] => []));
    for (const node of placed) {
      const group = groupOfMask.get(masks.get(node)!)!;
      this.groupOfNode.set(node, group);
      if (!isExpression(node)) this.tasks[group]!.push(node);
    }
    return { inputs, ofOutput: new Map(outputs.map((output) => [output, this.groupOfNode.get(output)!])) };
  }
}

/** Everything that `roots` need, each after what it needs itself. Chains can be longer than JavaScript's stack. */
export function inOrder<N>(roots: Iterable<N>, sourcesOf: (node: N) => readonly N[]): N[] {
  const done = new Set<N>();
  const order: N[] = [];
  for (const root of roots) {
    const path = done.has(root) ? [] : [{ node: root, sources: sourcesOf(root), next: 0 }];
    done.add(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const source = top.sources[top.next++];
      if (source === undefined) {
        order.push(top.node);
        path.pop();
      } else if (!done.has(source)) {
        done.add(source);
        path.push({ node: source, sources: sourcesOf(source), next: 0 });
      }
    }
  }
  return order;
}
