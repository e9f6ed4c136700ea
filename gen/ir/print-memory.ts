/** Memories as text: their shape and what is special about them, then their registered reads. */
import { inDomainText } from './clock-domain.ts';
import { groundTypeText } from './ground-type.ts';
import type { MemoryIr } from './module-ir.ts';
import { type Naming, printIrExpression } from './print-expression.ts';

/** Of long initial contents, the start is shown. */
const WORDS_SHOWN = 8;

/** `memory table: 4 x SInt(4) initial 1, -1`, and a line for each registered read. */
export function memoryLines(memory: MemoryIr, naming: Naming): string[] {
  const { depth, type, maskWidth, macro, initial, syncReads } = memory;
  const notes = [
    maskWidth === undefined ? '' : ` masked by ${maskWidth}`,
    macro === undefined ? '' : ` macro ${macro}`,
    initial === undefined ? '' : ` initial ${wordsText(initial)}`,
  ];
  return [
    `  memory ${naming.memory(memory)}: ${depth} x ${groundTypeText(type)}${notes.join('')}`,
    ...syncReads.map(
      ({ output, address, underWrite, domain }) =>
        `    ${naming.signal(output)} reads ${printIrExpression(address, naming)} under write ${underWrite}${inDomainText(domain)}`,
    ),
  ];
}

function wordsText(words: readonly bigint[]): string {
  const more = words.length - WORDS_SHOWN;
  return [...words.slice(0, WORDS_SHOWN).map(String), ...(more > 0 ? [`... (${more} more)`] : [])].join(', ');
}
