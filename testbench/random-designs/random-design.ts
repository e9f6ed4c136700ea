/**
 * Random designs: typed, without combinational loops, and without a value that depends on what state is at power-up, once the
 * input `init` of the top has been high, with its reset, for `WARM_UP` cycles. What is declared is read later in the text only,
 * registers that have a reset value and memories aside.
 */
import type { Design, EnumSpec, Expression, Item, ModuleSpec, PortSpec, Shape, Statement } from './design.ts';
import { Random } from './random.ts';
import { bool, RandomExpressions } from './random-expression.ts';
import { RandomStatements } from './random-statements.ts';
import { leavesOf, type MemorySpec, type Named, Scope } from './scope.ts';

/** Cycles in which every chain of registers without reset is filled. */
export const WARM_UP = 24;

export function randomDesign(seed: number): Design {
  const random = new Random(seed);
  const enums: EnumSpec[] = Array.from({ length: random.below(3) }, (_, index) => ({
    name: `Kind${index}`,
    members: ['Red', 'Green', 'Blue', 'Black', 'White'].slice(0, random.from(2, 5)),
    encoding: random.pick(['binary', 'binary', 'onehot', 'gray']),
  }));
  const modules: ModuleSpec[] = [];
  const children = random.pick([0, 0, 1, 1, 2]);
  for (let index = 0; index < children; index++)
    modules.push(new RandomModule(random, enums, modules, `R${seed}_Part${index}`, 2).describe());
  modules.push(new RandomModule(random, enums, modules, `R${seed}`, 4).describe());
  return { enums, modules, asyncReset: random.chance(20) };
}

class RandomModule {
  private readonly random: Random;
  private readonly name: string;
  private readonly size: number;
  private readonly children: readonly ModuleSpec[];
  private readonly scope = new Scope();
  /** What checks read: registers. */
  private readonly state = new Scope();
  private readonly make: RandomExpressions;
  private readonly statements: RandomStatements;
  private readonly ports: PortSpec[] = [{ name: 'init', direction: 'In', shape: bool }];
  private readonly items: Item[] = [];
  /** State that nothing drives yet. */
  private registers: Named[] = [];
  private memories: MemorySpec[] = [];
  private count = 0;

  constructor(random: Random, enums: readonly EnumSpec[], children: readonly ModuleSpec[], name: string, size: number) {
    this.random = random;
    this.name = name;
    this.size = size;
    this.children = [...children];
    this.make = new RandomExpressions(random, enums, this.scope);
    this.statements = new RandomStatements(this.make);
  }

  describe(): ModuleSpec {
    const { random } = this;
    for (let count = random.from(1, 5); count > 0; count--) {
      const port = { name: this.fresh('i'), direction: 'In', shape: this.make.shape() } as const;
      this.ports.push(port);
      this.scope.add(port.name, port.shape);
    }
    for (let count = random.from(0, 3); count > 0; count--) this.addRegister();
    for (let count = random.pick([0, 0, 1, 1, 2]); count > 0; count--) this.addMemory();
    for (let count = random.from(1, this.size); count > 0; count--) this.addItem();
    const outputs = Array.from({ length: random.from(1, 2) }, () => this.output(this.make.shape()));
    this.addBlock(outputs, 100);
    this.showTheRest();
    return { name: this.name, ports: this.ports, items: this.items };
  }

  private fresh(prefix: string): string {
    return `${prefix}${this.count++}`;
  }

  private output(shape: Shape): Named {
    const port = { name: this.fresh('o'), direction: 'Out', shape } as const;
    this.ports.push(port);
    return { text: port.name, shape };
  }

  private addRegister(): void {
    const name = this.fresh('r');
    const shape = this.make.shape();
    const enable = this.random.chance(25) ? this.make.condition(1) : undefined;
    this.items.push({ kind: 'register', name, shape, reset: this.make.constant(shape), enable });
    this.scope.add(name, shape);
    this.state.add(name, shape);
    this.registers.push({ text: name, shape });
  }

