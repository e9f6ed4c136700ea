/**
 * Pass: finds combinational loops, and sums up which inputs each output depends on within the cycle. Loops through instances
 * are found from the children's summaries, without flattening. The graph has a node for each signal and expression; the first
 * loop found is shown as one simple cycle.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CheckedModule, Driver, ModuleNames } from '../ir/checked-module.ts';
import { type Expression, type ModuleIr, operandsOf, type SignalIr } from '../ir/module-ir.ts';

type Node = SignalIr | Expression;

export function checkLoops(
  ir: ModuleIr,
  combinational: ReadonlyMap<SignalIr, Driver>,
  children: ReadonlyMap<ModuleIr, CheckedModule>,
  names: ModuleNames,
  diagnostics: Diagnostic[],
): Map<SignalIr, ReadonlySet<SignalIr>> {
  const sourcesOf = (node: Node): readonly Node[] => {
    if ('op' in node) return node.op === 'signal' ? [node.signal] : operandsOf(node);
    if (node.category === 'register' || node.category === 'input') return [];
    if (node.category !== 'instance-output') {
      const driver = combinational.get(node);
      return driver === undefined ? [] : [driver.value];
    }
    const { module, ports } = node.instance!;
    const inputs = children.get(module)!.paths.get(module.ports[ports.indexOf(node)]!)!;
    return ports.filter((_, index) => inputs.has(module.ports[index]!));
  };

  // Depth first with a stack of our own: chains of logic can be longer than JavaScript's stack.
  const inputsOf = new Map<Node, ReadonlySet<SignalIr>>();
  const onPath = new Set<Node>();
  const visit = (root: Node): void => {
    const path: { node: Node; sources: readonly Node[]; next: number }[] = [];
    const enter = (node: Node): void => {
      onPath.add(node);
      path.push({ node, sources: sourcesOf(node), next: 0 });
    };
    if (!inputsOf.has(root)) enter(root);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const source = top.sources[top.next++];
      if (source === undefined) {
        const { node } = top;
        inputsOf.set(node, !('op' in node) && node.category === 'input' ? new Set([node]) : union(top.sources.map((each) => inputsOf.get(each)!)));
        onPath.delete(node);
        path.pop();
      } else if (onPath.has(source)) {
        reportLoop(path.slice(path.findIndex((step) => step.node === source)).map((step) => step.node), names, diagnostics);
        return;
      } else if (!inputsOf.has(source)) {
        enter(source);
      }
    }
  };

  for (const signal of ir.signals) {
    visit(signal);
    if (onPath.size > 0) return new Map();
  }
  return new Map(ir.ports.filter((port) => port.category === 'output').map((port) => [port, inputsOf.get(port)!]));
}

const nothing: ReadonlySet<SignalIr> = new Set();

function union(sets: readonly ReadonlySet<SignalIr>[]): ReadonlySet<SignalIr> {
  const filled = [...new Set(sets)].filter((set) => set.size > 0);
  if (filled.length < 2) return filled[0] ?? nothing;
  return new Set(filled.flatMap((set) => [...set]));
}

function reportLoop(cycle: readonly Node[], names: ModuleNames, diagnostics: Diagnostic[]): void {
  const signals = cycle.filter((node): node is SignalIr => !('op' in node));
  const shown = signals.map((signal) => names.signals.get(signal)!);
  const operators = cycle.filter((node) => 'op' in node && node.op !== 'signal');
  diagnostics.push({
    code: 'L001',
    message: `combinational loop: ${[...shown, shown[0]].join(' <- ')}`,
    site: (operators[0] ?? signals[0]!).site,
    related: signals.map((signal) => ({ text: `${names.signals.get(signal)} is declared`, site: signal.site })),
    fix: 'put a register into the loop',
  });
}
