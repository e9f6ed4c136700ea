/** Writes into memories, whole or masked. */
import type { CheckedModule } from '../ir/checked-module.ts';
import type { Expression, WriteStatement } from '../ir/module-ir.ts';
import { isLiteral, part } from '../passes/logic.ts';
import type { VStatement } from './ast.ts';
import type { ExpressionLowering } from './expression-lowering.ts';

/** A write: of the whole word, or of each part that the mask covers. */
export function lowerWrite(
  lowering: ExpressionLowering,
  module: CheckedModule,
  { memory, address, data, mask, site }: WriteStatement,
): VStatement[] {
  const target = module.names.memories.get(memory)!;
  const index = lowering.index(address, target);
  const write = (value: Expression, bits?: { high: number; low: number }): VStatement => ({
    kind: 'assign',
    target,
    index,
    ...(bits === undefined ? {} : { part: bits }),
    value: lowering.lower(value, target),
    site,
  });
  const { type, maskWidth = type.width } = memory;
  if (mask === undefined) return [write(data)];
  return Array.from({ length: type.width / maskWidth }, (_, lane): VStatement[] => {
    const [high, low] = [(lane + 1) * maskWidth - 1, lane * maskWidth];
    const covers = part(mask, lane, lane);
    if (isLiteral(covers, 0n)) return [];
    const body = maskWidth === type.width ? [write(data)] : [write(part(data, high, low), { high, low })];
    if (isLiteral(covers, 1n)) return body;
    return [
      { kind: 'if', branches: [{ condition: lowering.lower(covers, `${target}_mask`), body }], otherwise: [], site },
    ];
  }).flat();
}
