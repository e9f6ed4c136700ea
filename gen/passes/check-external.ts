import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import type { CheckedModule } from '../ir/checked-module.ts';
import type { ExternalIr, ModuleIr } from '../ir/module-ir.ts';
import { assignNames } from './assign-names.ts';
import { collectDomains } from './collect-domains.ts';
import { isNeutral } from './domain-graph.ts';

/**
 * The checked form of a module that is written in Verilog elsewhere: ports, and what its description says of them.
 *
 * @throws ElaborationError where its ports can't be called what they are called
 */
export function checkExternal(ir: ModuleIr, { paths }: ExternalIr): CheckedModule {
  const diagnostics: Diagnostic[] = [];
  const children = new Map<ModuleIr, CheckedModule>();
  const names = assignNames(ir, children, diagnostics);
  const state = { combinational: new Map(), sequential: [], writes: new Map() };
  const domains = collectDomains(ir, state, children, names, diagnostics);
  if (diagnostics.length > 0) throw new ElaborationError(diagnostics);
  const neutral = isNeutral(ir, children);
  return { ir, names, ...state, paths, checks: [], ghost: state, children, domains, neutral };
}
