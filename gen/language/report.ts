/** How the language refuses: by a diagnostic that is collected, or by an error at once. */
import type { Diagnostic, DiagnosticCode } from '../diagnostics/diagnostic.ts';
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import type { Site } from '../source/site.ts';
import type { ModuleBuilder } from './module-builder.ts';

/** Adds a diagnostic to those of the module under elaboration. */
export function report(
  builder: ModuleBuilder,
  code: DiagnosticCode,
  site: Site,
  rest: Pick<Diagnostic, 'message' | 'related' | 'fix'>,
): void {
  builder.diagnostics.push({ code, site, ...rest });
}

/** An error after which nothing sensible can be built. */
export function fatal(code: DiagnosticCode, site: Site, message: string, fix: string): ElaborationError {
  return new ElaborationError([{ code, message, site, related: [], fix }]);
}
