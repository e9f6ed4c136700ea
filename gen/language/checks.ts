/**
 * Checks: what is to hold, may be taken to hold, or is to happen, and the signals that exist only to say so. None of it is
 * part of the RTL. A check is judged at every edge of its clock domain at which the domain is not in reset.
 */
import { bodiesOf, type CheckStatement, type Statement } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { currentModule, type ModuleBuilder, record } from './module-builder.ts';
import { report } from './report.ts';
import { operand, type Operand } from './signal.ts';
import { checkCondition } from './type-checks.ts';
import type { BoolVal } from './values.ts';
import { collect } from './when.ts';

/**
 * Demands that `condition` holds; inside of `when()`, only where that is active.
 *
 * @param text what is demanded, as a Verilog name or a sentence: the assertion is labelled after it
 */
export function assert(condition: BoolVal, text?: string): void {
  recordCheck('assert', condition, labelled(text));
}

/**
 * Says that `condition` holds by the design's surroundings: a proof takes it as given, a simulation checks it. Inside of an
 * instance, a proof demands it, as there the design itself is the surroundings.
 */
export function assume(condition: BoolVal, text?: string): void {
  recordCheck('assume', condition, labelled(text));
}

/** Asks whether `condition` ever holds: a formal tool looks for a way to it. The simulators here pass over it. */
export function cover(condition: BoolVal, text?: string): void {
  recordCheck('cover', condition, labelled(text));
}

/**
 * Whatever `declare` makes (registers, wires, memories) exists only for checks. It may read the RTL, and the RTL must not read
 * it.
 *
 * @returns what `declare` returns
 */
export function ghost<T>(declare: () => T): T {
  const builder = currentModule('ghost()');
  const { signals, memories, instances } = builder.ir;
  const [firstSignal, firstMemory, firstInstance] = [signals.length, memories.length, instances.length];
  const readPorts = memories.map(({ syncReads }) => syncReads.length);
  let result: T | undefined;
  const statements = collect(builder, () => (result = declare()), 'ghost()');
  for (const made of [...signals.slice(firstSignal), ...memories.slice(firstMemory)])
    (made as { ghost?: boolean }).ghost = true;

  const refuse = (message: string, at: Site, related: { text: string; site: Site }[] = []): void =>
    report(builder, 'A002', at, {
      message,
      related,
      fix: 'move it out of ghost(), whose contents are no part of the RTL',
    });
  for (const instance of instances.slice(firstInstance))
    refuse(`an instance of ${instance.module.name} is made inside of ghost(), and would be hardware`, instance.site);
  readPorts.forEach((count, index) => {
    const { ghost: isGhost, syncReads, site: declared } = memories[index]!;
    for (const read of isGhost === true ? [] : syncReads.slice(count))
      refuse('readSync() inside of ghost() adds a read port to a memory of the RTL', read.site, [
        { text: 'the memory is declared', site: declared },
      ]);
  });
  for (const { target, at } of targetsIn(statements)) {
    if (target.ghost !== true)
      refuse('a signal or memory of the RTL is driven inside of ghost()', at, [
        { text: 'it is declared', site: target.site },
      ]);
  }
  builder.scopes.at(-1)!.push(...statements);
  return result as T;
}

/** True wherever `then` holds or `condition` does not. */
export function implies(condition: BoolVal, then: BoolVal | boolean): BoolVal {
  return condition.not().or(then);
}

/** Records a check under a label of its own. */
export function recordCheck(
  check: CheckStatement['check'],
  condition: BoolVal,
  { label, message }: Pick<CheckStatement, 'label' | 'message'>,
): void {
  const what = `${check}()`;
  const builder = currentModule(what);
  const site = captureSite();
  const expression = operand(builder, condition as unknown as Operand, { kind: 'bool', width: 1 }, site, what);
  checkCondition(builder, expression, site, what);
  record(builder, { kind: 'check', check, condition: expression, label, message, domain: domainOf(builder), site });
}

function domainOf(builder: ModuleBuilder): CheckStatement['domain'] {
  return builder.domains.at(-1)!;
}

/** Labels are names in the Verilog: longer texts are cut at a word. */
const LONGEST_LABEL = 48;

/** A text that is a name is the label; of a sentence, its words are. */
function labelled(text: string | undefined): Pick<CheckStatement, 'label' | 'message'> {
  if (text === undefined || /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return { label: text, message: undefined };
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  let label = '';
  for (const word of words) {
    const longer = label === '' ? word : `${label}_${word}`;
    if (label !== '' && longer.length > LONGEST_LABEL) break;
    label = longer;
  }
  if (/^[0-9]/.test(label)) label = `_${label}`;
  return { label: label === '' ? undefined : label, message: text };
}

function targetsIn(
  statements: readonly Statement[],
): { target: { readonly ghost?: boolean; readonly site: Site }; at: Site }[] {
  return statements.flatMap((statement) => {
    switch (statement.kind) {
      case 'assign':
        return [{ target: statement.target, at: statement.site }];
      case 'write':
        return [{ target: statement.memory, at: statement.site }];
      case 'check':
        return [];
      case 'when':
      case 'switch':
        return bodiesOf(statement).flatMap(targetsIn);
    }
  });
}
