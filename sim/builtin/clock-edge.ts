/**
 * Writes the function of a module's clock edges: first every next value from the values that have settled, and the checks; then
 * registers and memories change. It is told which of the module's domains have an edge, and which are in reset, as two masks.
 */
import type { ClockDomain } from '../../gen/ir/clock-domain.ts';
import type { CheckedModule, RegisterGroup } from '../../gen/ir/checked-module.ts';
import {
  bodiesOf,
  type Expression,
  type MemoryIr,
  readsOf,
  type SignalIr,
  type Statement,
} from '../../gen/ir/module-ir.ts';
import { domainOfRegister, domainOfWrites } from '../../gen/passes/collect-domains.ts';
import { type Block, FunctionWriter, type Scope } from './function-writer.ts';
import { parameters, type Slot, slotText } from './layout.ts';
import { conditionText, insertedText, literalText, maskedText, retyped, storeOf, valueText } from './value-code.ts';

/** What an edge has to know of a module's code. */
export interface EdgeContext {
  readonly name: string;
  readonly checked: CheckedModule;
  readonly domains: ReadonlySet<ClockDomain>;
  readonly signalSlots: ReadonlyMap<SignalIr, Slot>;
  readonly memorySlots: ReadonlyMap<MemoryIr, Slot>;
}

/** Statements with the blocks that their bodies become. */
interface Planned {
  readonly statement: Statement;
  readonly bodies: readonly { readonly block: Block; readonly planned: readonly Planned[] }[];
}

interface Read {
  readonly expression: Expression;
  readonly block: Block;
}

export class EdgeWriter {
  private readonly module: EdgeContext;
  private readonly domains: readonly ClockDomain[];
  private readonly writer: FunctionWriter;
  private readonly groups: readonly RegisterGroup[];
  /** The variables that hold what registers become. */
  private readonly next = new Map<SignalIr, string>();
  private readonly commits: string[] = [];

  constructor(module: EdgeContext, scope: Scope) {
    this.module = module;
    this.domains = [...module.domains];
    this.writer = new FunctionWriter(scope);
    const { sequential, ghost } = module.checked;
    this.groups = [...sequential, ...ghost.sequential];
  }

  /** `I[i + 3] = 0;` for every register of a domain that has a reset value. */
  resetLines(domain: ClockDomain): string[] {
    return this.groups
      .filter(({ registers }) => domainOfRegister(registers[0]!) === domain)
      .flatMap(({ registers }) =>
        registers.flatMap((register) =>
          register.reset === undefined
            ? []
            : [`${slotText(this.module.signalSlots.get(register)!)} = ${literalText(register.type, register.reset)};`],
        ),
      );
  }

  /** The function `name`, with `calls` of the instances' functions in it. */
  write(name: string, calls: readonly string[]): string {
    const { writer } = this;
    const { checked } = this.module;
    const reads: Read[] = [];
    // What belongs to one of several domains is a branch, taken where that has an edge.
    const blockFor = (): Block => (this.domains.length > 1 ? writer.block(writer.top) : writer.top);
    const groups = this.groups.map((group) => {
      const block = blockFor();
      return {
        ...group,
        domain: domainOfRegister(group.registers[0]!),
        block,
        planned: this.plan(group.statements, block, reads),
      };
    });
    const memories = [...checked.writes, ...checked.ghost.writes].flatMap(([memory, statements]) => {
      const domain = domainOfWrites(statements);
      if (domain === undefined) return [];
      const block = blockFor();
      return [{ memory, domain, block, planned: this.plan(statements, block, reads) }];
    });
    const checks = checked.checks
      .map((check, index) => ({ ...check, index, block: writer.block(writer.top) }))
      .filter(({ check }) => check !== 'cover');
    for (const { condition, block } of checks) reads.push({ expression: condition, block });
    writer.prepare(reads);

    for (const { condition, domain, index, block } of checks) {
      const holds = conditionText(writer.codeOf(condition));
      writer.add(block, `if (!(${holds})) fail('${this.module.name}', ${parameters}, ${index});`);
      const judged = `(active & ~reset & ${this.bitOf(domain)}) !== 0`;
      writer.add(writer.top, `if (${judged}) {\n${writer.textOf(block)}\n}`);
    }
    for (const { registers, domain, block, planned } of groups)
      this.writeRegisters(registers, (lines) => this.atEdge(domain, block, lines), planned);
    for (const { memory, domain, block, planned } of memories)
      this.writeMemory(memory, (lines) => this.atEdge(domain, block, lines), planned);
    for (const call of calls) writer.add(writer.top, call);
    for (const commit of this.commits) writer.add(writer.top, commit);
    for (const domain of this.domains) {
      // Rare enough to be put over what was evaluated for nothing.
      const cleared = this.resetLines(domain);
      if (cleared.length === 0) continue;
      writer.add(writer.top, `if ((active & reset & ${this.bitOf(domain)}) !== 0) {\n${cleared.join('\n')}\n}`);
    }
    return writer.write(name, `${parameters}, active, reset`);
  }

  private bitOf(domain: ClockDomain): number {
    return 2 ** this.domains.indexOf(domain);
  }

