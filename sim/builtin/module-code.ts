/** The generated code of a module: the same functions for all its instances. */
import type { CheckedModule } from '../../gen/ir/checked-module.ts';
import type { ClockDomain } from '../../gen/ir/clock-domain.ts';
import type { Expression, InstanceIr, MemoryIr, SignalIr } from '../../gen/ir/module-ir.ts';
import { domainOfRegister, seenFrom } from '../../gen/passes/collect-domains.ts';
import type { ChildCode } from './child-code.ts';
import { EdgeWriter } from './clock-edge.ts';
import { EvaluationGraph, type Groups, inOrder, isCall, isExpression, type Node } from './evaluation-graph.ts';
import { ExternalCode } from './external-code.ts';
import { FunctionWriter, type Scope } from './function-writer.ts';
import { baseNames, type Extent, Layout, parameters, type Slot, slotText, within } from './layout.ts';
import { valueText } from './value-code.ts';

/** An instance in the range of its parent. */
export interface ChildPlace {
  readonly instance: InstanceIr;
  readonly code: ModuleCode | ExternalCode;
  readonly base: Extent;
}

let modulesCompiled = 0;
const compiled = new WeakMap<CheckedModule, ModuleCode | ExternalCode>();

/** The code of a module and of what stands below it; made once for each module. */
export function codeOf(checked: CheckedModule): ModuleCode | ExternalCode {
  let code = compiled.get(checked);
  if (code === undefined) {
    const name = `m${modulesCompiled++}`;
    code = checked.ir.external === undefined ? new ModuleCode(checked, name) : new ExternalCode(checked, name);
    compiled.set(checked, code);
  }
  return code;
}

export class ModuleCode implements ChildCode {
  readonly checked: CheckedModule;
  readonly graph: EvaluationGraph;
  readonly layout = new Layout();
  readonly children: readonly ChildPlace[];
  readonly domains: ReadonlySet<ClockDomain>;
  /** The functions, as JavaScript; those of other modules are not among them. */
  readonly text: string;
  /** Registers, ports, and the ports of instances. */
  readonly signalSlots = new Map<SignalIr, Slot>();
  readonly memorySlots = new Map<MemoryIr, Slot>();
  readonly name: string;
  private readonly keptSlots = new Map<Expression, Slot>();

  constructor(checked: CheckedModule, name: string) {
    this.checked = checked;
    this.name = name;
    const { ir } = checked;
    const codes = new Map(ir.instances.map((instance) => [instance, codeOf(checked.children.get(instance.module)!)]));
    this.graph = new EvaluationGraph(checked, new Map([...codes].map(([instance, { groups }]) => [instance, groups])));
    for (const signal of ir.signals) {
      const { category } = signal;
      if (category === 'input' || category === 'output' || category === 'register')
        this.signalSlots.set(signal, this.layout.add(signal.type));
    }
    for (const memory of ir.memories) this.memorySlots.set(memory, this.layout.add(memory.type, wordsOf(memory)));
    this.children = [...codes].map(([instance, code]) => ({
      instance,
      code,
      base: this.layout.addRange(code.extent),
    }));
    for (const { instance, code, base } of this.children) {
      instance.module.ports.forEach((port, index) =>
        this.signalSlots.set(instance.ports[index]!, within(base, code.portSlot(port))),
      );
    }
    const own = [...checked.sequential, ...checked.ghost.sequential].map(({ registers }) =>
      domainOfRegister(registers[0]!),
    );
    this.domains = new Set([...checked.domains.keys(), ...own]);
    this.text = this.write();
  }

  get groups(): Groups {
    return this.graph.groups;
  }

  get extent(): Extent {
    return this.layout.extent;
  }

  portSlot(port: SignalIr): Slot {
    return this.signalSlots.get(port)!;
  }

  groupFunction(group: number): string {
    return `${this.name}_group${group}`;
  }

  edgeFunction(): string {
    return `${this.name}_edge`;
  }

  resetFunction(domain: ClockDomain): string {
    return `${this.name}_reset${[...this.domains].indexOf(domain)}`;
  }

  /**
   * A function that gives any values of the module's signals and expressions, `(base..., values) => void`: for looking at what
   * stands in no place.
   */
  observer(values: readonly Expression[]): string {
    const scope = this.scope(undefined, (node) => (isExpression(node) ? this.keptSlots.get(node) : undefined));
    const writer = new FunctionWriter(scope);
    writer.prepare(values.map((expression) => ({ expression, block: writer.top })));
    values.forEach((expression, index) =>
      writer.add(writer.top, `values[${index}] = ${valueText(writer.codeOf(expression))};`),
    );
    return `(${parameters}, values) => {\n${writer.textOf(writer.top)}\n}`;
  }

