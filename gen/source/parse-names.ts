/** Which call in a source file initialises which variable: `const push = enq.fire` names the call at `fire` "push". */
import type { Node } from 'ts-morph';
import type { ParsedFile } from './parsed-file.ts';
import type { Place } from './facts.ts';

/** Functions that give back what they are given: a variable's name is for the call in their parentheses. */
const TRANSPARENT = new Set(['keep']);

/** Functions whose result is no hardware: a variable that holds it names nothing that is made in their bodies. */
const STATEMENTS = new Set(['when', 'elseWhen', 'otherwise', 'switchOn']);

export function parseNames({
  morph: { Node: N, SyntaxKind },
  source,
  callPlace,
  unwrapped,
}: ParsedFile): Record<Place, string> {
  const names: Record<Place, string> = {};

  const record = (wrapped: Node, name: string): void => {
    const node = unwrapped(wrapped);
    if (N.isConditionalExpression(node)) {
      record(node.getWhenTrue(), name);
      record(node.getWhenFalse(), name);
    } else if (N.isObjectLiteralExpression(node)) {
      for (const property of node.getProperties()) {
        if (!N.isPropertyAssignment(property)) continue;
        const key = property.getNameNode();
        if (N.isComputedPropertyName(key)) continue;
        const keyText = N.isStringLiteral(key) ? key.getLiteralText() : key.getText();
        record(property.getInitializerOrThrow(), name === '' ? keyText : `${name}_${keyText}`);
      }
    } else if (N.isArrayLiteralExpression(node)) {
      node.getElements().forEach((element, index) => record(element, `${name}_${index}`));
    } else {
      const at = callPlace(node);
      const call = N.isCallExpression(node) ? node : undefined;
      const callee = call?.getExpression();
      const called = N.isPropertyAccessExpression(callee) ? callee.getName() : (callee?.getText() ?? '');
      if (at !== undefined && !STATEMENTS.has(called)) names[at] = name;
      const argument = call?.getArguments()[0];
      if (argument !== undefined && TRANSPARENT.has(called)) record(argument, name);
    }
  };

  for (const declaration of source.getDescendantsOfKind(SyntaxKind.VariableDeclaration)) {
    const initializer = declaration.getInitializer();
    const target = declaration.getNameNode();
    if (initializer === undefined) continue;
    if (N.isIdentifier(target)) {
      record(initializer, target.getText());
    } else if (N.isArrayBindingPattern(target) && N.isArrayLiteralExpression(initializer)) {
      const values = initializer.getElements();
      target.getElements().forEach((element, index) => {
        const value = values[index];
        if (N.isBindingElement(element) && value !== undefined) record(value, element.getName());
      });
    }
  }
  for (const assignment of source.getDescendantsOfKind(SyntaxKind.BinaryExpression)) {
    if (assignment.getOperatorToken().getKind() !== SyntaxKind.EqualsToken) continue;
    const target = assignment.getLeft();
    if (N.isIdentifier(target)) record(assignment.getRight(), target.getText());
    else if (N.isPropertyAccessExpression(target)) record(assignment.getRight(), target.getName());
  }
  for (const property of source.getDescendantsOfKind(SyntaxKind.PropertyDeclaration)) {
    const initializer = property.getInitializer();
    if (initializer !== undefined) record(initializer, property.getName());
  }
  for (const statement of source.getDescendantsOfKind(SyntaxKind.ReturnStatement)) {
    const value = statement.getExpression();
    if (value !== undefined && N.isObjectLiteralExpression(value)) record(value, '');
  }
  for (const arrow of source.getDescendantsOfKind(SyntaxKind.ArrowFunction)) {
    const body = arrow.getBody();
    const value = N.isParenthesizedExpression(body) ? body.getExpression() : body;
    if (N.isObjectLiteralExpression(value)) record(value, '');
  }
  return names;
}
