/** Modules, generators and instances. */
import { checkModule } from '../passes/check-module.ts';
import { checkPlainUses } from '../passes/check-plain-uses.ts';
import type { CheckedModule } from '../ir/checked-module.ts';
import type { ClockDomain } from '../ir/clock-domain.ts';
import type { InstanceIr, SignalIr } from '../ir/module-ir.ts';
import { packedName } from '../ir/port-layout.ts';
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { buildTree } from './aggregate.ts';
import type { Tree } from './tree.ts';
import { checkedDomain, isClockDomain } from './clock-domain.ts';
import { currentDomain, currentModule, type ModuleBuilder, newBuilder, withBuilder } from './module-builder.ts';
import type { AnyEnumType } from './enum.ts';
import { checkModuleName } from './module-name.ts';
import { streamsIn } from './nested-streams.ts';
import { runBody } from './run-body.ts';
import { fatal } from './report.ts';
import { declareSignal } from './signal.ts';
import type { Inside, Outside, Port, Ports } from './ports.ts';

/** A module: elaborated, checked, and ready to be instantiated or emitted. */
export interface Module<P extends Ports = Ports> {
  readonly name: string;
  readonly ports: P;
  readonly checked: CheckedModule;
}

/**
 * Describes a module. The body runs once, at once; all its mistakes are reported together.
 *
 * @throws ElaborationError with every mistake's place and fix
 */
export function module<const P extends Ports>(name: string, ports: P, body: (ports: Inside<P>) => void): Module<P> {
  const site = captureSite();
  checkModuleName(name, site);
  const builder = newBuilder(name, site);
  withBuilder(builder, () => {
    const inside = Object.fromEntries(
      Object.entries(ports).map(([key, port]) => [key, declarePort(builder, key, port)]),
    );
    try {
      elaborateBody(() => body(inside as unknown as Inside<P>), site);
    } catch (error) {
      // What was wrong before often explains what could not go on.
      throw error instanceof ElaborationError
        ? new ElaborationError([...builder.diagnostics, ...checkPlainUses(builder.ir), ...error.diagnostics])
        : error;
    }
  });
  builder.diagnostics.push(...checkPlainUses(builder.ir));
  if (builder.diagnostics.length > 0) throw new ElaborationError(builder.diagnostics);
  return { name, ports, checked: checkModule(builder.ir) };
}

/** The frames of a stack end here: `capture-site.ts` knows this name. */
function elaborateBody(body: () => void, site: Site): void {
  runBody('the body of a module', body, site);
}

/**
 * Makes a parametrised module that is elaborated once per distinct parameters: asking again gives the same module.
 * Parameters are plain data: numbers, strings, booleans, hardware types, modules, clock domains, and arrays and records of such.
 */
export function generator<A extends readonly unknown[], P extends Ports>(
  describe: (...parameters: A) => Module<P>,
): (...parameters: A) => Module<P> {
  const made = new Map<string, Module<P>>();
  return (...parameters) => {
    const key = canonical(parameters);
    let result = made.get(key);
    if (result === undefined) {
      result = describe(...parameters);
      made.set(key, result);
    }
    return result;
  };
}

export interface InstanceOptions {
  readonly name?: string;
  /** What the child's default clock and reset are connected to; by default the domain around the call. */
  readonly domain?: ClockDomain;
}

/** Puts a copy of `child` into the module under elaboration, and gives its ports: drive its inputs, read its outputs. */
export function instance<P extends Ports>(child: Module<P>, { name, domain }: InstanceOptions = {}): Outside<P> {
  const builder = currentModule('instance()');
  return placeInstance(builder, child, captureSite(), { fixedName: name }, domain);
}

/** Puts an instance into a module: one that the user named, or an element of an array. */
export function placeInstance<P extends Ports>(
  builder: ModuleBuilder,
  child: Module<P>,
  site: Site,
  as: Pick<InstanceIr, 'fixedName' | 'element'>,
  domain?: ClockDomain,
): Outside<P> {
  const made: InstanceIr = {
    ...as,
    module: child.checked.ir,
    site,
    ports: [],
    domain: domain === undefined ? currentDomain(builder) : checkedDomain(domain),
  };
  builder.ir.instances.push(made);
  const outside = Object.entries(child.ports).map(([key, port]) => [
    key,
    buildTree(
      port.type,
      (type, path, flipped, lanes) => {
        const inward = (port.direction === 'input') !== flipped;
        const category = inward ? 'instance-input' : 'instance-output';
        const signal: SignalIr = {
          category,
          type,
          site,
          fixedName: undefined,
          path,
          ...(lanes && { lanes }),
          instance: made,
        };
        made.ports.push(signal);
        return declareSignal(builder, signal);
      },
      [key],
    ),
  ]);
  return Object.fromEntries(outside) as Outside<P>;
}

/** Gives a module a port, and the port's signals as the module's body sees them. */
export function declarePort(builder: ModuleBuilder, key: string, port: Port): Tree {
  const { site, domain } = port;
  const named = domain && { domain };
  const tree = buildTree(
    port.type,
    (type, path, flipped, lanes) => {
      const category = (port.direction === 'input') !== flipped ? 'input' : 'output';
      const signal: SignalIr = {
        category,
        type,
        site,
        fixedName: path.join('_'),
        path,
        ...named,
        ...(lanes && { lanes }),
      };
      builder.ir.ports.push(signal);
      return declareSignal(builder, signal);
    },
    [key],
  );
  for (const { path, flipped, signals } of streamsIn(port.type, tree, [key])) {
    const [valid, ready, ...payload] = new Set(signals.map(packedName));
    const direction = (port.direction === 'input') !== flipped ? 'input' : 'output';
    builder.ir.streams.push({ name: path.join('_'), direction, valid: valid!, ready: ready!, payload });
  }
  return tree;
}

/** Text that is equal for equal parameters. */
function canonical(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value);
  // Modules of one name can differ, and enums of the same members do: only the same object is the same parameter.
  if (isModule(value)) return `module ${identity(value)}`;
  if (isEnum(value)) return `enum ${identity(value)}`;
  if (isClockDomain(value)) return `domain ${identity(value)}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const plain =
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
  if (
    !plain &&
    (typeof value === 'object' || typeof value === 'function' || typeof value === 'symbol') &&
    value !== null
  ) {
    const what = typeof value === 'object' ? `an object of class ${value.constructor.name}` : `a ${typeof value}`;
    throw fatal(
      'P001',
      captureSite(),
      `a generator's parameter is ${what}, and two of those can't be compared`,
      'give plain data: numbers, strings, types, modules, arrays and records',
    );
  }
  if (plain) {
    const entries = Object.entries(value as Record<string, unknown>).filter(([, field]) => field !== undefined);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'undefined';
}

const identities = new WeakMap<object, number>();
let objectsSeen = 0;

function identity(object: object): number {
  let number = identities.get(object);
  if (number === undefined) identities.set(object, (number = ++objectsSeen));
  return number;
}

function isEnum(value: unknown): value is AnyEnumType {
  return typeof value === 'object' && value !== null && 'enumeration' in value;
}

function isModule(value: unknown): value is Module {
  return typeof value === 'object' && value !== null && 'checked' in value && 'ports' in value;
}
