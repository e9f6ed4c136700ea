import type { VerilogPort } from './design.ts';
import { wordsOf } from './design.ts';

/**
 * Writes a port's value into 32-bit words, lowest first, from words[at] on.
 * @throws RangeError that names the port when the value doesn't fit it or isn't an integer
 */
export function valueToWords(port: VerilogPort, value: number | bigint, words: Uint32Array, at = 0): void {
  checkRange(port, value);
  if (port.width <= 32) {
    words[at] = bitsOf(port, Number(value));
    return;
  }
  let rest = BigInt.asUintN(port.width, BigInt(value));
  for (let word = 0; word < wordsOf(port.width); word++) {
    words[at + word] = Number(rest & 0xffff_ffffn);
    rest >>= 32n;
  }
}

/** The value that the words from words[at] on hold: a number up to 32 bits, a bigint above. */
export function wordsToValue(port: VerilogPort, words: Uint32Array, at = 0): number | bigint {
  if (port.width <= 32) return wordToValue(port, words[at]!);
  let bits = 0n;
  for (let word = wordsOf(port.width) - 1; word >= 0; word--) bits = (bits << 32n) | BigInt(words[at + word]!);
  return port.signed ? BigInt.asIntN(port.width, bits) : bits;
}

/** The value of a port of up to 32 bits. */
export function wordToValue(port: VerilogPort, word: number): number {
  const unused = 32 - port.width;
  return port.signed ? (word << unused) >> unused : word >>> 0;
}

/**
 * The bits of a value, as an unsigned 32-bit word, for a port of up to 32 bits.
 * @throws RangeError as valueToWords
 */
export function valueToWord(port: VerilogPort, value: number | bigint): number {
  checkRange(port, value);
  return bitsOf(port, Number(value));
}

function bitsOf(port: VerilogPort, value: number): number {
  return port.width === 32 ? value >>> 0 : value & (2 ** port.width - 1);
}

function checkRange(port: VerilogPort, value: number | bigint): void {
  if (typeof value === 'number' && !Number.isInteger(value)) {
    throw new RangeError(`${value} is no integer; port "${port.name}" takes ${rangeText(port)}`);
  }
  const bits = port.signed ? port.width - 1 : port.width;
  // Powers of two are exact as numbers, so wide ports need no bigint here.
  const beyond = 2 ** bits;
  if (value >= beyond || value < (port.signed ? -beyond : 0)) {
    const type = `${port.width} bit${port.width === 1 ? '' : 's'} ${port.signed ? 'signed' : 'unsigned'}`;
    throw new RangeError(`${value} does not fit port "${port.name}": ${type}, ${rangeText(port)}`);
  }
}

function rangeText(port: VerilogPort): string {
  const beyond = 2n ** BigInt(port.signed ? port.width - 1 : port.width);
  return `${port.signed ? -beyond : 0n} to ${beyond - 1n}`;
}
