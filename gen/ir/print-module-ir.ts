/** The module IR as text: declarations, then statements in the order in which they were recorded. */
import { inDomainText } from './clock-domain.ts';
import { groundTypeText, valueText } from './ground-type.ts';
import type { MemoryIr, ModuleIr, SignalIr } from './module-ir.ts';
import { type Naming, printIrExpression } from './print-expression.ts';
import { externalLines, instanceText } from './print-instance.ts';
import { memoryLines } from './print-memory.ts';
import { printStatements } from './print-statements.ts';

/** Signals have no names yet, except ports and what the user named: others are numbered by kind, `register0`, `wire1`. */
export function printModuleIr(ir: ModuleIr): string {
  const naming = numberedNames(ir);
  const lines = [`module ${ir.name}`, ...externalLines(ir)];
  for (const signal of ir.signals) {
    const { enable } = signal;
    const enabled = enable === undefined ? '' : ` enable ${printIrExpression(enable, naming)}`;
    lines.push(`  ${declaration(signal, naming.signal(signal))}${enabled}`);
  }
  for (const memory of ir.memories) lines.push(...memoryLines(memory, naming));
  const arrays = [...new Set(ir.instances.map(({ element }) => element?.array))].filter((array) => array !== undefined);
  ir.instances.forEach((instance, index) => {
    const { element } = instance;
    const own = instance.fixedName ?? `instance${index}`;
    const array = element && (element.array.fixedName ?? `array${arrays.indexOf(element.array)}`);
    lines.push(`  ${instanceText(instance, element === undefined ? own : `${array}[${element.index}]`)}`);
  });
  for (const kept of ir.kept ?? [])
    lines.push(`  keep ${'op' in kept ? printIrExpression(kept, naming) : naming.memory(kept)}`);
  lines.push(...printStatements(ir.body, naming, '  '));
  return `${lines.join('\n')}\n`;
}

/** `register head: UInt(3) reset 0` */
export function declaration(signal: SignalIr, name: string): string {
  const reset = signal.reset === undefined ? '' : ` reset ${valueText(signal.type, signal.reset)}`;
  const stage = signal.synchroniser === undefined ? '' : ` synchroniser ${signal.synchroniser}`;
  const ghost = signal.ghost === true ? 'ghost ' : '';
  return `${ghost}${signal.category} ${name}: ${groundTypeText(signal.type)}${reset}${inDomainText(signal.domain)}${stage}`;
}

function numberedNames(ir: ModuleIr): Naming {
  const signals = new Map<SignalIr, string>();
  const counts = new Map<string, number>();
  for (const signal of ir.signals) {
    const owner =
      signal.instance === undefined
        ? signal.category
        : `instance${ir.instances.indexOf(signal.instance)}.${signal.path.join('.')}`;
    const number = counts.get(owner) ?? 0;
    if (signal.instance === undefined) counts.set(owner, number + 1);
    signals.set(signal, signal.fixedName ?? (signal.instance === undefined ? `${owner}${number}` : owner));
  }
  const memories = new Map<MemoryIr, string>(ir.memories.map((memory, index) => [memory, `memory${index}`]));
  return { signal: (signal) => signals.get(signal)!, memory: (memory) => memories.get(memory)! };
}
