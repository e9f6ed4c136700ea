/** What the fields of the command mean: the comments at their descriptions in the hardware's sources. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node, ObjectLiteralElementLike, ObjectLiteralExpression } from 'ts-morph';
import type { BundleType, DataType } from '../../gen/index.ts';
import { packageRoot } from '../../gen/source/package-root.ts';
import { type Morph, openSource } from '../../gen/source/parsed-file.ts';
import { LayerCommand } from '../../hw/control/command.ts';
import type { ChipParameters } from '../../hw/parameters.ts';

/** The files that describe the command. */
const sources = ['hw/control/command.ts', 'hw/pe/command.ts'];

/**
 * The comment of each field, by its path without indices: `clusters.iactRouters.local`.
 *
 * @throws Error naming a field that has none
 */
export function fieldMeanings(p: ChipParameters): Map<string, string> {
  const parsed = sources.map((file) => openSource(file, readFileSync(join(packageRoot(), file), 'utf8')));
  const bundles = new Map(parsed.flatMap(({ morph, source }) => bundlesOf(morph, source)));
  const { morph } = parsed[0]!;
  const meanings = new Map<string, string>();
  const walk = (type: BundleType, literal: ObjectLiteralExpression, path: string): void => {
    for (const [name, property] of propertiesOf(morph, bundles, literal)) {
      // A field that this hardware does not have: PEs without sparsity have fewer, and routers one horizontal neighbour or two.
      if (type.fields[name] === undefined) continue;
      const field = elementOf(type.fields[name]);
      if (field.kind === 'bundle') {
        walk(field, bundleNamedIn(morph, bundles, property)!, `${path}${name}.`);
        continue;
      }
      const comment = commentOf(property);
      if (comment === '') throw new Error(`field ${path}${name} of the command has no comment that says what it means`);
      meanings.set(path + name, comment);
    }
  };
  walk(LayerCommand(p), bundles.get('LayerCommand')!, '');
  return meanings;
}

type Bundles = ReadonlyMap<string, ObjectLiteralExpression>;

/** The bundles of a file by the name of the function that makes them, or of the constant that is one. */
function bundlesOf({ Node: N, SyntaxKind }: Morph, source: Node): [string, ObjectLiteralExpression][] {
  return source.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
    const [fields] = call.getArguments();
    if (call.getExpression().getText() !== 'Bundle' || !N.isObjectLiteralExpression(fields)) return [];
    const declaration = call.getParent();
    const name = N.isVariableDeclaration(declaration)
      ? declaration.getName()
      : call.getFirstAncestorByKind(SyntaxKind.FunctionDeclaration)?.getName();
    return name === undefined ? [] : [[name, fields]];
  });
}

/** The fields of a bundle by name, with those that it takes over from another, `...IactWalk(p).fields`,
 * or has in some hardware only: `...fieldsIf(p.sparse, { … })`. */
function propertiesOf(
  morph: Morph,
  bundles: Bundles,
  literal: ObjectLiteralExpression,
): [string, ObjectLiteralElementLike][] {
  return literal.getProperties().flatMap((property): [string, ObjectLiteralElementLike][] => {
    if (!morph.Node.isSpreadAssignment(property)) return [[property.getName(), property]];
    const taken =
      bundleNamedIn(morph, bundles, property) ??
      property.getFirstDescendantByKind(morph.SyntaxKind.ObjectLiteralExpression);
    return taken === undefined ? [] : propertiesOf(morph, bundles, taken);
  });
}

/** The bundle that a field is made of: `pe: PeCommand(p.pe)`, `psumRouter`. */
function bundleNamedIn({ SyntaxKind }: Morph, bundles: Bundles, property: Node): ObjectLiteralExpression | undefined {
  const names = property.getDescendantsOfKind(SyntaxKind.Identifier).map((each) => each.getText());
  return bundles.get(names.find((name) => bundles.has(name)) ?? '');
}

function elementOf(type: DataType): DataType {
  return type.kind === 'vec' ? elementOf(type.element) : type;
}

/** The comment above a field in one line, without its stars. */
function commentOf(property: Node): string {
  const comments = property.getLeadingCommentRanges().map((range) => range.getText());
  const documented = comments.filter((comment) => comment.startsWith('/**')).at(-1) ?? '';
  return documented
    .replaceAll(/^\/\*\*|\*\/$/g, '')
    .replaceAll(/^\s*\*/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
