/** The module IR as text: declarations, then statements in the order in which they were recorded. */
import { groundTypeText } from './ground-type.ts';
import type { MemoryIr, ModuleIr, SignalIr } from './module-ir.ts';
import type { Naming } from './print-expression.ts';
import { printStatements } from './print-statements.ts';

/** Signals have no names yet, except ports and what the user named: others are numbered by kind, `register0`, `wire1`. */
export function printModuleIr(ir: ModuleIr): string {
  const naming = numberedNames(ir);
  const lines = [`module ${ir.name}`];
  for (const signal of ir.signals) lines.push(`  ${declaration(signal, naming.signal(signal))}`);
  for (const memory of ir.memories)
    lines.push(`  memory ${naming.memory(memory)}: ${memory.depth} x ${groundTypeText(memory.type)}`);
  ir.instances.forEach((instance, index) =>
    lines.push(`  instance ${instance.fixedName ?? `instance${index}`}: ${instance.module.name}`),
  );
  lines.push(...printStatements(ir.body, naming, '  '));
  return `${lines.join('\n')}\n`;
}

/** `register head: UInt(3) reset 0` */
export function declaration(signal: SignalIr, name: string): string {
  const reset = signal.reset === undefined ? '' : ` reset ${signal.reset}`;
  return `${signal.category} ${name}: ${groundTypeText(signal.type)}${reset}`;
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
