/** The passes from module IR to checked IR, in order. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import type { CheckedModule } from '../ir/checked-module.ts';
import type { MemoryIr, ModuleIr, Statement } from '../ir/module-ir.ts';
import { assignNames } from './assign-names.ts';
import { checkLoops } from './check-loops.ts';
import { collectDrivers, groupRegisters } from './collect-drivers.ts';
import { resolveCombinational } from './resolve-combinational.ts';

const checkedModules = new WeakMap<ModuleIr, CheckedModule>();

/**
 * Checks a module whose children are checked already.
 *
 * @throws ElaborationError with every diagnostic of the module
 */
export function checkModule(ir: ModuleIr): CheckedModule {
  const diagnostics: Diagnostic[] = [];
  const children = new Map(ir.instances.map(({ module }) => [module, checkedModules.get(module)!]));

  const names = assignNames(ir, diagnostics);
  const drivers = collectDrivers(ir, names, diagnostics);
  const combinational = resolveCombinational(ir, drivers, names, diagnostics);
  const paths = checkLoops(ir, combinational, children, names, diagnostics);
  if (diagnostics.length > 0) throw new ElaborationError(diagnostics);

  // State that nothing drives is read by nothing either, or it would have been reported.
  const sequential = groupRegisters(ir).filter(
    ({ registers, statements }) => statements.length > 0 || registers.some(({ reset }) => reset !== undefined),
  );
  const writes = new Map<MemoryIr, readonly Statement[]>();
  for (const memory of ir.memories) {
    const statements = drivers.get(memory);
    if (statements !== undefined) writes.set(memory, statements);
  }
  const below = [...children.values()];
  const checked: CheckedModule = {
    ir,
    names,
    combinational,
    sequential,
    writes,
    paths,
    children,
    clocked: sequential.length > 0 || writes.size > 0 || below.some((child) => child.clocked),
    resettable: ir.signals.some((signal) => signal.reset !== undefined) || below.some((child) => child.resettable),
  };
  checkedModules.set(ir, checked);
  return checked;
}
