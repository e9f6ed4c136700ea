/** Random statements that drive what they are to, in every case, and nothing twice. */
import type { Expression, Ground, Shape, Statement, Target } from './design.ts';
import { bool, type RandomExpressions } from './random-expression.ts';
import { bitsFor, leavesOf, type MemorySpec, type Named } from './scope.ts';

/** What a group of statements drives. */
export interface Targets {
  /** Driven in every case: wires, outputs, inputs of instances. */
  readonly combinational: readonly Named[];
  readonly registers: readonly Named[];
  readonly memories: readonly MemorySpec[];
}

export class RandomStatements {
  private readonly make: RandomExpressions;
  /** States that a machine can go to, while one of its states is described. */
  private states: readonly string[] = [];

  constructor(make: RandomExpressions) {
    this.make = make;
  }

  /** Statements for the body of a module. */
  block(targets: Targets, depth = 2): Statement[] {
    const { random } = this.make;
    const defaults = targets.combinational.flatMap((target) => this.driveAll(target));
    const always = random.some(targets.registers, 60);
    const others = targets.registers.filter((target) => !always.includes(target));
    const sometimes = others.map((target): Statement => ({
      kind: 'when',
      branches: [{ condition: this.make.condition(), body: this.driveAll(target) }],
      otherwise: undefined,
    }));
    const first = [...defaults, ...always.flatMap((target) => this.driveAll(target))];
    return [...first, ...sometimes, ...this.conditional(targets, depth)];
  }

  /** The body of a state, which goes at least to `next`. */
  state(targets: Targets, states: readonly string[], next: string): Statement[] {
    this.states = states;
    const body = this.conditional(targets, 1);
    this.states = [];
    const branches = [{ condition: this.make.condition(), body: [{ kind: 'go', state: next } as const] }];
    return [...body, { kind: 'when', branches, otherwise: undefined }];
  }

  /** Unconditional statements that leave no bit of a target out. */
  driveAll({ text, shape }: Named): Statement[] {
    const { random } = this.make;
    if (shape.kind === 'vec' && random.chance(50))
      return Array.from({ length: shape.length }, (_, index) =>
        this.driveAll({ text: `${text}[${index}]`, shape: shape.element }),
      ).flat();
    if (shape.kind === 'bundle' && random.chance(50))
      return shape.fields.flatMap(([name, field]) => this.driveAll({ text: `${text}.${name}`, shape: field }));
    if (hasParts(shape) && shape.width > 1 && random.chance(20)) {
      const cut = random.from(1, shape.width - 1);
      const parts = [
        [shape.width - 1, cut],
        [cut - 1, 0],
      ] as const;
      return parts.map((bits) => this.set({ text, bits }, { kind: 'bits', width: bits[0] - bits[1] + 1 }));
    }
    return [this.set({ text }, shape)];
  }

  private set(target: Target, shape: Shape): Statement {
    return { kind: 'set', target, value: this.make.value(shape, this.make.levels()) };
  }

  /** Some targets, or parts of them, without condition; then statements with one. */
  private body(targets: Targets, depth: number): Statement[] {
    const { random } = this.make;
    const chosen = random.some([...targets.combinational, ...targets.registers], 35);
    const sets = chosen.flatMap((target) => this.driveSome(target));
    return [...sets, ...(depth > 0 ? this.conditional(targets, depth - 1) : this.writes(targets))];
  }

  private driveSome({ text, shape }: Named): Statement[] {
    const { random } = this.make;
    if (random.chance(30)) return this.driveAll({ text, shape });
    if (shape.kind !== 'vec' && shape.kind !== 'bundle') {
      if (!hasParts(shape) || random.chance(50)) return [this.set({ text }, shape)];
      const [a, b] = [random.below(shape.width), random.below(shape.width)];
      const bits = [Math.max(a, b), Math.min(a, b)] as const;
      return [this.set({ text, bits }, { kind: 'bits', width: bits[0] - bits[1] + 1 })];
    }
    const leaf = random.pick(leavesOf(shape));
    return [this.set({ text: `${text}${leaf.path}` }, leaf.type)];
  }

