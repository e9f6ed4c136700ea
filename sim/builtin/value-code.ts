/**
 * Values of ground types as JavaScript, and the code of every operator on them.
 *
 * Up to 32 bits a value is a number within the range of int32: an unsigned one of 32 bits stands for the same bits. Up to 52 bits
 * it is a number, and sums are exact; above it is a bigint. A value is always within the range of its type, so only operators that
 * can leave it have to wrap.
 */
import type { GroundType } from '../../gen/ir/ground-type.ts';
import type { Expression } from '../../gen/ir/module-ir.ts';

/** What holds a value: an element of an Int32Array, of a Float64Array, or of an array of bigints. */
export type Store = 'int' | 'real' | 'big';

export function storeOf({ width }: Pick<GroundType, 'width'>): Store {
  if (width <= 32) return 'int';
  return width <= 52 ? 'real' : 'big';
}

/** An expression in JavaScript, with parentheses where it needs them. */
export interface Code {
  readonly text: string;
  /** It is a JavaScript boolean, and stands for 0 or 1. */
  readonly truth?: boolean;
  /** How many levels of expressions stand in it. */
  readonly depth: number;
}

/** The code as a number or bigint. */
export function valueText({ text, truth }: Code): string {
  return truth ? `(${text} ? 1 : 0)` : text;
}

/** The code of a Bool where JavaScript asks for a condition. */
export function conditionText({ text, truth }: Code): string {
  return truth ? text : `${text} !== 0`;
}

/** An integer as the value that the bits of it have in a type. */
export function literalText(type: GroundType, value: bigint): string {
  const store = storeOf(type);
  const signed = isSigned(type) || (store === 'int' && type.width === 32);
  const wrapped = signed ? BigInt.asIntN(type.width, value) : BigInt.asUintN(type.width, value);
  const text = store === 'big' ? `${wrapped}n` : String(wrapped);
  return wrapped < 0n ? `(${text})` : text;
}

export function isSigned({ kind }: GroundType): boolean {
  return kind === 'sint';
}

/** A number of any sign, of which the low 32 bits are right, as a value of a type of up to 32 bits. */
export function wrapInt(text: string, type: GroundType): string {
  if (type.width === 32) return `(${text} | 0)`;
  if (isSigned(type)) return `(${text} << ${32 - type.width} >> ${32 - type.width})`;
  return `(${text} & ${2 ** type.width - 1})`;
}

/** A bigint of any size as a value of a type. */
export function fromBig(text: string, type: GroundType): string {
  const store = storeOf(type);
  const signed = isSigned(type) || (store === 'int' && type.width === 32);
  const wrapped = `BigInt.as${signed ? 'Int' : 'Uint'}N(${type.width}, ${text})`;
  return store === 'big' ? wrapped : `Number(${wrapped})`;
}

/** A value as a bigint; of an unsigned type never negative. */
export function toBig(text: string, type: GroundType): string {
  if (storeOf(type) === 'big') return text;
  return `BigInt(${type.width === 32 && !isSigned(type) ? `${text} >>> 0` : text})`;
}

/** A value of up to 52 bits as a number; of an unsigned type never negative. */
function toReal(text: string, type: GroundType): string {
  return type.width === 32 && !isSigned(type) ? `(${text} >>> 0)` : text;
}

/** The same bits read with or without sign. */
export function retyped(text: string, from: GroundType, to: GroundType): string {
  if (isSigned(from) === isSigned(to)) return text;
  const { width } = from;
  switch (storeOf(from)) {
    case 'int':
      return width === 32 ? text : wrapInt(text, { ...to, width });
    case 'real':
      return isSigned(to) ? `wrapSigned(${text}, ${2 ** (width - 1)})` : `wrapUnsigned(${text}, ${2 ** width})`;
    case 'big':
      return fromBig(text, { ...to, width });
  }
}

