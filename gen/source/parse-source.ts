import type { Place, SourceFacts } from './facts.ts';
import { openSource, type ParsedFile } from './parsed-file.ts';
import { parseNames } from './parse-names.ts';
import { parsePlainUses } from './parse-plain-uses.ts';

/** Parses one source file. */
export function parseSource(file: string, text: string): SourceFacts {
  const parsed = openSource(file, text);
  return {
    names: parseNames(parsed),
    plainUses: parsePlainUses(parsed),
    dropped: droppedCalls(parsed),
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
