/** Modules, generators and instances. */
import { checkModule } from '../passes/check-module.ts';
import type { CheckedModule } from '../ir/checked-module.ts';
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import { captureSite } from '../source/capture-site.ts';
import { buildTree, type Tree } from './aggregate.ts';
import { currentModule, declare, type ModuleBuilder, newBuilder, withBuilder } from './module-builder.ts';
import { make } from './signal.ts';
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
    throw new ElaborationError([
      { code: 'N001', message: `"${name}" can't name a Verilog module`, site, related: [], fix: 'use letters, digits and _, not starting with a digit' },
    ]);
  }
  const builder = newBuilder(name, site);
  withBuilder(builder, () => {
    const inside = Object.fromEntries(Object.entries(ports).map(([key, port]) => [key, declarePort(builder, key, port)]));
    elaborateBody(() => body(inside as unknown as Inside<P>));
  });
  if (builder.diagnostics.length > 0) throw new ElaborationError(builder.diagnostics);
  return { name, ports, checked: checkModule(builder.ir) };
}

/** The frames of a stack end here: `capture-site.ts` knows this name. */
function elaborateBody(body: () => void): void {
  body();
}

/**
 * Makes a parametrised module that is elaborated once per distinct parameters: asking again gives the same module.
 * Parameters are plain data: numbers, strings, booleans, hardware types, modules, and arrays and records of such.
 */
export function generator<A extends readonly unknown[], P extends Ports>(describe: (...parameters: A) => Module<P>): (...parameters: A) => Module<P> {
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
  const made = { module: child.checked.ir, site, fixedName: options.name, ports: [] as CheckedModule['ir']['ports'] };
  builder.ir.instances.push(made);
  const outside = Object.entries(child.ports).map(([key, port]) => [
    key,
    buildTree(
      port.type,
      (type, path, flipped) => {
        const inward = (port.direction === 'input') !== flipped;
        const category = inward ? 'instance-input' : 'instance-output';
        const signal = declare(builder, { category, type, site, fixedName: undefined, path, instance: made });
        made.ports.push(signal);
        return make(builder, { op: 'signal', signal, type, site });
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
      const signal = declare(builder, { category, type, site, fixedName: path.join('_'), path });
      builder.ir.ports.push(signal);
      return make(builder, { op: 'signal', signal, type, site });
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
  if (typeof value === 'function') throw new TypeError('generator(): a function can\'t be a parameter, because two of them can\'t be compared');
  if (typeof value === 'bigint') return `${value}n`;
  if (isModule(value)) return `module ${value.name}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as Record<string, unknown>).filter(([, field]) => field !== undefined);
    return `{${entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'undefined';
}

function isModule(value: unknown): value is Module {
  return typeof value === 'object' && value !== null && 'checked' in value && 'ports' in value;
}
