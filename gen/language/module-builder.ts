/**
 * The module under elaboration: where signals, expressions and statements go while a body runs. A stack, because a body that
 * instantiates a module not yet elaborated starts that one's elaboration.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { ElaborationError } from '../diagnostics/elaboration-error.ts';
import { type ClockDomain, defaultDomain } from '../ir/clock-domain.ts';
import type { Expression, ModuleIr, Statement } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';

export interface ModuleBuilder {
  readonly ir: ModuleIr;
  readonly diagnostics: Diagnostic[];
  /** Innermost last: the bodies that statements are recorded into. */
  readonly scopes: Statement[][];
  /** What has state belongs to it, unless it names another; innermost last. */
  readonly domains: ClockDomain[];
}

const builders: ModuleBuilder[] = [];

/** The module being built. `what` names the call for the error where there is none. */
export function currentModule(what: string): ModuleBuilder {
  const builder = builders.at(-1);
  if (builder === undefined) {
    throw new ElaborationError([
      {
        code: 'H001',
        message: `${what} is used outside of a module`,
        site: captureSite(),
        related: [],
        fix: 'call it inside the body that is given to module(name, ports, body)',
      },
    ]);
  }
  return builder;
}

export function newBuilder(name: string, site: Site): ModuleBuilder {
  const body: Statement[] = [];
  const ir: ModuleIr = {
    name,
    site,
    ports: [],
    streams: [],
    signals: [],
    memories: [],
    instances: [],
    body,
    expressions: [],
    kept: [],
  };
  return { ir, diagnostics: [], scopes: [body], domains: [defaultDomain] };
}

/** Runs `action` with `builder` as the module under elaboration. */
export function withBuilder(builder: ModuleBuilder, action: () => void): void {
  builders.push(builder);
  try {
    action();
  } finally {
    builders.pop();
  }
}

/** The domain that what is made now belongs to. */
export function currentDomain(builder: ModuleBuilder): ClockDomain {
  return builder.domains.at(-1)!;
}

export function record(builder: ModuleBuilder, statement: Statement): void {
  builder.scopes.at(-1)!.push(statement);
}

export function keep<E extends Expression>(builder: ModuleBuilder, expression: E): E {
  builder.ir.expressions.push(expression);
  return expression;
}