/** The code of one operator around the code of its operands. Signals and reads of memories are not among them. */
export function operatorCode(
  expression: Exclude<Expression, { op: 'signal' | 'read' }>,
  codeOf: (operand: Expression) => Code,
): Code {
  switch (expression.op) {
    case 'literal':
      return { text: literalText(expression.type, expression.value), depth: 0 };
    case 'unary':
      return unaryCode(expression, codeOf(expression.operand));
    case 'binary':
      return binaryCode(expression, codeOf(expression.left), codeOf(expression.right));
    case 'mux': {
      const [condition, whenTrue, whenFalse] = [expression.condition, expression.whenTrue, expression.whenFalse].map(
        codeOf,
      ) as [Code, Code, Code];
      const truth = whenTrue.truth === true && whenFalse.truth === true;
      const arm = truth ? (code: Code): string => code.text : valueText;
      const text = `(${conditionText(condition)} ? ${arm(whenTrue)} : ${arm(whenFalse)})`;
      return { text, truth, depth: depthAbove(condition, whenTrue, whenFalse) };
    }
    case 'concat':
      return concatCode(expression, expression.parts.map(codeOf));
    case 'slice':
      return sliceCode(expression, codeOf(expression.operand));
    case 'extend': {
      const operand = codeOf(expression.operand);
      const from = expression.operand.type;
      const text = retyped(valueText(operand), from, expression.type);
      return {
        text: widened(text, { ...expression.type, width: from.width }, expression.type),
        depth: depthAbove(operand),
      };
    }
    case 'cast': {
      const operand = codeOf(expression.operand);
      if (isSigned(expression.type) === isSigned(expression.operand.type)) return operand;
      const text = retyped(valueText(operand), expression.operand.type, expression.type);
      return { text, depth: depthAbove(operand) };
    }
  }
}

/** A value in the store of a wider type of the same sign. */
function widened(text: string, from: GroundType, to: GroundType): string {
  if (storeOf(from) === storeOf(to)) return text;
  return storeOf(to) === 'big' ? toBig(text, from) : toReal(text, from);
}

function unaryCode({ operator, operand: { type } }: Extract<Expression, { op: 'unary' }>, operand: Code): Code {
  const depth = depthAbove(operand);
  if (operator === 'not' && operand.truth) return { text: `!${operand.text}`, truth: true, depth };
  const text = valueText(operand);
  const store = storeOf(type);
  const [zero, ones] = [0n, -1n].map((value) => literalText(type, value)) as [string, string];
  switch (operator) {
    case 'not':
      // Wrapped in the sense of the type, minus one is all ones.
      if (store === 'real') return { text: `(${ones} - ${text})`, depth };
      return { text: isSigned(type) || type.width === 32 ? `~${text}` : `(${text} ^ ${ones})`, depth };
    case 'reduce-or':
      return { text: `(${text} !== ${zero})`, truth: true, depth };
    case 'reduce-and':
      return { text: `(${text} === ${ones})`, truth: true, depth };
    case 'reduce-xor': {
      const bits = isSigned(type) && store === 'int' ? wrapInt(text, { kind: 'bits', width: type.width }) : text;
      if (store === 'int') return { text: `parity(${bits})`, depth };
      return { text: `parityOfBig(BigInt.asUintN(${type.width}, ${toBig(text, type)}))`, depth };
    }
  }
}

