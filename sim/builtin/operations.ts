/** What generated code calls where an operator is more than an expression. Small, so that V8 inlines it. */

/** A sum or difference of two values of an unsigned type, of which `span` is the number of values. */
function wrapUnsigned(value: number, span: number): number {
  if (value < 0) return value + span;
  return value >= span ? value - span : value;
}

/** The same for a signed type; `half` is the number of its negative values. */
function wrapSigned(value: number, half: number): number {
  if (value < -half) return value + 2 * half;
  return value >= half ? value - 2 * half : value;
}

function modulo(value: number, span: number): number {
  return value - Math.floor(value / span) * span;
}

function shiftLeft(value: number, amount: number): number {
  return amount < 32 ? value << amount : 0;
}

function shiftRight(value: number, amount: number): number {
  return amount < 32 ? value >>> amount : 0;
}

function shiftSigned(value: number, amount: number): number {
  return value >> (amount < 32 ? amount : 31);
}

/** Of more than 32 bits, with or without sign. */
function shiftReal(value: number, amount: number): number {
  return Math.floor(value / 2 ** Math.min(amount, 64));
}

function shiftBigLeft(value: bigint, amount: number, width: number): bigint {
  return amount < width ? value << BigInt(amount) : 0n;
}

/** With or without sign. */
function shiftBigRight(value: bigint, amount: number, width: number): bigint {
  return value >> BigInt(Math.min(amount, width));
}

function parity(bits: number): number {
  let folded = bits ^ (bits >>> 16);
  folded ^= folded >>> 8;
  folded ^= folded >>> 4;
  return (0x6996 >>> (folded & 15)) & 1;
}

function parityOfBig(bits: bigint): number {
  let odd = 0;
  for (let rest = bits; rest !== 0n; rest >>= 32n) odd ^= parity(Number(rest & 0xffff_ffffn) | 0);
  return odd;
}

/** Every bit of a mask `count` times. */
function spread(mask: bigint, count: number): bigint {
  const ones = (1n << BigInt(count)) - 1n;
  let bits = 0n;
  for (let at = 0n, rest = mask; rest !== 0n; rest >>= 1n, at += BigInt(count)) if (rest & 1n) bits |= ones << at;
  return bits;
}

function maskedBig(old: bigint, data: bigint, mask: bigint): bigint {
  return (old & ~mask) | (data & mask);
}

/** A word of up to 32 bits, which is that of `data` in the runs of `count` bits that `mask` selects. */
function masked(old: number, data: number, mask: number, count: number): number {
  const ones = count >= 32 ? -1 : 2 ** count - 1;
  let selected = 0;
  for (let at = 0, rest = mask; rest !== 0; rest >>>= 1, at += count) if (rest & 1) selected |= ones << at;
  return (old & ~selected) | (data & selected);
}

export const operations = {
  wrapUnsigned,
  wrapSigned,
  modulo,
  shiftLeft,
  shiftRight,
  shiftSigned,
  shiftReal,
  shiftBigLeft,
  shiftBigRight,
  parity,
  parityOfBig,
  spread,
  maskedBig,
  masked,
};