  /** What comes late asks for values of what comes early, so the last function is written first. */
  private write(): string {
    const edge = new EdgeWriter(
      this,
      this.scope(undefined, (node) => this.slotOfPlaced(node)),
    ).write(
      this.edgeFunction(),
      this.children.flatMap((child) => this.edgeCall(child)),
    );
    const resets = [...this.domains].map((domain) => {
      const calls = this.callsInDomain(domain);
      const lines = [
        ...new EdgeWriter(
          this,
          this.scope(undefined, () => undefined),
        ).resetLines(domain),
        ...calls.map(({ child, seen }) => `${child.code.resetFunction(seen)}(${startOf(child.base)});`),
      ];
      return `function ${this.resetFunction(domain)}(${parameters}) {\n${lines.join('\n')}\n}`;
    });
    const groups = this.groups.inputs.map((_, group) => group).toReversed();
    return [...groups.map((group) => this.writeGroup(group)), edge, ...resets].join('\n');
  }

  /** The call of an instance's edge: the masks are of its own domains. */
  private edgeCall({ instance, code, base }: ChildPlace): string[] {
    const seen = [...code.domains].map((domain) => [...this.domains].indexOf(seenFrom(instance, domain)));
    if (seen.length === 0) return [];
    const call = (active: string, reset: string): string =>
      `${code.edgeFunction()}(${startOf(base)}, ${active}, ${reset});`;
    if (seen.length === this.domains.size && seen.every((own, index) => own === index))
      return [call('active', 'reset')];
    const mask = (name: string): string => seen.map((own, index) => `(${name} >>> ${own} & 1) << ${index}`).join(' | ');
    return [`if ((${mask('active')}) !== 0) ${call(mask('active'), mask('reset'))}`];
  }

  private callsInDomain(domain: ClockDomain): { child: ChildPlace; seen: ClockDomain }[] {
    return this.children.flatMap((child) =>
      [...child.code.domains]
        .filter((seen) => seenFrom(child.instance, seen) === domain)
        .map((seen) => ({ child, seen })),
    );
  }

  private writeGroup(group: number): string {
    const { graph } = this;
    const isOwn = (node: Node): boolean => graph.groupOf(node) === group;
    const scope = this.scope(group, (node) => this.slotOfPlaced(node));
    const writer = new FunctionWriter(scope);
    const sourcesOf = (node: Node): readonly Node[] => {
      if (isCall(node)) return graph.sourcesOf(node).filter(isOwn);
      if (isExpression(node)) return writer.operandsOf(node);
      if (node.category === 'instance-output') return graph.sourcesOf(node).filter(isOwn);
      return isOwn(node) ? graph.sourcesOf(node) : [];
    };
    // What only later functions read is no part of a task.
    const asked = [...this.keptSlots.keys()].filter(isOwn);
    const order = inOrder<Node>([...graph.tasksOf(group), ...asked], sourcesOf);
    for (const node of asked) writer.use(node, writer.top);
    for (const node of order) {
      const sources = isCall(node) ? [] : isExpression(node) || isOwn(node) ? sourcesOf(node) : [];
      for (const source of sources) if (!isCall(source)) writer.use(source, writer.top);
    }
    for (const node of order) {
      if (isCall(node)) {
        const child = this.children.find(({ instance }) => instance === node.instance)!;
        writer.add(writer.top, `${child.code.groupFunction(node.group)}(${startOf(child.base)});`);
        continue;
      }
      if (!isExpression(node) && isOwn(node)) {
        const value = valueText(writer.codeOf(graph.driverOf(node)));
        writer.add(writer.top, `${slotText(this.signalSlots.get(node)!)} = ${value};`);
      }
      // What is only to be in its place is not read.
      if (writer.isUsed(node)) writer.evaluate(node);
    }
    return writer.write(this.groupFunction(group), parameters);
  }

  private scope(group: number | undefined, slotOf: (node: Expression | SignalIr) => Slot | undefined): Scope {
    return {
      graph: this.graph,
      layout: this.layout,
      slotOf: (node) =>
        !isExpression(node)
          ? this.signalSlots.get(node)
          : group !== undefined && this.graph.groupOf(node) === group
            ? undefined
            : slotOf(node),
      keptAt: (node) =>
        group !== undefined && isExpression(node) && this.graph.groupOf(node) === group
          ? this.keptSlots.get(node)
          : undefined,
      wordsOf: ({ memory, address }) => ({
        slot: this.memorySlots.get(memory)!,
        mask: 2 ** address.type.width > wordsOf(memory) ? wordsOf(memory) - 1 : undefined,
      }),
    };
  }

  /** The place of a value that some group evaluates; from now on the group puts it there. */
  private slotOfPlaced(node: Expression | SignalIr): Slot | undefined {
    if (!isExpression(node) || this.graph.groupOf(node) === undefined) return undefined;
    let slot = this.keptSlots.get(node);
    if (slot === undefined) {
      slot = this.layout.add(node.type);
      this.keptSlots.set(node, slot);
    }
    return slot;
  }
}

/**
 * The words that a memory takes here: as many as its addresses have values, so that no read is outside. Those beyond the depth
 * are never written.
 */
export function wordsOf({ depth }: Pick<MemoryIr, 'depth'>): number {
  return 2 ** Math.ceil(Math.log2(depth));
}

/** `i + 5, r + 0, b + 2` */
function startOf(base: Extent): string {
  return Object.entries(baseNames)
    .map(([store, name]) => `${name} + ${base[store as keyof Extent]}`)
    .join(', ');
}