const bigOperators = { and: '&', or: '|', xor: '^', add: '+', sub: '-', mul: '*' } as const;
const comparisons = { eq: '===', ne: '!==', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;

function binaryCode(expression: Extract<Expression, { op: 'binary' }>, left: Code, right: Code): Code {
  const { operator, type } = expression;
  const depth = depthAbove(left, right);
  const store = storeOf(type);
  switch (operator) {
    case 'and':
    case 'or':
      if (left.truth || right.truth) {
        const both = [left, right].map((code) => (code.truth ? code.text : `(${conditionText(code)})`));
        return { text: `(${both.join(operator === 'and' ? ' && ' : ' || ')})`, truth: true, depth };
      }
      break;
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge': {
      const operands = expression.left.type;
      const ordered = operator !== 'eq' && operator !== 'ne';
      const both = [left, right].map((code) => (ordered ? toReal(valueText(code), operands) : valueText(code)));
      return { text: `(${both.join(` ${comparisons[operator]} `)})`, truth: true, depth };
    }
    case 'shift-left':
    case 'shift-right':
      return { text: shiftText(expression, valueText(left), valueText(right)), depth };
    default:
      break;
  }
  const [a, b] = [valueText(left), valueText(right)];
  const exact =
    operator === 'mul' && significantBits(expression.left) + significantBits(expression.right) <= type.width;
  if (store === 'int') {
    if (operator === 'and' || operator === 'or' || operator === 'xor')
      return { text: `(${a} ${bigOperators[operator]} ${b})`, depth };
    if (operator !== 'mul') return { text: wrapInt(`(${a} ${bigOperators[operator]} ${b})`, type), depth };
    const product = `Math.imul(${a}, ${b})`;
    return { text: exact ? product : wrapInt(product, type), depth };
  }
  if (store === 'real') {
    if (exact) return { text: `(${a} * ${b})`, depth };
    if (operator === 'add' || operator === 'sub') {
      const sum = `${a} ${bigOperators[operator]} ${b}`;
      const text = isSigned(type)
        ? `wrapSigned(${sum}, ${2 ** (type.width - 1)})`
        : `wrapUnsigned(${sum}, ${2 ** type.width})`;
      return { text, depth };
    }
  }
  const result = `${toBig(a, type)} ${bigOperators[operator]} ${toBig(b, type)}`;
  const within = store === 'big' && (exact || operator === 'and' || operator === 'or' || operator === 'xor');
  return { text: within ? `(${result})` : fromBig(result, type), depth };
}

/** How many bits a value can need at most, when it is known to be extended. */
function significantBits(expression: Expression): number {
  const { type } = expression;
  if (expression.op === 'extend' && isSigned(expression.operand.type) === isSigned(type))
    return significantBits(expression.operand);
  if (expression.op !== 'literal') return type.width;
  const { value } = expression;
  if (!isSigned(type)) return Math.max(1, value.toString(2).length);
  return (value < 0n ? ~value : value).toString(2).length + 1;
}

function shiftText(
  { operator, type, right }: Extract<Expression, { op: 'binary' }>,
  value: string,
  by: string,
): string {
  const store = storeOf(type);
  const constant = right.op === 'literal' ? BigInt.asUintN(right.type.width, right.value) : undefined;
  const amountType = { ...right.type, kind: 'uint' } as const;
  const bits = retyped(by, right.type, amountType);
  // A bigint too large for a number becomes a number that is too large as well.
  const amount = storeOf(right.type) === 'big' ? `Number(${bits})` : toReal(bits, amountType);
  const small = constant === undefined ? right.type.width <= 5 : constant < 32n;
  if (store === 'int') {
    if (operator === 'shift-left')
      return wrapInt(small ? `(${value} << ${amount})` : `shiftLeft(${value}, ${amount})`, type);
    if (isSigned(type)) return small ? `(${value} >> ${amount})` : `shiftSigned(${value}, ${amount})`;
    const shifted = small ? `(${value} >>> ${amount})` : `shiftRight(${value}, ${amount})`;
    return type.width === 32 ? `(${shifted} | 0)` : shifted;
  }
  if (operator === 'shift-left') return fromBig(`shiftBigLeft(${toBig(value, type)}, ${amount}, ${type.width})`, type);
  if (store === 'real') return `shiftReal(${value}, ${amount})`;
  return `shiftBigRight(${value}, ${amount}, ${type.width})`;
}

/** Bits without sign: a number up to 32 bits where negative ones stand for those with the top bit set. */
function bitsText(text: string, type: GroundType): string {
  return isSigned(type) ? retyped(text, type, { kind: 'bits', width: type.width }) : text;
}

