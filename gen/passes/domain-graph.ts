/**
 * Which clock domains the signals and expressions of a module depend on within the cycle. A signal has a domain of its own
 * (a register, a port) or those of what drives it; through instances that keep no time, those of the inputs on the way.
 */
import type { CheckedModule, Driver } from '../ir/checked-module.ts';
import { asynchronous, type ClockDomain, defaultDomain } from '../ir/clock-domain.ts';
import { type Expression, type MemoryIr, type ModuleIr, operandsOf, type SignalIr } from '../ir/module-ir.ts';
import { domainOfRegister, domainOfWrites, domainsOfStatements, seenFrom } from './collect-domains.ts';
import type { Drivers } from './collect-drivers.ts';

/** What an expression may come from. */
export type Source = SignalIr | MemoryIr | Expression;

/** Whether nothing in the module or below it keeps time. */
export function isNeutral(ir: ModuleIr, children: ReadonlyMap<ModuleIr, CheckedModule>): boolean {
  const keepsTime =
    ir.memories.some(({ syncReads }) => syncReads.length > 0) ||
    ir.external?.clock !== undefined ||
    ir.signals.some(({ category }) => category === 'register') ||
    !domainsOfStatements(ir.body)[Symbol.iterator]().next().done ||
    ir.expressions.some(({ crossesTo }) => crossesTo !== undefined) ||
    [...children.values()].some(({ neutral }) => !neutral);
  return !keepsTime;
}

/** Which domains every signal and expression of a module depends on within the cycle. */
export class DomainGraph {
  private readonly neutral: boolean;
  /** For each instance's output, the instance's inputs that it depends on within the cycle. */
  private readonly pins = new Map<SignalIr, readonly SignalIr[]>();
  private readonly pinDomains = new Map<SignalIr, ClockDomain>();
  private readonly bits = new Map<ClockDomain, bigint>();
  /** A set of domains as a mask. */
  private readonly masks = new Map<Source, bigint>();
  private readonly drivers: Drivers;
  private readonly combinational: ReadonlyMap<SignalIr, Driver>;

  constructor(
    ir: ModuleIr,
    drivers: Drivers,
    combinational: ReadonlyMap<SignalIr, Driver>,
    children: ReadonlyMap<ModuleIr, CheckedModule>,
  ) {
    this.drivers = drivers;
    this.combinational = combinational;
    this.neutral = isNeutral(ir, children);
    for (const instance of ir.instances) {
      const child = children.get(instance.module)!;
      const pinOf = new Map(instance.module.ports.map((port, index) => [port, instance.ports[index]!]));
      for (const [port, pin] of pinOf) {
        const domain = portDomain(port, child.neutral);
        if (domain !== undefined) this.pinDomains.set(pin, seenFrom(instance, domain));
        const inputs = child.paths.get(port);
        if (inputs !== undefined)
          this.pins.set(
            pin,
            [...inputs].map((input) => pinOf.get(input)!),
          );
      }
    }
  }

  /** What the expression depends on of domains other than `own`. */
  foreignSources(expression: Expression, own: ClockDomain): { source: Source; domain: ClockDomain }[] {
    // Everything may go where nothing is expected to keep time.
    if (own === asynchronous) return [];
    const foreign = (node: Source): boolean => (this.maskOf(node) & ~this.bitOf(own)) !== 0n;
    const found: { source: Source; domain: ClockDomain }[] = [];
    const seen = new Set<Source>([expression]);
    const pending: Source[] = [expression];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (!foreign(node)) continue;
      const domain = this.ownDomain(node);
      if (domain !== undefined) found.push({ source: node, domain });
      for (const source of this.sourcesOf(node).toReversed()) {
        if (!seen.has(source)) pending.push(source);
        seen.add(source);
      }
    }
    return found;
  }

  /** Whether a value comes straight out of registers or ports, with nothing in between that could glitch. */
  isPlain(expression: Expression): boolean {
    const seen = new Set<Expression>();
    const pending = [expression];
    for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
      if (seen.has(each)) continue;
      seen.add(each);
      if (each.op === 'signal') {
        const { signal } = each;
        const driver = this.combinational.get(signal);
        if (driver !== undefined) pending.push(driver.value);
        else if (signal.category === 'instance-output' && !this.pinDomains.has(signal)) return false;
      } else if (each.crossesTo === undefined) {
        const wiring = ['cast', 'slice', 'concat', 'extend', 'literal'].includes(each.op);
        if (!wiring && !(each.op === 'unary' && each.operator === 'not')) return false;
        pending.push(...operandsOf(each));
      }
    }
    return true;
  }

  /** The domain that a port of the module or of an instance has; undefined where any will do. */
  domainOfPort(port: SignalIr): ClockDomain | undefined {
    return port.instance === undefined ? portDomain(port, this.neutral) : this.pinDomains.get(port);
  }

  private bitOf(domain: ClockDomain): bigint {
    let bit = this.bits.get(domain);
    if (bit === undefined) this.bits.set(domain, (bit = 1n << BigInt(this.bits.size)));
    return bit;
  }

  /** The domain that a node has by itself, whatever it depends on. */
  private ownDomain(node: Source): ClockDomain | undefined {
    if ('op' in node) return node.crossesTo;
    if (!('category' in node)) return domainOfWrites(this.drivers.get(node) ?? []);
    if (node.category === 'register') return domainOfRegister(node);
    return node.category === 'input' || node.category === 'instance-output' ? this.domainOfPort(node) : undefined;
  }

  private sourcesOf(node: Source): readonly Source[] {
    if (this.ownDomain(node) !== undefined) return [];
    if ('op' in node) {
      if (node.op === 'signal') return [node.signal];
      return node.op === 'read' ? [node.memory, node.address] : operandsOf(node);
    }
    if (!('category' in node)) return [];
    const driver = this.combinational.get(node);
    return driver === undefined ? (this.pins.get(node) ?? []) : [driver.value];
  }

  // Depth first with a stack of our own: chains of logic can be longer than JavaScript's stack.
  private maskOf(root: Source): bigint {
    const path: { readonly node: Source; readonly sources: readonly Source[]; next: number }[] = [];
    const enter = (node: Source): void => {
      if (!this.masks.has(node)) path.push({ node, sources: this.sourcesOf(node), next: 0 });
    };
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const source = top.sources[top.next++];
      if (source !== undefined) {
        enter(source);
        continue;
      }
      const domain = this.ownDomain(top.node);
      const own = domain === undefined ? 0n : this.bitOf(domain);
      this.masks.set(
        top.node,
        top.sources.reduce((sum, each) => sum | this.masks.get(each)!, own),
      );
      path.pop();
    }
    return this.masks.get(root)!;
  }
}

/** Ports of a neutral module have the domain that they name, and those of others are otherwise of the default domain. */
function portDomain({ domain }: SignalIr, neutral: boolean): ClockDomain | undefined {
  return domain ?? (neutral ? undefined : defaultDomain);
}
