/** Modules, generators and instances. */
import { checkModule } from '../passes/check-module.ts';
import type { CheckedModule } from '../ir/checked-module.ts';
import { defaultDomain } from '../ir/clock-domain.ts';
import type { InstanceIr, SignalIr } from '../ir/module-ir.ts';
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { buildTree, type Tree } from './aggregate.ts';
import { currentModule, type ModuleBuilder, newBuilder, withBuilder } from './module-builder.ts';
import { declareSignal, fatal } from './signal.ts';
import { verilogKeywords } from '../verilog/keywords.ts';
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
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw fatal(
      'N001',
      site,
      `"${name}" can't name a Verilog module`,
      'use letters, digits and _, not starting with a digit',
    );
  }
  if (verilogKeywords.includes(name)) {
    throw fatal('N001', site, `"${name}" can't name a module: it is a Verilog keyword`, 'choose another name');
  }
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
        ? new ElaborationError([...builder.diagnostics, ...error.diagnostics])
        : error;
    }
  });
  if (builder.diagnostics.length > 0) throw new ElaborationError(builder.diagnostics);
  return { name, ports, checked: checkModule(builder.ir) };
}

/** The frames of a stack end here: `capture-site.ts` knows this name. */
function elaborateBody(body: () => void, site: Site): void {
  const result: unknown = body();
  if (result instanceof Promise) {
    throw fatal(
      'C002',
      site,
      'the body of a module is asynchronous',
      'give a plain function: the module is described while it runs',
    );
  }
}

/**
 * Makes a parametrised module that is elaborated once per distinct parameters: asking again gives the same module.
 * Parameters are plain data: numbers, strings, booleans, hardware types, modules, and arrays and records of such.
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

/** Puts a copy of `child` into the module under elaboration, and gives its ports: drive its inputs, read its outputs. */
export function instance<P extends Ports>(child: Module<P>, options: { readonly name?: string } = {}): Outside<P> {
  const builder = currentModule('instance()');
  const site = captureSite();
  const made: InstanceIr = {
    module: child.checked.ir,
    site,
    fixedName: options.name,
    ports: [],
    domain: defaultDomain,
  };
  builder.ir.instances.push(made);
  const outside = Object.entries(child.ports).map(([key, port]) => [
    key,
    buildTree(
      port.type,
      (type, path, flipped) => {
        const inward = (port.direction === 'input') !== flipped;
        const category = inward ? 'instance-input' : 'instance-output';
        const signal: SignalIr = { category, type, site, fixedName: undefined, path, instance: made };
        made.ports.push(signal);
        return declareSignal(builder, signal);
      },
      [key],
    ),
  ]);
  return Object.fromEntries(outside) as Outside<P>;
}

function declarePort(builder: ModuleBuilder, key: string, port: Port): Tree {
  const { site } = port;
  const firstPort = builder.ir.ports.length;
  const tree = buildTree(
    port.type,
    (type, path, flipped) => {
      const category = (port.direction === 'input') !== flipped ? 'input' : 'output';
      const signal: SignalIr = { category, type, site, fixedName: path.join('_'), path };
      builder.ir.ports.push(signal);
      return declareSignal(builder, signal);
    },
    [key],
  );
  if (port.type.kind === 'stream') {
    const [valid, ready, ...payload] = builder.ir.ports.slice(firstPort).map((signal) => signal.fixedName!);
    builder.ir.streams.push({ name: key, direction: port.direction, valid: valid!, ready: ready!, payload });
  }
  return tree;
}

/** Text that is equal for equal parameters. */
function canonical(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value);
  // Modules of one name can differ: only the same object is the same parameter.
  if (isModule(value)) return `module ${identity(value)}`;
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

const identities = new WeakMap<Module, number>();
let modulesSeen = 0;

function identity(module: Module): number {
  let number = identities.get(module);
  if (number === undefined) identities.set(module, (number = ++modulesSeen));
  return number;
}

function isModule(value: unknown): value is Module {
  return typeof value === 'object' && value !== null && 'checked' in value && 'ports' in value;
}
