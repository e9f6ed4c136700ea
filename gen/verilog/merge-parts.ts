/** Bits side by side, in as few words as Verilog has for them. */
import type { VExpression } from './ast.ts';
import { printExpression } from './print-expression.ts';

/**
 * The concatenation of `parts`, the first on top. Adjacent slices of one net become one slice, and the net's name where they
 * are all of it; equal neighbours are repeated by number.
 *
 * @param widthOf the width of a net that parts are slices of
 */
export function mergeParts(parts: readonly VExpression[], widthOf: (net: string) => number | undefined): VExpression {
  const merged: VExpression[] = [];
  for (const part of parts.flatMap(bitsOf)) {
    const last = merged.at(-1);
    if (last?.kind === 'slice' && part.kind === 'slice' && last.name === part.name && last.low === part.high + 1)
      merged[merged.length - 1] = { ...last, low: part.low };
    else merged.push(part);
  }
  const whole = merged.map((part): VExpression => {
    const isWhole = part.kind === 'slice' && part.low === 0 && part.high + 1 === widthOf(part.name);
    return isWhole ? { kind: 'name', name: part.name } : part;
  });
  const repeated = withRepeats(whole);
  return repeated.length === 1 ? repeated[0]! : { kind: 'concat', parts: repeated };
}

/** Whether two expressions are the same text. */
export function sameText(left: VExpression, right: VExpression): boolean {
  return left === right || (left.kind === right.kind && printExpression(left) === printExpression(right));
}

/** Within a concatenation a sign says nothing, and inner concatenations go. */
function bitsOf(part: VExpression): VExpression[] {
  if (part.kind === 'sign') return bitsOf(part.operand);
  if (part.kind === 'concat') return part.parts.flatMap(bitsOf);
  if (part.kind === 'number') return [{ ...part, value: BigInt.asUintN(part.width, part.value), signed: false }];
  return [part];
}

function withRepeats(parts: readonly VExpression[]): VExpression[] {
  const result: VExpression[] = [];
  for (let start = 0, end = 0; start < parts.length; start = end) {
    const part = parts[start]!;
    for (end = start + 1; end < parts.length && sameText(part, parts[end]!);) end++;
    result.push(end - start === 1 ? part : { kind: 'repeat', count: end - start, part });
  }
  return result;
}
