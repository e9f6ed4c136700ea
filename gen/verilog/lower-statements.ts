/** Statements of the checked IR to statements of a clocked Verilog block. */
import type { CheckedModule } from '../ir/checked-module.ts';
import { bodiesOf, type Expression, readsOf, type Statement, type SwitchStatement } from '../ir/module-ir.ts';
import type { VCase, VExpression, VIf, VStatement } from './ast.ts';
import type { ExpressionLowering } from './expression-lowering.ts';
import { lowerWrite } from './lower-memory-write.ts';

export function lowerStatements(
  lowering: ExpressionLowering,
  module: CheckedModule,
  statements: readonly Statement[],
): VStatement[] {
  return statements.flatMap((statement) => lowerStatement(lowering, module, statement));
}

function lowerStatement(lowering: ExpressionLowering, module: CheckedModule, statement: Statement): VStatement[] {
  const { site } = statement;
  const lowerBody = (body: readonly Statement[] | undefined): VStatement[] =>
    lowerStatements(lowering, module, body ?? []);
  switch (statement.kind) {
    case 'assign': {
      const target = lowering.signalName(statement.target);
      const value = lowering.lower(statement.value, target);
      return [
        { kind: 'assign', target, ...(statement.part === undefined ? {} : { part: statement.part }), value, site },
      ];
    }
    case 'write':
      return lowerWrite(lowering, module, statement);
    case 'check':
      return [];
    case 'when': {
      const consumer = firstTarget(module, [statement]);
      const branches = statement.branches.map(({ condition, body }) => ({
        condition: lowering.lower(condition, consumer),
        body: lowerBody(body),
      }));
      return [withoutEmptyBranches({ kind: 'if', branches, otherwise: lowerBody(statement.otherwise), site })];
    }
    case 'switch': {
      const { type } = statement.subject;
      const rest = restOf(statement);
      const lowered: VCase = {
        kind: 'case',
        subject: lowering.lower(statement.subject, firstTarget(module, [statement])),
        cases: statement.cases.map(({ values, body }) => ({
          values: values.map((value) => lowering.constant(type, value)),
          body: lowerBody(body),
        })),
        otherwise: lowerBody(statement.otherwise),
        ...(rest === undefined ? {} : { rest }),
        site,
      };
      return [withoutSingleCase(lowered)];
    }
  }
}

/** The members of an enum that a switch leaves to its default, where they are few. */
function restOf({ subject, cases, otherwise }: SwitchStatement): string | undefined {
  const { enumeration } = subject.type;
  if (enumeration === undefined || otherwise === undefined) return undefined;
  const named = new Set(cases.flatMap(({ values }) => values));
  const rest = [...enumeration.members].filter(([, value]) => !named.has(value)).map(([name]) => name);
  return rest.length === 0 || rest.length > 4 ? undefined : rest.join(', ');
}

/** Every expression that the statements read. */
export function* expressionsIn(statements: readonly Statement[]): Iterable<Expression> {
  for (const statement of statements) {
    if (statement.kind !== 'when' && statement.kind !== 'switch') yield* readsOf(statement);
    else if (statement.kind === 'switch') {
      yield statement.subject;
      for (const body of bodiesOf(statement)) yield* expressionsIn(body);
    } else {
      for (const { condition, body } of statement.branches) {
        yield condition;
        yield* expressionsIn(body);
      }
      yield* expressionsIn(statement.otherwise ?? []);
    }
  }
}

/** What a condition's unnamed wires are called after: the first thing that depends on it. */
function firstTarget(module: CheckedModule, statements: readonly Statement[]): string {
  for (const statement of statements) {
    if (statement.kind === 'assign') return module.names.signals.get(statement.target)!;
    if (statement.kind === 'write') return module.names.memories.get(statement.memory)!;
    const inner = statement.kind === 'check' ? '' : firstTarget(module, bodiesOf(statement).flat());
    if (inner !== '') return inner;
  }
  return '';
}

/** A case with one label and nothing for the rest is an `if`. */
function withoutSingleCase(statement: VCase): VStatement {
  const { subject, cases, otherwise, site } = statement;
  const [only, ...others] = cases;
  if (others.length > 0 || otherwise.length > 0 || only!.values.length > 1) return statement;
  const condition: VExpression = { kind: 'binary', operator: '==', left: subject, right: only!.values[0]! };
  const [inner, ...more] = only!.body;
  if (inner?.kind === 'if' && more.length === 0 && inner.branches.length === 1 && inner.otherwise.length === 0) {
    const [branch] = inner.branches;
    const both: VExpression = { kind: 'binary', operator: '&&', left: condition, right: branch!.condition };
    return { kind: 'if', branches: [{ condition: both, body: branch!.body }], otherwise: [], site };
  }
  return { kind: 'if', branches: [{ condition, body: only!.body }], otherwise: [], site };
}

/** `if (a) begin end else x` is `if (!a) x`. */
function withoutEmptyBranches(statement: VIf): VIf {
  const [first, ...others] = statement.branches;
  if (first!.body.length > 0) return statement;
  const { site, otherwise } = statement;
  const rest =
    others.length === 0 ? otherwise : [withoutEmptyBranches({ kind: 'if', branches: others, otherwise, site })];
  const only = rest.length === 1 ? rest[0] : undefined;
  // One condition instead of two levels, where nothing else hangs on the inner one.
  if (only?.kind === 'if' && only.branches.length === 1 && only.otherwise.length === 0) {
    const { condition, body } = only.branches[0]!;
    return {
      kind: 'if',
      branches: [
        { condition: { kind: 'binary', operator: '&&', left: not(first!.condition), right: condition }, body },
      ],
      otherwise: [],
      site,
    };
  }
  return { kind: 'if', branches: [{ condition: not(first!.condition), body: rest }], otherwise: [], site };
}

function not(operand: VExpression): VExpression {
  return { kind: 'unary', operator: '!', operand };
}
