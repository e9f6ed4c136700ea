/** The checked IR as text: every signal with its one driver, sorted as the passes leave them. */
import type { CheckedModule } from './checked-module.ts';
import { type ClockDomain, defaultDomain } from './clock-domain.ts';
import type { Naming } from './print-expression.ts';
import { printIrExpression } from './print-expression.ts';
import { declaration } from './print-module-ir.ts';
import { externalLines, instanceText } from './print-instance.ts';
import { memoryLines } from './print-memory.ts';
import { printStatements } from './print-statements.ts';

export function printCheckedModule(module: CheckedModule): string {
  const { ir, names } = module;
  const naming: Naming = {
    signal: (signal) => names.signals.get(signal)!,
    memory: (memory) => names.memories.get(memory)!,
  };
  const lines = [`module ${ir.name}${needsText(module)}`, ...externalLines(ir)];
  for (const signal of ir.signals) {
    const driver = module.combinational.get(signal) ?? module.ghost.combinational.get(signal);
    const value = driver === undefined ? '' : ` = ${printIrExpression(driver.value, naming)}`;
    lines.push(`  ${declaration(signal, naming.signal(signal))}${value}`);
    const inputs = module.paths.get(signal);
    if (inputs !== undefined && inputs.size > 0)
      lines.push(`    depends on ${[...inputs].map((input) => naming.signal(input)).join(', ')}`);
  }
  for (const { registers, statements } of [...module.sequential, ...module.ghost.sequential]) {
    if (statements.length > 0)
      lines.push(
        `  at ${clockText(registers[0]!.domain)}: ${registers.map((register) => naming.signal(register)).join(', ')}`,
        ...printStatements(statements, naming, '    '),
      );
  }
  for (const memory of ir.memories) {
    lines.push(...memoryLines(memory, naming));
    lines.push(...printStatements(module.writes.get(memory) ?? module.ghost.writes.get(memory) ?? [], naming, '    '));
  }
  for (const instance of ir.instances) {
    const { element } = instance;
    const name =
      element === undefined ? names.instances.get(instance)! : `${names.arrays.get(element.array)}[${element.index}]`;
    lines.push(`  ${instanceText(instance, name)}`);
  }
  for (const [expression, name] of names.expressions)
    lines.push(`  ${name} = ${printIrExpression(expression, naming)}`);
  for (const { check, label, condition, domain } of module.checks)
    lines.push(`  ${check} ${label} at ${clockText(domain)}: ${printIrExpression(condition, naming)}`);
  return `${lines.join('\n')}\n`;
}

/** ` clocked resettable` of the default domain, then ` fast clocked` of each other. */
function needsText({ domains }: CheckedModule): string {
  return [...domains]
    .map(([{ name }, { clocked, resettable }]) =>
      [name ?? '', clocked ? 'clocked' : '', resettable ? 'resettable' : ''].filter((word) => word !== ''),
    )
    .map((words) => words.map((word) => ` ${word}`).join(''))
    .join('');
}

function clockText(domain: ClockDomain | undefined): string {
  if (domain === undefined || domain === defaultDomain) return 'clock';
  return `clock of ${domain.name}`;
}
