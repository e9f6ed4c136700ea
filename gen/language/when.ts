/** Conditional statements. */
import type { Statement, WhenStatement } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import { currentModule, type ModuleBuilder, record } from './module-builder.ts';
import { fatal } from './report.ts';
import { operand, type Operand } from './signal.ts';
import { checkCondition } from './type-checks.ts';
import { runBody } from './run-body.ts';
import type { BoolVal } from './values.ts';

/** What can follow a `when`: each link is good for one call, directly after the one before. */
export interface WhenChain {
  elseWhen(condition: BoolVal, body: () => void): WhenChain;
  otherwise(body: () => void): void;
}

/** Runs `body` now, and makes every `set` and `write` in it count only where `condition` holds. */
export function when(condition: BoolVal, body: () => void): WhenChain {
  const builder = currentModule('when()');
  const site = captureSite();
  const statement: WhenStatement = { kind: 'when', branches: [], otherwise: undefined, site };
  record(builder, statement);
  addBranch(builder, statement, condition, body);
  return chain(builder, statement);
}

function chain(builder: ModuleBuilder, statement: WhenStatement): WhenChain {
  const scope = builder.scopes.at(-1)!;
  let used = false;
  const claim = (what: string): void => {
    // A statement in between would sit before the later branches in the text and after them in effect.
    if (used || builder.scopes.at(-1) !== scope || scope.at(-1) !== statement) {
      throw fatal(
        'C002',
        captureSite(),
        `${what} does not directly follow its when()`,
        'chain it onto the call before: when(...).elseWhen(...).otherwise(...)',
      );
    }
    used = true;
  };
  return {
    elseWhen(condition, body) {
      claim('elseWhen()');
      addBranch(builder, statement, condition, body);
      return chain(builder, statement);
    },
    otherwise(body) {
      claim('otherwise()');
      statement.otherwise = collect(builder, body);
    },
  };
}

function addBranch(builder: ModuleBuilder, statement: WhenStatement, condition: BoolVal, body: () => void): void {
  const site = captureSite();
  const expression = operand(builder, condition as unknown as Operand, { kind: 'bool', width: 1 }, site, 'when()');
  checkCondition(builder, expression, site, 'when()');
  const branch = { condition: expression, body: [] as Statement[] };
  statement.branches.push(branch);
  branch.body.push(...collect(builder, body));
}

/** Runs the body that was given to a call `what`, and gives the statements that it records. */
export function collect(builder: ModuleBuilder, body: () => void, what = 'when()'): Statement[] {
  const statements: Statement[] = [];
  builder.scopes.push(statements);
  try {
    runBody(`the body of a ${what}`, body);
  } finally {
    builder.scopes.pop();
  }
  return statements;
}
