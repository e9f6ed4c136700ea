/** Finds where JavaScript asks an expression for its truth, or compares it: a signal there is a mistake that nothing traps. */
import type { Node } from 'ts-morph';
import type { ParsedFile } from './parsed-file.ts';
import { referencesOf } from './references.ts';
import type { PlainUse } from './facts.ts';

/** Longer expressions are cut off in messages. */
const TEXT_LENGTH = 40;

export function parsePlainUses(file: ParsedFile): PlainUse[] {
  const { morph, source, placeOf, unwrapped } = file;
  const { Node: N } = morph;
  const uses: PlainUse[] = [];

  const add = (node: Node, use: PlainUse['use'], operands: readonly Node[] = [node]): void => {
    const values = operands.flatMap((operand) => referencesOf(file, operand));
    if (values.length === 0) return;
    const text = node.getText().replace(/\s+/g, ' ');
    uses.push({
      place: placeOf(node.getStart()),
      text: text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH)}...` : text,
      use,
      values,
    });
  };
  /** What decides a condition. Its operands to the left of && and ||, and those of !, are found where they stand. */
  const condition = (wrapped: Node | undefined, use: PlainUse['use']): void => {
    if (wrapped === undefined) return;
    const node = unwrapped(wrapped);
    if (N.isBinaryExpression(node)) {
      if (['&&', '||'].includes(node.getOperatorToken().getText())) condition(node.getRight(), use);
    } else if (N.isConditionalExpression(node)) {
      condition(node.getWhenTrue(), use);
      condition(node.getWhenFalse(), use);
    } else add(node, use);
  };

  source.forEachDescendant((node) => {
    if (N.isIfStatement(node)) condition(node.getExpression(), 'if');
    else if (N.isWhileStatement(node) || N.isDoStatement(node)) condition(node.getExpression(), 'while');
    else if (N.isForStatement(node)) condition(node.getCondition(), 'for');
    else if (N.isConditionalExpression(node)) condition(node.getCondition(), '?:');
    else if (N.isSwitchStatement(node)) add(unwrapped(node.getExpression()), 'switch');
    else if (N.isPrefixUnaryExpression(node) && node.getOperatorToken() === morph.SyntaxKind.ExclamationToken)
      condition(node.getOperand(), '!');
    else if (N.isBinaryExpression(node)) {
      const operator = node.getOperatorToken().getText();
      const [left, right] = [node.getLeft(), node.getRight()].map(unwrapped) as [Node, Node];
      if (operator === '&&' || operator === '||') condition(left, operator);
      // To ask whether there is a signal at all is no mistake.
      else if (isComparison(operator) && ![left, right].some(isAbsence)) add(node, operator, [left, right]);
    }
  });
  return uses;

  function isAbsence(node: Node): boolean {
    return N.isNullLiteral(node) || N.isVoidExpression(node) || node.getText() === 'undefined';
  }
}

function isComparison(operator: string): operator is '===' | '!==' | '==' | '!=' {
  return ['===', '!==', '==', '!='].includes(operator);
}