  private addMemory(): void {
    const { random } = this;
    const name = this.fresh('m');
    const shape = this.make.shape(1);
    const depth = random.pick([2, 4, 8, 16, 3, 6]);
    const divisors =
      shape.kind === 'vec' || shape.kind === 'bundle' || shape.kind === 'enum'
        ? []
        : Array.from({ length: shape.width }, (_, index) => index + 1).filter((each) => shape.width % each === 0);
    const maskWidth = divisors.length > 0 && random.chance(60) ? random.pick(divisors) : undefined;
    const initial = Array.from({ length: random.from(0, depth) }, () => this.make.constant(shape));
    this.items.push({ kind: 'memory', name, shape, depth, initial, maskWidth, macro: undefined });
    const memory = { name, shape, depth, maskWidth };
    this.scope.memories.push(memory);
    // Some are tables.
    if (random.chance(80)) this.memories.push(memory);
  }

  private addItem(): void {
    const { random } = this;
    const choice = random.below(16);
    if (choice < 4) this.addWires();
    else if (choice < 6) this.addValue();
    else if (choice < 8) this.addPipelineRegister();
    else if (choice < 10) this.addReadSync();
    else if (choice < 11) this.addMachine();
    else if (choice < 14) this.addInstances();
    else if (choice < 15) this.addStream();
    else this.addChecks();
  }

  private push(statements: readonly Statement[]): void {
    this.items.push(...statements.map((statement): Item => ({ kind: 'statement', statement })));
  }

  /** Statements that drive some signals, and with them part of the state that waits for a driver. */
  private addBlock(combinational: readonly Named[], percent = 30): void {
    const { random } = this;
    const registers = random.some(this.registers, percent);
    const memories = random.some(this.memories, percent);
    this.registers = this.registers.filter((each) => !registers.includes(each));
    this.memories = this.memories.filter((each) => !memories.includes(each));
    const block = this.statements.block({ combinational, registers, memories });
    this.push(block);
    // At least once.
    this.push(memories.map((memory) => this.statements.write(memory)));
  }

  private addWires(): void {
    const wires = Array.from({ length: this.random.from(1, 3) }, () => ({
      text: this.fresh('w'),
      shape: this.make.shape(),
    }));
    for (const { text, shape } of wires) this.items.push({ kind: 'wire', name: text, shape });
    this.addBlock(wires);
    for (const { text, shape } of wires) this.scope.add(text, shape);
  }

  private addValue(): void {
    const name = this.fresh('v');
    const value = this.make.of(this.make.ground(), 4);
    const named = value.op !== 'read' && this.random.chance(60);
    this.items.push({ kind: 'value', name, value, named });
    this.scope.add(name, value.type);
  }

  /** A condition that holds in the first cycles, too. */
  private orInit(condition: Expression): Expression {
    return {
      type: bool,
      op: 'method',
      method: 'or',
      on: condition,
      operands: [{ type: bool, op: 'read', text: 'init' }],
    };
  }

  /** A register without a reset value: whatever it takes has one by then. */
  private addPipelineRegister(): void {
    const name = this.fresh('p');
    const shape = this.make.shape();
    const enable = this.random.chance(40) ? this.orInit(this.make.condition()) : undefined;
    this.items.push({ kind: 'register', name, shape, reset: undefined, enable });
    this.push(this.statements.block({ combinational: [{ text: name, shape }], registers: [], memories: [] }, 1));
    this.scope.add(name, shape);
  }

  private addReadSync(): void {
    const { random, scope } = this;
    if (scope.memories.length === 0) return;
    const memory = random.pick(scope.memories);
    scope.read.add(memory.name);
    const name = this.fresh('q');
    const enable = random.chance(50) ? this.orInit(this.make.condition()) : undefined;
    const address = this.make.address(memory, 2);
    const underWrite = random.pick(['old', 'new', 'any'] as const);
    this.items.push({ kind: 'readSync', name, memory: memory.name, address, enable, underWrite });
    scope.add(name, memory.shape);
  }

  private addMachine(): void {
    const { random } = this;
    const name = this.fresh('f');
    const wires = Array.from({ length: random.from(0, 2) }, () => ({
      text: this.fresh('w'),
      shape: this.make.shape(1),
    }));
    for (const { text, shape } of wires) {
      this.items.push({ kind: 'wire', name: text, shape });
      this.push(this.statements.driveAll({ text, shape }));
    }
    const names = ['Idle', 'Load', 'Run', 'Done'].slice(0, random.from(2, 4));
    const targets = { combinational: wires, registers: [], memories: [] };
    const states = names.map((state, index) => ({
      name: state,
      body: this.statements.state(targets, names, names[(index + 1) % names.length]!),
    }));
    this.items.push({ kind: 'fsm', name, encoding: random.pick(['binary', 'onehot', 'gray']), states });
    for (const { text, shape } of wires) this.scope.add(text, shape);
    const [a, b, c] = [random.pick(names), random.pick(names), random.pick(names)];
    const texts = [`${name}.is('${a}')`, `${name}.entering('${b}')`, `${name}.leaving('${c}')`];
    for (const text of texts.slice(0, random.from(1, 3))) this.scope.add(text, bool);
  }

