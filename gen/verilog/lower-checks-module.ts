/** The module that holds the checks of a module, and how it is connected. */
import type { Check, CheckedModule } from '../ir/checked-module.ts';
import type { Expression, SignalIr } from '../ir/module-ir.ts';
import { isolateChecks, type IsolatedChecks } from '../passes/isolate-checks.ts';
import type { VInstance, VModule } from './ast.ts';
import { layOut, type LoweringOptions, lowerModule } from './lower-module.ts';

export interface LoweredChecks {
  readonly module: VModule;
  /** What connects it to the RTL, from inside of the module that it checks. */
  readonly instance: VInstance;
  /** What stands behind its inputs. */
  readonly inputs: IsolatedChecks['inputs'];
}

/** @param adapt what the checks are to be, where not what the description says */
export function lowerChecksModule(
  module: CheckedModule,
  name: string,
  options: LoweringOptions,
  adapt: (check: Check) => Check,
): LoweredChecks {
  const isolated = isolateChecks(module, name);
  const lowered = lowerModule(isolated.module, options, isolated.module.checks.map(adapt));
  const { places } = layOut(module, options);
  const sources = new Map<string, SignalIr | Expression>(
    isolated.inputs.map(({ port, source }) => [port.fixedName!, source]),
  );
  const connections = lowered.ports.map(({ name: port }): VInstance['connections'][number] => {
    const source = sources.get(port);
    const place = source === undefined || 'op' in source ? undefined : places.get(source);
    if (source === undefined || place === undefined) return { port, value: { kind: 'name', name: port } };
    const { net, low, width } = place;
    const high = low + source.type.width - 1;
    const whole = width === source.type.width;
    return { port, value: whole ? { kind: 'name', name: net } : { kind: 'slice', name: net, high, low } };
  });
  const { inputs } = isolated;
  return { module: lowered, inputs, instance: { module: name, name: 'checks', connections, site: module.ir.site } };
}
