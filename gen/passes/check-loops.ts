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
  const pins = pinsOf(ir, children);
  const sourcesOf = (node: Node): readonly Node[] => {
    if ('op' in node) return node.op === 'signal' ? [node.signal] : operandsOf(node);
    if (node.category === 'register' || node.category === 'input') return [];
    if (node.category !== 'instance-output') {
      const driver = combinational.get(node);
      return driver === undefined ? [] : [driver.value];
    }
    return pins.get(node)!;
  };

  // Depth first with a stack of our own: chains of logic can be longer than JavaScript's stack.
  // A set of inputs is a bit mask: as sets, those of a long chain would take quadratic space.
  const inputs = ir.ports.filter((port) => port.category === 'input');
  const bitOf = new Map<Node, bigint>(inputs.map((port, index) => [port, 1n << BigInt(index)]));
  const inputsOf = new Map<Node, bigint>();
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
        inputsOf.set(
          node,
          top.sources.reduce((sum, each) => sum | inputsOf.get(each)!, bitOf.get(node) ?? 0n),
        );
        onPath.delete(node);
        path.pop();
      } else if (onPath.has(source)) {
        reportLoop(
          path.slice(path.findIndex((step) => step.node === source)).map((step) => step.node),
          combinational,
          names,
          diagnostics,
        );
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
  const outputs = ir.ports.filter((port) => port.category === 'output');
  return new Map(outputs.map((port) => [port, inputsIn(inputsOf.get(port)!, inputs)]));
}

/** The inputs whose bits are set in a mask. Most outputs of a large module depend on none: that costs nothing. */
function inputsIn(mask: bigint, inputs: readonly SignalIr[]): Set<SignalIr> {
  if (mask === 0n) return new Set();
  const digits = mask.toString(2);
  return new Set(inputs.filter((_, index) => digits[digits.length - 1 - index] === '1'));
}

/** For each instance's output, the instance's inputs that it depends on within the cycle. */
function pinsOf(ir: ModuleIr, children: ReadonlyMap<ModuleIr, CheckedModule>): Map<SignalIr, SignalIr[]> {
  const pins = new Map<SignalIr, SignalIr[]>();
  for (const { module, ports } of ir.instances) {
    const pinOf = new Map(module.ports.map((port, index) => [port, ports[index]!]));
    for (const [output, inputs] of children.get(module)!.paths)
      pins.set(
        pinOf.get(output)!,
        [...inputs].map((input) => pinOf.get(input)!),
      );
  }
  return pins;
}

/** Of a very long loop, its start is shown. */
const LINKS_SHOWN = 12;

function reportLoop(
  cycle: readonly Node[],
  combinational: ReadonlyMap<SignalIr, Driver>,
  names: ModuleNames,
  diagnostics: Diagnostic[],
): void {
  const signals = cycle.filter((node): node is SignalIr => !('op' in node));
  const nameOf = (signal: SignalIr): string => names.signals.get(signal)!;
  const start = signals.slice(0, LINKS_SHOWN);
  const left = signals.length - start.length;
  const shown = [...start.map(nameOf), ...(left > 0 ? [`... (${left} more)`] : []), nameOf(signals[0]!)];
  const operator = cycle.find((node) => 'op' in node && node.op !== 'signal');
  const links = start.map((signal) => {
    const driver = combinational.get(signal);
    return driver === undefined
      ? { text: `${nameOf(signal)} comes out of the instance`, site: signal.site }
      : { text: `${nameOf(signal)} is driven`, site: driver.site };
  });
  diagnostics.push({
    code: 'L001',
    message: `combinational loop: ${shown.join(' <- ')}`,
    site: (operator ?? links[0]!).site,
    related: links,
    // Bits of one signal that feed other bits of it are no loop in the hardware, but one in every tool that looks at signals.
    fix: cycle.some((node) => 'op' in node && node.op === 'slice' && node.operand.op === 'signal')
      ? 'put a register into the loop; loops are judged by whole signals: if no bit depends on itself, make the parts signals of their own'
      : 'put a register into the loop',
  });
}
