/** Modules that are written in Verilog elsewhere. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Diagnostic, DiagnosticCode } from '../diagnostics/diagnostic.ts';
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import type { ExternalIr, ExternalModel, ModuleIr, SignalIr } from '../ir/module-ir.ts';
import { checkModule } from '../passes/check-module.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { checkModuleName } from './module-name.ts';
import { newBuilder, withBuilder } from './module-builder.ts';
import { declarePort, type Module } from './module.ts';
import type { Ports } from './ports.ts';

export interface ExternalOptions<P extends Ports = Ports> {
  /** Values of the Verilog module's parameters: integers, and texts without quotes or backslashes. */
  readonly parameters?: Readonly<Record<string, number | bigint | string>>;
  /** Pin for the clock, where the module has one; it is connected to that of the instance's domain. */
  readonly clock?: string;
  /** Pin for the reset, which must act the way that the instance's domain resets. */
  readonly reset?: string;
  /**
   * The inputs that an output depends on within the cycle; of an output that is not named, all of them. `'none'` says that
   * every output comes out of a register.
   */
  readonly paths?: 'none' | { readonly [K in keyof P]?: readonly (keyof P & string)[] };
  /** The Verilog: a path from the file that describes it, or the text. Without it, whoever reads the design must know it. */
  readonly source?: string | { readonly text: string };
  /** Makes what stands for it in the built-in simulator; each instance has one of its own. */
  readonly model?: () => ExternalModel;
}

const VERILOG_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Verilog's integer parameters have 32 bits. */
const [LOWEST, HIGHEST] = [-(2n ** 31n), 2n ** 31n - 1n];

/**
 * A module that is written in Verilog elsewhere, for `instance` and `instances`. Its ports stand in its Verilog as those of a
 * described module do: fields of a bundle as `port_field`, elements of a vector as one packed port.
 *
 * @throws ElaborationError with every mistake in the options
 */
export function external<const P extends Ports>(name: string, ports: P, options: ExternalOptions<P> = {}): Module<P> {
  const site = captureSite();
  checkModuleName(name, site);
  const builder = newBuilder(name, site);
  withBuilder(builder, () => {
    for (const [key, port] of Object.entries(ports)) declarePort(builder, key, port);
  });
  const refusals: Diagnostic[] = [];
  const refuse = (code: DiagnosticCode, message: string, fix: string): void => {
    refusals.push({ code, message: `external module ${name}: ${message}`, site, related: [], fix });
  };
  const { clock, reset, model } = options;
  checkPins(builder.ir, options, refuse);
  const externalIr: ExternalIr = {
    parameters: parametersOf(options, refuse),
    paths: pathsOf(builder.ir.ports, ports, options.paths, refuse),
    ...(clock === undefined ? {} : { clock }),
    ...(reset === undefined ? {} : { reset }),
    ...sourceOf(options.source, site, refuse),
    ...(model === undefined ? {} : { model }),
  };
  if (refusals.length > 0) throw new ElaborationError(refusals);
  return { name, ports, checked: checkModule({ ...builder.ir, external: externalIr }) };
}

type Refuse = (code: DiagnosticCode, message: string, fix: string) => void;

function checkPins({ ports }: ModuleIr, { clock, reset }: ExternalOptions, refuse: Refuse): void {
  for (const [what, pin] of Object.entries({ clock, reset })) {
    if (pin === undefined) continue;
    if (!VERILOG_NAME.test(pin))
      refuse('N001', `"${pin}" can't name the pin of its ${what}`, 'give the name of the pin');
    else if (ports.some(({ fixedName }) => fixedName === pin))
      refuse('N001', `its ${what} and one of its ports are both called ${pin}`, 'leave the pin out of the ports');
  }
  if (clock !== undefined && clock === reset)
    refuse('N001', `its clock and its reset are both called ${clock}`, 'give each its own pin');
}

function parametersOf({ parameters = {} }: ExternalOptions, refuse: Refuse): Map<string, bigint | string> {
  const values = new Map<string, bigint | string>();
  for (const [name, value] of Object.entries(parameters)) {
    if (!VERILOG_NAME.test(name)) {
      refuse(
        'I002',
        `"${name}" can't name a Verilog parameter`,
        'use letters, digits and _, not starting with a digit',
      );
    } else if (typeof value === 'string') {
      if (/["\\\n\r]/.test(value))
        refuse(
          'I002',
          `parameter ${name} is ${JSON.stringify(value)}`,
          'give a text of one line without quotes and backslashes',
        );
      values.set(name, value);
    } else {
      const isInteger = typeof value === 'bigint' || Number.isInteger(value);
      if (!isInteger || BigInt(value) < LOWEST || BigInt(value) > HIGHEST)
        refuse('I002', `parameter ${name} is ${value}`, `give a whole number from ${LOWEST} to ${HIGHEST}, or a text`);
      else values.set(name, BigInt(value));
    }
  }
  return values;
}

/** For every ground output, the ground inputs that it depends on within the cycle. */
function pathsOf(
  signals: readonly SignalIr[],
  ports: Ports,
  paths: ExternalOptions['paths'],
  refuse: Refuse,
): Map<SignalIr, ReadonlySet<SignalIr>> {
  const inputs = signals.filter(({ category }) => category === 'input');
  const named = paths === 'none' ? {} : ((paths ?? {}) as Readonly<Record<string, readonly string[]>>);
  const belongs = (signal: SignalIr, port: string): boolean => signal.path[0] === port;
  for (const [output, sources] of Object.entries(named)) {
    const check = (port: string, category: 'input' | 'output'): void => {
      if (signals.some((signal) => signal.category === category && belongs(signal, port))) return;
      const why = port in ports ? `${port} is no ${category}` : `it has no port ${port}`;
      refuse('I003', `paths: ${why}`, 'give outputs, and for each the inputs that it depends on');
    };
    check(output, 'output');
    for (const source of sources) check(source, 'input');
  }
  const sourcesOf = (output: SignalIr): readonly SignalIr[] => {
    if (paths === 'none') return [];
    const sources = named[output.path[0]!];
    return sources === undefined ? inputs : inputs.filter((input) => sources.some((port) => belongs(input, port)));
  };
  return new Map(
    signals.filter(({ category }) => category === 'output').map((output) => [output, new Set(sourcesOf(output))]),
  );
}

function sourceOf(source: ExternalOptions['source'], site: Site, refuse: Refuse): Pick<ExternalIr, 'source'> {
  if (source === undefined) return {};
  if (typeof source !== 'string') return { source: { text: source.text } };
  const path = resolve(dirname(site.frames[0]?.file ?? '.'), source);
  if (!existsSync(path))
    refuse('I004', `its source ${path} does not exist`, 'give a path from the file that describes it, or the text');
  return { source: { path } };
}
