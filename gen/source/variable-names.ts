/**
 * Which call in a source file initialises which variable: `const push = enq.fire` names the call at `fire` "push".
 *
 * ts-morph parses a file once; the result is cached on disk by the file's content, so that later runs pay for one small
 * read instead of a parser.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Node, SourceFile } from 'ts-morph';
import { cacheDirectory } from './cache-directory.ts';
import type { Frame } from './site.ts';

/** `line:column` of a call (as V8 reports it) to the variable, with enclosing object keys joined by `_`. */
type NamesOfFile = Readonly<Record<string, string>>;

/** Changes when the meaning of a cached entry does. */
const FORMAT = 'names-2';
const files = new Map<string, NamesOfFile>();

/** The name of the variable or field that the call at this place initialises, if any. */
export function variableNameAt(frame: Frame): string | undefined {
  let names = files.get(frame.file);
  if (names === undefined) {
    names = namesOfFile(frame.file);
    files.set(frame.file, names);
  }
  return names[`${frame.line}:${frame.column}`];
}

function namesOfFile(file: string): NamesOfFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {}; // Code without a file (a REPL, an eval) has no names to read.
  }
  const hash = createHash('sha256').update(FORMAT).update(text).digest('hex');
  const folder = join(cacheDirectory(), 'names');
  const entry = join(folder, `${hash}.json`);
  try {
    return JSON.parse(readFileSync(entry, 'utf8')) as NamesOfFile;
  } catch {
    const names = parseNames(file, text);
    try {
      mkdirSync(folder, { recursive: true });
      const temporary = `${entry}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify(names));
      renameSync(temporary, entry);
    } catch {
      // A cache that can't be written costs time, not correctness.
    }
    return names;
  }
}

/** Parses one source file; exported for its test. */
export function parseNames(file: string, text: string): NamesOfFile {
  // Loaded on demand: importing the parser costs more than everything else a warm run does.
  const morph = createRequire(import.meta.url)('ts-morph') as typeof import('ts-morph');
  const { Node: N, Project, SyntaxKind } = morph;
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    skipFileDependencyResolution: true,
    compilerOptions: { allowJs: true, noResolve: true },
  });
  const source = project.createSourceFile(file, text);
  const names: Record<string, string> = {};

  const record = (node: Node, name: string): void => {
    if (N.isParenthesizedExpression(node) || N.isAsExpression(node) || N.isNonNullExpression(node)) {
      record(node.getExpression(), name);
    } else if (N.isSatisfiesExpression(node)) {
      record(node.getExpression(), name);
    } else if (N.isConditionalExpression(node)) {
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
      const at = callPosition(node);
      if (at !== undefined) names[lineAndColumn(source, at)] = name;
    }
  };
  const callPosition = (node: Node): number | undefined => {
    if (N.isCallExpression(node)) {
      const callee = node.getExpression();
      return N.isPropertyAccessExpression(callee) ? callee.getNameNode().getStart() : callee.getStart();
    }
    if (N.isPropertyAccessExpression(node)) return node.getNameNode().getStart();
    return N.isNewExpression(node) ? node.getStart() : undefined;
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

function lineAndColumn(source: SourceFile, position: number): string {
  const { line, column } = source.getLineAndColumnAtPos(position);
  return `${line}:${column}`;
}
