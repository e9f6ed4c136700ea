/** The checked IR as text: every signal with its one driver, sorted as the passes leave them. */
import type { CheckedModule } from './checked-module.ts';
import { groundTypeText } from './ground-type.ts';
import type { Naming } from './print-expression.ts';
import { printIrExpression } from './print-expression.ts';
import { declaration } from './print-module-ir.ts';
import { printStatements } from './print-statements.ts';

export function printCheckedModule(module: CheckedModule): string {
  const { ir, names } = module;
  const naming: Naming = {
    signal: (signal) => names.signals.get(signal)!,
    memory: (memory) => names.memories.get(memory)!,
  };
  const lines = [`module ${ir.name}${module.clocked ? ' clocked' : ''}${module.resettable ? ' resettable' : ''}`];
  for (const signal of ir.signals) {
    const driver = module.combinational.get(signal);
    const value = driver === undefined ? '' : ` = ${printIrExpression(driver.value, naming)}`;
    lines.push(`  ${declaration(signal, naming.signal(signal))}${value}`);
    const inputs = module.paths.get(signal);
    if (inputs !== undefined && inputs.size > 0)
      lines.push(`    depends on ${[...inputs].map((input) => naming.signal(input)).join(', ')}`);
  }
  for (const { registers, statements } of module.sequential) {
    if (statements.length > 0)
      lines.push(
        `  at clock: ${registers.map((register) => naming.signal(register)).join(', ')}`,
        ...printStatements(statements, naming, '    '),
      );
  }
  for (const memory of ir.memories) {
    lines.push(`  memory ${naming.memory(memory)}: ${memory.depth} x ${groundTypeText(memory.type)}`);
    lines.push(...printStatements(module.writes.get(memory) ?? [], naming, '    '));
  }
  for (const instance of ir.instances)
    lines.push(`  instance ${names.instances.get(instance)}: ${instance.module.name}`);
  for (const [expression, name] of names.expressions)
    lines.push(`  ${name} = ${printIrExpression(expression, naming)}`);
  return `${lines.join('\n')}\n`;
}