  private conditional(targets: Targets, depth: number): Statement[] {
    const { random } = this.make;
    const statements: Statement[] = [...this.writes(targets)];
    for (let count = random.pick(depth > 1 ? [0, 1, 1, 2] : [0, 0, 1]); count > 0; count--) {
      const choice = random.below(10);
      if (choice < 5) statements.push(this.when(targets, depth));
      else if (choice < 8) statements.push(this.switch(targets, depth));
      else statements.push(...this.setChosen(targets));
    }
    if (this.states.length > 0 && random.chance(40)) {
      const go: Statement = { kind: 'go', state: random.pick(this.states) };
      statements.push({
        kind: 'when',
        branches: [{ condition: this.make.condition(), body: [go] }],
        otherwise: undefined,
      });
    }
    return statements;
  }

  private when(targets: Targets, depth: number): Statement {
    const { random } = this.make;
    const branches = Array.from({ length: random.pick([1, 1, 2, 3]) }, () => ({
      condition: this.make.condition(),
      body: this.body(targets, depth),
    }));
    return { kind: 'when', branches, otherwise: random.chance(50) ? this.body(targets, depth) : undefined };
  }

  private switch(targets: Targets, depth: number): Statement {
    const { random } = this.make;
    const subject = this.make.subject(2);
    const { keys, complete } = this.make.keys(subject.type, random.chance(50));
    const cases: { keys: string[]; body: Statement[] }[] = [];
    for (const key of keys) {
      const last = cases.at(-1);
      // All keys in one case would be no choice at all.
      if (last !== undefined && (cases.length > 1 || !complete) && random.chance(20)) last.keys.push(key);
      else cases.push({ keys: [key], body: this.body(targets, depth) });
    }
    const mayBeOpen = subject.type.kind === 'uint' || subject.type.kind === 'bits';
    const open = complete || (mayBeOpen && random.chance(50));
    return { kind: 'switch', subject, cases, rest: open ? undefined : this.body(targets, depth) };
  }

  /** The element or the bit that a signal chooses. */
  private setChosen(targets: Targets): Statement[] {
    const { random } = this.make;
    const all = [...targets.combinational, ...targets.registers];
    if (all.length === 0) return [];
    const { text, shape } = random.pick(all);
    if (shape.kind === 'vec') {
      const index = this.make.of({ kind: 'uint', width: bitsFor(shape.length) }, 2);
      if (random.chance(40)) return [this.set({ text, index }, shape.element)];
      const { path, type } = random.pick(leavesOf(shape.element));
      const target = { text, index, rest: path };
      return [hasParts(type) && random.chance(60) ? this.setBit(target, type) : this.set(target, type)];
    }
    const { path, type } = random.pick(leavesOf(shape));
    return hasParts(type) ? [this.setBit({ text: `${text}${path}` }, type)] : [];
  }

  private setBit(target: Target, type: Ground): Statement {
    const bits = this.make.of({ kind: 'uint', width: bitsFor(type.width) }, 2);
    return this.set({ ...target, bits }, bool);
  }

  private writes({ memories }: Targets): Statement[] {
    return this.make.random.some(memories, 30).map((memory) => this.write(memory));
  }

  /** A write that waits until everything has a value. */
  write(memory: MemorySpec): Statement {
    const { random } = this.make;
    const { name, shape, maskWidth } = memory;
    const address = this.make.address(memory, 2);
    const data = this.make.value(shape, this.make.levels());
    let mask: Expression | Expression[] | undefined;
    if (shape.kind === 'vec') {
      if (random.chance(50)) mask = Array.from({ length: shape.length }, () => this.make.condition(1));
    } else if (maskWidth !== undefined && shape.kind !== 'bundle' && random.chance(70)) {
      mask = this.make.of({ kind: 'bits', width: shape.width / maskWidth }, 2);
    }
    const body: Statement[] = [{ kind: 'write', memory: name, address, data, mask }];
    return { kind: 'when', branches: [{ condition: started, body }], otherwise: undefined };
  }
}

/** High but in the first cycles, in which registers without reset take their first values. */
const started: Expression = {
  type: bool,
  op: 'method',
  method: 'not',
  on: { type: bool, op: 'read', text: 'init' },
  operands: [],
};

/** Whether its bits can be driven alone. */
function hasParts(shape: Shape): shape is Ground {
  return shape.kind === 'uint' || shape.kind === 'sint' || shape.kind === 'bits';
}
