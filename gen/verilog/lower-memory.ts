/** Memories that stand in the module itself: their declaration, their words at power-up, and the block that writes them. */
import type { CheckedModule } from '../ir/checked-module.ts';
import type { MemoryIr } from '../ir/module-ir.ts';
import { domainOfWrites } from '../passes/collect-domains.ts';
import type { VAlways, VContents, VDeclaration, VModule } from './ast.ts';
import type { Clocking } from './clocking.ts';
import { type ExpressionLowering, shapeOf } from './expression-lowering.ts';
import { lowerStatements } from './lower-statements.ts';

/** Memories of more words have their contents in a file of their own. */
const WORDS_IN_PLACE = 64;

export function memoryDeclaration({ names }: CheckedModule, memory: MemoryIr): VDeclaration {
  return {
    net: 'reg',
    shape: shapeOf(memory),
    name: names.memories.get(memory)!,
    depth: memory.depth,
    site: memory.site,
  };
}

/** The block of everything that writes a memory, as the order of writes counts; none where nothing does. */
export function memoryWrites(
  lowering: ExpressionLowering,
  module: CheckedModule,
  memory: MemoryIr,
  clocking: Clocking,
): VAlways[] {
  const statements = module.writes.get(memory)!;
  const domain = domainOfWrites(statements);
  if (domain === undefined) return [];
  const { edge, name } = clocking.clockOf(domain);
  const body = lowerStatements(lowering, module, statements);
  return [{ events: [{ edge, signal: name }], body, site: memory.site }];
}

/** What a memory holds at power-up, if it is said. */
export function memoryContents(module: CheckedModule, memory: MemoryIr): VContents[] {
  const { type, depth, initial, site } = memory;
  if (initial === undefined) return [];
  const name = module.names.memories.get(memory)!;
  const words = Array.from({ length: depth }, (_, address) => initial[address] ?? 0n);
  if (depth <= WORDS_IN_PLACE) {
    const signed = type.kind === 'sint';
    return [
      { memory: name, values: words.map((value) => ({ kind: 'number', value, width: type.width, signed })), site },
    ];
  }
  const digits = Math.ceil(type.width / 4);
  const lines = words.map((value) => `${BigInt.asUintN(type.width, value).toString(16).padStart(digits, '0')}\n`);
  return [{ memory: name, file: { path: `${module.ir.name}_${name}.hex`, text: lines.join('') }, site }];
}

/** The files of contents that a module reads. */
export function contentsFiles({
  contents,
}: Pick<VModule, 'contents'>): { readonly path: string; readonly text: string }[] {
  return contents.flatMap((each) => ('file' in each ? [each.file] : []));
}
