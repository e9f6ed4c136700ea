import { createRequire } from 'node:module';
import type { Node, SourceFile } from 'ts-morph';
import type { Place } from './facts.ts';

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

/** Opens a source file for examination. */
export function openSource(file: string, text: string): ParsedFile {
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
