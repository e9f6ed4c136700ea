/** Statements of the checked IR to statements of a clocked Verilog block. */
import type { CheckedModule } from '../ir/checked-module.ts';
import { bodiesOf, type Expression, readsOf, type Statement } from '../ir/module-ir.ts';
import type { VCase, VExpression, VIf, VStatement } from './ast.ts';
import type { ExpressionLowering } from './expression-lowering.ts';

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
    case 'write': {
      const target = module.names.memories.get(statement.memory)!;
      const index = lowering.lower(statement.address, target);
      return [{ kind: 'assign', target, index, value: lowering.lower(statement.data, target), site }];
    }
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
      const lowered: VCase = {
        kind: 'case',
        subject: lowering.lower(statement.subject, firstTarget(module, [statement])),
        cases: statement.cases.map(({ values, body }) => ({
          values: values.map((value) => ({ kind: 'number', value, width: type.width, signed: false })),
          body: lowerBody(body),
        })),
        otherwise: lowerBody(statement.otherwise),
        site,
      };
      return [lowered];
    }
  }
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
