/** The passes from module IR to checked IR, in order. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import type { CheckedModule } from '../ir/checked-module.ts';
import type { MemoryIr, ModuleIr, Statement } from '../ir/module-ir.ts';
import { assignNames } from './assign-names.ts';
import { checkExternal } from './check-external.ts';
import { checkGhosts } from './check-ghosts.ts';
import { checkLoops } from './check-loops.ts';
import { checkVisibility } from './check-visibility.ts';
import { checkUnused } from './check-unused.ts';
import { collectChecks } from './collect-checks.ts';
import { checkDomains } from './check-domains.ts';
import { collectDomains } from './collect-domains.ts';
import { isNeutral } from './domain-graph.ts';
import { collectDrivers, groupRegisters } from './collect-drivers.ts';
import { resolveCombinational } from './resolve-combinational.ts';
import { splitGhosts } from './split-ghosts.ts';
import { resolveMemories } from './resolve-memories.ts';

const checkedModules = new WeakMap<ModuleIr, CheckedModule>();

/**
 * Checks a module whose children are checked already.
 *
 * @throws ElaborationError with every diagnostic of the module
 */
export function checkModule(ir: ModuleIr): CheckedModule {
  if (ir.external !== undefined) {
    const external = checkExternal(ir, ir.external);
    checkedModules.set(ir, external);
    return external;
  }
  const diagnostics: Diagnostic[] = [];
  const children = new Map(ir.instances.map(({ module }) => [module, checkedModules.get(module)!]));

  const names = assignNames(ir, children, diagnostics);
  const resolved = resolveMemories(ir);
  const drivers = collectDrivers(resolved, names, diagnostics);
  const combinational = resolveCombinational(ir, drivers, names, diagnostics);
  checkGhosts(ir, drivers, names, diagnostics);
  const paths = checkLoops(ir, combinational, children, names, diagnostics);
  // Domains are followed along paths that end.
  if (!diagnostics.some(({ code }) => code === 'L001'))
    checkDomains(ir, drivers, combinational, children, names, diagnostics);
  if (diagnostics.length > 0) throw new ElaborationError(diagnostics);

  // State that nothing drives is read by nothing either, or it would have been reported.
  const sequential = groupRegisters(resolved).filter(
    ({ registers, statements }) => statements.length > 0 || registers.some(({ reset }) => reset !== undefined),
  );
  const writes = new Map<MemoryIr, readonly Statement[]>();
  const tablesRead = new Set(ir.expressions.flatMap((each) => (each.op === 'read' ? [each.memory] : [])));
  for (const memory of ir.memories) {
    const statements = drivers.get(memory);
    if (statements !== undefined) writes.set(memory, statements);
    else if (tablesRead.has(memory)) writes.set(memory, []);
  }
  const { rtl, ghost } = splitGhosts({ combinational, sequential, writes });
  const domains = collectDomains(ir, rtl, children, names, diagnostics);
  const checks = collectChecks(ir, names, combinational, domains, diagnostics);
  checkVisibility(ir, names, combinational, checks, ghost, diagnostics);
  // Of what has another mistake, that may be why it has no effect.
  if (diagnostics.length === 0) checkUnused(ir, names, diagnostics);
  if (diagnostics.length > 0) throw new ElaborationError(diagnostics);
  const checked: CheckedModule = {
    ir,
    names,
    ...rtl,
    paths,
    checks,
    ghost,
    children,
    domains,
    neutral: isNeutral(ir, children),
  };
  checkedModules.set(ir, checked);
  return checked;
}