  /** Lines that count at the edges of one domain only. */
  private atEdge(domain: ClockDomain, block: Block, lines: readonly string[]): string[] {
    if (this.domains.length === 1) return [...lines];
    const shared = block.items.length > 0 ? [this.writer.textOf(block)] : [];
    return [`if ((active & ${this.bitOf(domain)}) !== 0) {`, ...shared, ...lines, '}'];
  }

  private plan(statements: readonly Statement[], block: Block, reads: Read[]): Planned[] {
    return statements.map((statement) => {
      for (const expression of readsOf(statement)) reads.push({ expression, block });
      if (statement.kind !== 'when' && statement.kind !== 'switch') return { statement, bodies: [] };
      return {
        statement,
        bodies: bodiesOf(statement).map((body) => {
          const inner = this.writer.block(block);
          return { block: inner, planned: this.plan(body, inner, reads) };
        }),
      };
    });
  }

  private writeRegisters(
    registers: readonly SignalIr[],
    atEdge: (lines: readonly string[]) => string[],
    planned: readonly Planned[],
  ): void {
    const { writer } = this;
    const names = registers.map((register) => {
      const name = writer.newName('n');
      this.next.set(register, name);
      return { name, store: storeOf(register.type) };
    });
    const placeOf = (register: SignalIr): string => slotText(this.module.signalSlots.get(register)!);
    const lines = registers.map((register) => `let ${this.next.get(register)} = ${placeOf(register)};`);
    lines.push(...atEdge(planned.flatMap((each) => this.statementLines(each))));
    writer.add(writer.top, lines.join('\n'), names);
    for (const register of registers) this.commits.push(`${placeOf(register)} = ${this.next.get(register)};`);
  }

  private writeMemory(
    memory: MemoryIr,
    atEdge: (lines: readonly string[]) => string[],
    planned: readonly Planned[],
  ): void {
    const { writer } = this;
    const declarations: { name: string; store: 'int' | 'real' | 'big' }[] = [];
    const declare = (store: 'int' | 'real' | 'big'): string => {
      const name = writer.newName('n');
      declarations.push({ name, store });
      return name;
    };
    const slot = this.module.memorySlots.get(memory)!;
    const write = ({ address, data, mask }: Extract<Statement, { kind: 'write' }>): string[] => {
      const [active, at, word] = [declare('int'), declare('int'), declare(storeOf(memory.type))];
      const value = retyped(valueText(writer.codeOf(data)), data.type, memory.type);
      const lines = [`${active} = 1; ${at} = ${valueText(writer.codeOf(address))}; ${word} = ${value};`];
      const place = slotText(slot).replace(']', ` + ${at}]`);
      // Only where addresses have values beyond the depth.
      const inside = 2 ** address.type.width > memory.depth ? ` && ${at} < ${memory.depth}` : '';
      let result: string = word;
      if (mask !== undefined) {
        const selected = declare(storeOf(mask.type));
        lines.push(`${selected} = ${valueText(writer.codeOf(mask))};`);
        result = maskedText(memory.type, place, word, selected, mask.type, memory.maskWidth!);
      }
      this.commits.push(`if (${active} !== 0${inside}) ${place} = ${result};`);
      return lines;
    };
    const body = planned.flatMap((each) => this.statementLines(each, write));
    const lets = declarations.map(({ name, store }) => `${name} = ${store === 'big' ? '0n' : '0'}`);
    writer.add(writer.top, [`let ${lets.join(', ')};`, ...atEdge(body)].join('\n'), declarations);
  }

  private statementLines(
    { statement, bodies }: Planned,
    write?: (statement: Extract<Statement, { kind: 'write' }>) => string[],
  ): string[] {
    const { writer } = this;
    const bodyText = (index: number): string => {
      const { block, planned } = bodies[index]!;
      return [
        ...(block.items.length > 0 ? [writer.textOf(block)] : []),
        ...planned.flatMap((each) => this.statementLines(each, write)),
      ].join('\n');
    };
    switch (statement.kind) {
      case 'assign': {
        const { target, part, value } = statement;
        const name = this.next.get(target)!;
        const text = valueText(writer.codeOf(value));
        const whole = part === undefined || part.high - part.low + 1 === target.type.width;
        const result = whole
          ? retyped(text, value.type, target.type)
          : insertedText(target.type, name, text, value.type, part.low);
        return [`${name} = ${result};`];
      }
      case 'write':
        return write!(statement);
      case 'check':
        return [];
      case 'when': {
        const branches = statement.branches.map(
          ({ condition }, index) => `if (${conditionText(writer.codeOf(condition))}) {\n${bodyText(index)}\n}`,
        );
        const otherwise = statement.otherwise === undefined ? '' : ` else {\n${bodyText(statement.branches.length)}\n}`;
        return [`${branches.join(' else ')}${otherwise}`];
      }
      case 'switch': {
        const { type } = statement.subject;
        const cases = statement.cases.map(({ values }, index) => {
          const labels = values.map((value) => `case ${literalText(type, value)}:`).join(' ');
          return `${labels} {\n${bodyText(index)}\nbreak;\n}`;
        });
        if (statement.otherwise !== undefined) cases.push(`default: {\n${bodyText(statement.cases.length)}\n}`);
        return [`switch (${valueText(writer.codeOf(statement.subject))}) {\n${cases.join('\n')}\n}`];
      }
    }
  }
}