function concatCode({ parts, type }: Extract<Expression, { op: 'concat' }>, codes: readonly Code[]): Code {
  // Neighbours that fit a number of 32 bits together become one first.
  const pieces: { text: string; width: number; store: Store }[] = [];
  parts.forEach((part, index) => {
    const { width } = part.type;
    const store = storeOf(part.type);
    const text = bitsText(valueText(codes[index]!), part.type);
    const last = pieces.at(-1);
    if (store !== 'int' || last?.store !== 'int' || last.width + width > 32) {
      pieces.push({ text, width, store });
      return;
    }
    last.text = last.text === '0' ? text : `(${last.text} << ${width}${text === '0' ? '' : ` | ${text}`})`;
    last.width += width;
  });
  const depth = depthAbove(...codes) + 1;
  const store = storeOf(type);
  const bits = { ...type, kind: 'bits' } as const;
  if (store === 'int') return { text: retyped(pieces[0]!.text, bits, type), depth };
  const typed = pieces.map((piece) => ({ ...piece, type: { kind: 'bits', width: piece.width } as const }));
  if (store === 'real') {
    const text = typed
      .map((piece) => ({ text: toReal(piece.text, piece.type), width: piece.width }))
      .reduce((high, low) => ({
        text: `(${high.text} * ${2 ** low.width} + ${low.text})`,
        width: high.width + low.width,
      }));
    return { text: retyped(text.text, bits, type), depth };
  }
  let low = type.width;
  const terms = typed.flatMap((piece) => {
    low -= piece.width;
    const big = toBig(piece.text, piece.type);
    return piece.text === '0' ? [] : [low === 0 ? big : `(${big} << ${low}n)`];
  });
  return { text: retyped(terms.length === 0 ? '0n' : `(${terms.join(' | ')})`, bits, type), depth };
}

function sliceCode(
  { operand: { type: from }, type, high, low }: Extract<Expression, { op: 'slice' }>,
  code: Code,
): Code {
  const depth = depthAbove(code);
  const text = valueText(code);
  const whole = low === 0 && high === from.width - 1;
  if (whole) return { text: retyped(text, from, type), depth };
  switch (storeOf(from)) {
    case 'int':
      // Only above the value are bits to be cut, and where that is the sign there are zeros already.
      if (high === from.width - 1 && !isSigned(from) && !isSigned(type)) return { text: `(${text} >>> ${low})`, depth };
      return { text: wrapInt(low === 0 ? text : `(${text} >>> ${low})`, type), depth };
    case 'real': {
      const shifted = low === 0 ? text : `Math.floor(${text} / ${2 ** low})`;
      if (storeOf(type) === 'int') return { text: wrapInt(`(${shifted} | 0)`, type), depth };
      const bits = `modulo(${shifted}, ${2 ** type.width})`;
      return { text: retyped(bits, { ...type, kind: 'bits' }, type), depth };
    }
    case 'big':
      return { text: fromBig(low === 0 ? text : `${text} >> ${low}n`, type), depth };
  }
}

/** A value whose bits from `low` up are those of another. */
export function insertedText(type: GroundType, value: string, part: string, partType: GroundType, low: number): string {
  const bits = bitsText(part, partType);
  const cleared = ~(((1n << BigInt(partType.width)) - 1n) << BigInt(low));
  if (storeOf(type) === 'int') {
    const placed = low === 0 ? bits : `${bits} << ${low}`;
    return wrapInt(`((${value} & ${BigInt.asIntN(32, cleared)}) | (${placed}))`, type);
  }
  const placed = `(${toBig(bits, { kind: 'bits', width: partType.width })} << ${low}n)`;
  return fromBig(`(${toBig(value, type)} & ${cleared}n) | ${placed}`, type);
}

/** A word of which the bits that a mask selects are another's; each bit of the mask stands for `maskWidth` bits. */
export function maskedText(
  type: GroundType,
  old: string,
  data: string,
  mask: string,
  maskType: GroundType,
  maskWidth: number,
): string {
  const selected = bitsText(mask, maskType);
  // A word of an Int32Array has no more bits than that, and its mask no more than the word.
  if (storeOf(type) === 'int') return wrapInt(`masked(${old}, ${data}, ${selected}, ${maskWidth})`, type);
  const bits = `spread(${toBig(selected, { kind: 'bits', width: maskType.width })}, ${maskWidth})`;
  return fromBig(`maskedBig(${toBig(old, type)}, ${toBig(data, type)}, ${bits})`, type);
}

function depthAbove(...codes: readonly Code[]): number {
  return Math.max(...codes.map(({ depth }) => depth)) + 1;
}
