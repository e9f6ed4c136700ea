/** Follows an expression, within its file, to the calls that made its value. */
import type { BindingElement, CallExpression, Identifier, Node, ParameterDeclaration } from 'ts-morph';
import type { ParsedFile } from './parsed-file.ts';
import type { ValueReference } from './facts.ts';

/** Functions that describe a module: the ports are the parameter of the body, their second last argument the ports' types. */
const MODULE = 'module';
/** Methods of arrays that call a function with each element. */
const EACH = new Set(['forEach', 'map', 'flatMap', 'filter', 'some', 'every', 'find']);
/** Variables of variables are followed so far. */
const DEPTH = 20;

/**
 * The calls of which the expression certainly is a result, or a part of one: none where it may be something else, such as
 * undefined.
 */
export function referencesOf(file: ParsedFile, expression: Node): ValueReference[] {
  const { Node: N, SyntaxKind } = file.morph;
  return follow(expression, DEPTH);

  function follow(wrapped: Node, depth: number): ValueReference[] {
    const node = file.unwrapped(wrapped);
    if (depth === 0) return [];
    if (N.isCallExpression(node)) return node.hasQuestionDotToken() ? [] : [{ place: file.callPlace(node)!, path: [] }];
    if (N.isPropertyAccessExpression(node)) {
      if (node.hasQuestionDotToken()) return [];
      const parts = partsOf(follow(node.getExpression(), depth - 1), node.getName());
      return [{ place: file.callPlace(node)!, path: [] }, ...parts];
    }
    if (N.isElementAccessExpression(node)) {
      const index = node.getArgumentExpression();
      const key = N.isNumericLiteral(index) ? index.getLiteralText() : '*';
      return partsOf(follow(node.getExpression(), depth - 1), key);
    }
    return N.isIdentifier(node) ? followName(node, depth) : [];
  }

  function followName(name: Identifier, depth: number): ValueReference[] {
    const declarations = name.getSymbol()?.getDeclarations() ?? [];
    const declaration = declarations.length === 1 ? declarations[0]! : undefined;
    if (N.isVariableDeclaration(declaration)) {
      const initializer = declaration.getInitializer();
      const loop = declaration.getParent().getParent();
      if (N.isForOfStatement(loop)) return elementsOf(loop.getExpression(), depth);
      if (initializer === undefined || isSometimesOther(name, depth)) return [];
      return follow(initializer, depth - 1);
    }
    if (N.isBindingElement(declaration)) return followBinding(declaration, depth);
    if (N.isParameterDeclaration(declaration)) return followParameter(declaration, depth);
    return [];
  }

  /** Whether something else than the result of a call is assigned to the variable anywhere. */
  function isSometimesOther(name: Identifier, depth: number): boolean {
    const symbol = name.getSymbol();
    return file.source.getDescendantsOfKind(SyntaxKind.BinaryExpression).some((each) => {
      const target = each.getLeft();
      return (
        each.getOperatorToken().getText().endsWith('=') &&
        N.isIdentifier(target) &&
        target.getText() === name.getText() &&
        !['==', '===', '!=', '!==', '<=', '>='].includes(each.getOperatorToken().getText()) &&
        target.getSymbol() === symbol &&
        !N.isCallExpression(file.unwrapped(each.getRight())) &&
        follow(each.getRight(), depth - 1).length === 0
      );
    });
  }

  function followBinding(element: BindingElement, depth: number): ValueReference[] {
    if (element.getInitializer() !== undefined || element.getDotDotDotToken() !== undefined) return [];
    const pattern = element.getParent();
    const holder = pattern.getParent();
    if (N.isArrayBindingPattern(pattern)) {
      const index = pattern.getElements().indexOf(element);
      const initializer = N.isVariableDeclaration(holder) ? holder.getInitializer() : undefined;
      if (initializer === undefined || !N.isArrayLiteralExpression(initializer)) return [];
      const value = initializer.getElements()[index];
      return value === undefined ? [] : follow(value, depth - 1);
    }
    const key = element.getPropertyNameNode() ?? element.getNameNode();
    if (!N.isIdentifier(key)) return [];
    if (N.isBindingElement(holder)) return partsOf(followBinding(holder, depth - 1), key.getText());
    if (N.isParameterDeclaration(holder)) return partsOf(followParameter(holder, depth), key.getText());
    const initializer = N.isVariableDeclaration(holder) ? holder.getInitializer() : undefined;
    return initializer === undefined ? [] : partsOf(follow(initializer, depth - 1), key.getText());
  }

  function followParameter(parameter: ParameterDeclaration, depth: number): ValueReference[] {
    const body = parameter.getParent();
    const call = body.getParent();
    if (!N.isCallExpression(call) || parameter.hasInitializer() || parameter.isRestParameter()) return [];
    if (!N.isArrowFunction(body) && !N.isFunctionExpression(body)) return [];
    if (body.getParameters()[0] !== parameter) return [];
    const callee = call.getExpression();
    if (N.isPropertyAccessExpression(callee) && EACH.has(callee.getName()))
      return elementsOf(callee.getExpression(), depth);
    const isModule = (N.isPropertyAccessExpression(callee) ? callee.getName() : callee.getText()) === MODULE;
    return isModule ? [{ place: file.callPlace(call)!, ofPorts: true, path: [] }] : [];
  }

  function elementsOf(list: Node, depth: number): ValueReference[] {
    const node = file.unwrapped(list);
    if (!N.isArrayLiteralExpression(node)) return partsOf(follow(node, depth - 1), '*');
    const elements = node.getElements().map((each) => follow(each, depth - 1));
    return elements.some((each) => each.length === 0) ? [] : elements.flat();
  }

  function partsOf(references: readonly ValueReference[], key: string): ValueReference[] {
    return references
      .filter(({ ofPorts, path, place }) => ofPorts !== true || path.length > 0 || portIsCertain(place, key))
      .map((reference) => ({ ...reference, path: [...reference.path, key] }));
  }

  /** Whether the module has the port in every case, as far as its ports stand in the file. */
  function portIsCertain(place: string, port: string): boolean {
    const call = file.source
      .getDescendantsOfKind(SyntaxKind.CallExpression)
      .find((each) => file.callPlace(each) === place) as CallExpression;
    const ports = literalOf(call.getArguments()[1]);
    if (!N.isObjectLiteralExpression(ports)) return true;
    const property = ports.getProperty(port);
    if (property === undefined) return false;
    const value = N.isPropertyAssignment(property) ? file.unwrapped(property.getInitializerOrThrow()) : undefined;
    return value === undefined || N.isCallExpression(value) || N.isIdentifier(value);
  }

  function literalOf(node: Node | undefined): Node | undefined {
    const plain = node === undefined ? undefined : file.unwrapped(node);
    if (!N.isIdentifier(plain)) return plain;
    const declaration = plain.getSymbol()?.getDeclarations()[0];
    const initializer = N.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined;
    return initializer === undefined ? undefined : file.unwrapped(initializer);
  }
}