  private addInstances(): void {
    const { random } = this;
    if (this.children.length === 0) return this.addWires();
    const child = random.pick(this.children);
    const count = random.chance(40) ? random.from(1, 4) : undefined;
    const name = this.fresh('u');
    this.items.push({ kind: 'instance', name, module: child.name, count });
    const texts = count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}[${index}]`);
    for (const text of texts) {
      const inputs = child.ports
        .filter((port) => port.direction === 'In' && port.name !== 'init')
        .map((port) => ({ text: `${text}.${port.name}`, shape: port.shape }));
      const init: Statement = {
        kind: 'set',
        target: { text: `${text}.init` },
        value: { type: bool, op: 'read', text: 'init' },
      };
      this.push([init]);
      if (random.chance(30)) this.addBlock(inputs);
      else this.push(inputs.flatMap((input) => this.statements.driveAll(input)));
      for (const port of child.ports) if (port.direction === 'Out') this.scope.add(`${text}.${port.name}`, port.shape);
    }
  }

  private addStream(): void {
    const { random } = this;
    const source = this.fresh('c');
    const name = this.fresh('s');
    const shape = this.make.shape(1);
    this.items.push({ kind: 'channel', name: source, shape });
    this.push(
      [
        { text: `${source}.valid`, shape: bool },
        { text: `${source}.data`, shape },
      ].flatMap((target) => this.statements.driveAll(target)),
    );
    this.items.push({ kind: 'stream', name, source, depth: random.pick(['stage', 2, 3, 4] as const) });
    this.push(this.statements.driveAll({ text: `${name}.ready`, shape: bool }));
    this.scope.add(`${source}.ready`, bool);
    this.scope.add(`${name}.valid`, bool);
    // Without a word there is anything to read.
    const valid: Expression = { type: bool, op: 'read', text: `${name}.valid` };
    for (const { path, type } of leavesOf(shape)) {
      const shown = this.fresh('v');
      const data: Expression = { type, op: 'read', text: `${name}.data${path}` };
      const value: Expression = { type, op: 'function', name: 'mux', operands: [valid, data, this.make.literal(type)] };
      this.items.push({ kind: 'value', name: shown, value, named: false });
      this.scope.add(shown, type);
    }
  }

  /** What always holds, and a register that only it reads. */
  private addChecks(): void {
    if (this.state.leaves.length === 0) return;
    const { random, enums } = this.make;
    const make = new RandomExpressions(random, enums, this.state);
    const name = this.fresh('g');
    const operand = make.of({ kind: 'uint', width: make.width() }, 2);
    const read: Expression = { type: operand.type, op: 'read', text: name };
    const compare = (method: string): Expression => ({
      type: bool,
      op: 'method',
      method,
      on: read,
      operands: [operand],
    });
    const condition: Expression = {
      type: bool,
      op: 'method',
      method: 'or',
      on: compare('le'),
      operands: [compare('gt')],
    };
    this.items.push({
      kind: 'register',
      name,
      shape: operand.type,
      reset: make.constant(operand.type),
      enable: undefined,
      ghost: true,
    });
    this.push([
      { kind: 'set', target: { text: name }, value: operand },
      { kind: 'check', check: 'assert', condition },
      { kind: 'check', check: 'cover', condition: make.condition() },
    ]);
  }

  /** Everything that nothing reads becomes an output, and some of the rest. */
  private showTheRest(): void {
    const { scope, random } = this;
    const driven = new Set(this.ports.map(({ name }) => name));
    for (const { text, shape } of scope.roots) {
      if (driven.has(text) || (scope.read.has(text) && !random.chance(20))) continue;
      this.push([{ kind: 'set', target: { text: this.output(shape).text }, value: { whole: text } }]);
    }
    for (const memory of scope.memories) {
      if (scope.read.has(memory.name)) continue;
      const { path, type } = random.pick(leavesOf(memory.shape));
      const index = this.make.address(memory, 1);
      const value: Expression = { type, op: 'chosen', from: memory.name, method: 'read', index, field: path };
      this.push([{ kind: 'set', target: { text: this.output(type).text }, value }]);
    }
  }
}
