/** Ports of the top module as words of 32 bits, lowest first: what tests and streams see of the arrays. */
import type { PortGroup } from '../../gen/ir/port-layout.ts';
import { baseNames, slotText } from './layout.ts';
import type { ModuleCode } from './module-code.ts';
import { runCode, type State } from './state.ts';
import { operations } from './operations.ts';
import { fromBig, retyped, storeOf, toBig, wrapInt } from './value-code.ts';

/** Copies a port's bits from the words from `words[at]` on, or to there. */
export interface Pin {
  write(words: Uint32Array, at: number): void;
  read(words: Uint32Array, at: number): void;
}

/** Several ports as one, each from a new word on. */
export function pinOf(code: ModuleCode, groups: readonly PortGroup[], state: State): Pin {
  let count = 0;
  const leaves = groups.flatMap((group) => {
    const start = 32 * count;
    count += Math.ceil(group.width / 32);
    return group.leaves.map(({ signal, low }) => ({ signal, low: start + low }));
  });
  const writes: string[] = [];
  const reads: string[] = [];
  const begun = new Set<number>();
  for (const { signal, low } of leaves) {
    const place = slotText(code.portSlot(signal));
    const { type } = signal;
    for (let word = Math.floor(low / 32); word * 32 < low + type.width; word++) {
      if (!begun.has(word)) reads.push(`words[at + ${word}] = 0;`);
      begun.add(word);
    }
    const bits = { kind: 'bits', width: type.width } as const;
    const pattern = retyped(place, type, bits);
    switch (storeOf(type)) {
      case 'int':
        writes.push(`${place} = ${wrapInt(`(${bitsAt(low, type.width)})`, type)};`);
        reads.push(...putBits(low, type.width, pattern));
        break;
      case 'real': {
        const [lower, upper] = [
          bitsAt(low, 32),
          wrapInt(`(${bitsAt(low + 32, type.width - 32)})`, { ...bits, width: type.width - 32 }),
        ];
        writes.push(`${place} = ${retyped(`(${upper} * ${2 ** 32} + ((${lower}) >>> 0))`, bits, type)};`);
        reads.push(...putBits(low, 32, `(${pattern} | 0)`));
        reads.push(...putBits(low + 32, type.width - 32, `Math.floor(${pattern} / ${2 ** 32})`));
        break;
      }
      case 'big':
        writes.push(`${place} = ${fromBig(`gather(words, at) >> ${low}n`, type)};`);
        reads.push(`scatter(${toBig(pattern, bits)} << ${low}n, words, at);`);
    }
  }
  const gather = (words: Uint32Array, at: number): bigint => {
    let all = 0n;
    for (let word = count - 1; word >= 0; word--) all = (all << 32n) | BigInt(words[at + word]!);
    return all;
  };
  const scatter = (value: bigint, words: Uint32Array, at: number): void => {
    for (let word = 0, rest = value; word < count; word++, rest >>= 32n)
      words[at + word]! |= Number(rest & 0xffff_ffffn);
  };
  const start = Object.values(baseNames)
    .map((name) => `const ${name} = 0;`)
    .join(' ');
  const text = `${start}\nreturn { write(words, at) {\n${writes.join('\n')}\n}, read(words, at) {\n${reads.join('\n')}\n} };`;
  const { wrapSigned, wrapUnsigned } = operations;
  return runCode(text, state, { gather, scatter, wrapSigned, wrapUnsigned }) as Pin;
}

/** Up to 32 bits from bit `low` of the words on; above them there may be others. */
function bitsAt(low: number, width: number): string {
  const [word, shift] = [Math.floor(low / 32), low % 32];
  const upper = shift + width > 32 ? ` | words[at + ${word + 1}] << ${32 - shift}` : '';
  return `words[at + ${word}] >>> ${shift}${upper}`;
}

/** Puts a value without bits above its width into words that are 0 there. */
function putBits(low: number, width: number, value: string): string[] {
  const [word, shift] = [Math.floor(low / 32), low % 32];
  const upper = shift + width > 32 ? [`words[at + ${word + 1}] |= ${value} >>> ${32 - shift};`] : [];
  return [`words[at + ${word}] |= ${value} << ${shift};`, ...upper];
}
