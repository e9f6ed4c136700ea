import { createRequire } from 'node:module';
import type { Node, SourceFile } from 'ts-morph';
import { parseNames } from './parse-names.ts';
import { parsePlainUses } from './parse-plain-uses.ts';
import type { Place, SourceFacts } from './source-facts.ts';

/** The parser, loaded on demand: to import it costs more than everything else a run with a warm cache does. */
export type Morph = typeof import('ts-morph');

/** A file under examination. */
export interface ParsedFile {
  readonly morph: Morph;
  readonly source: SourceFile;
  readonly placeOf: (position: number) => Place;
  /** Where V8 says that a call or the use of a getter stands; undefined for what is neither. */
  readonly callPlace: (node: Node) => Place | undefined;
  /** The expression within parentheses and assertions of type. */
  readonly unwrapped: (node: Node) => Node;
}

/** Parses one source file. */
export function parseSource(file: string, text: string): SourceFacts {
  const parsed = openSource(file, text);
  return {
    names: parseNames(parsed),
    plainUses: parsePlainUses(parsed),
    dropped: droppedCalls(parsed),
  };
}

function openSource(file: string, text: string): ParsedFile {
  const morph = createRequire(import.meta.url)('ts-morph') as Morph;
  const { Node: N, Project } = morph;
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    skipFileDependencyResolution: true,
    compilerOptions: { allowJs: true, noResolve: true, noLib: true },
  });
  const source = project.createSourceFile(file, text);
  const placeOf = (position: number): Place => {
    const { line, column } = source.getLineAndColumnAtPos(position);
    return `${line}:${column}`;
  };
  return {
    morph,
    source,
    placeOf,
    callPlace(node) {
      if (N.isCallExpression(node)) {
        const callee = node.getExpression();
        return placeOf((N.isPropertyAccessExpression(callee) ? callee.getNameNode() : callee).getStart());
      }
      if (N.isPropertyAccessExpression(node)) return placeOf(node.getNameNode().getStart());
      return N.isNewExpression(node) ? placeOf(node.getStart()) : undefined;
    },
    unwrapped(node) {
      let inner = node;
      while (
        N.isParenthesizedExpression(inner) ||
        N.isAsExpression(inner) ||
        N.isNonNullExpression(inner) ||
        N.isSatisfiesExpression(inner)
      )
        inner = inner.getExpression();
      return inner;
    },
  };
}

/** Functions whose body's value nobody looks at. */
const BODIES_OF = new Set(['when', 'elseWhen', 'otherwise']);

function droppedCalls({ morph: { Node: N, SyntaxKind }, source, callPlace, unwrapped }: ParsedFile): Place[] {
  const statements = source.getDescendantsOfKind(SyntaxKind.ExpressionStatement).map((each) => each.getExpression());
  const bodies = source.getDescendantsOfKind(SyntaxKind.ArrowFunction).flatMap((arrow) => {
    const call = arrow.getParent();
    if (!N.isCallExpression(call)) return [];
    const callee = call.getExpression();
    const name = N.isPropertyAccessExpression(callee) ? callee.getName() : callee.getText();
    return BODIES_OF.has(name) ? [arrow.getBody()] : [];
  });
  return [...statements, ...bodies].flatMap((node) => callPlace(unwrapped(node)) ?? []);
}
