/** Random bodies of modules as data: run by a model that takes statements one after the other, and built as hardware. */
import * as fc from 'fast-check';
import { Bool, In, mem, module, Out, reg, UInt, when, wire } from '../../../gen/index.ts';
import type { BoolVal, Module, UIntVal, Var, UIntType, WhenChain } from '../../../gen/index.ts';

const targets = ['w0', 'w1', 'r0', 'r1'] as const;
type Target = (typeof targets)[number];
type Source = 'x' | 'y' | 'r0' | 'r1';
const sources: Source[] = ['x', 'y', 'r0', 'r1'];
const conditions = ['c0', 'c1', 'c2', 'c3'] as const;

interface Value {
  readonly from: Source;
  readonly plus: number;
}
interface Condition {
  readonly of: (typeof conditions)[number];
  readonly negated: boolean;
}
export type Statement =
  | { readonly kind: 'set'; readonly target: Target; readonly value: Value }
  | { readonly kind: 'write'; readonly value: Value }
  | {
      readonly kind: 'when';
      readonly branches: readonly { readonly condition: Condition; readonly body: readonly Statement[] }[];
      readonly otherwise: readonly Statement[] | undefined;
    };

const value: fc.Arbitrary<Value> = fc.record({
  from: fc.constantFrom(...sources),
  plus: fc.integer({ min: 0, max: 255 }),
});
const condition: fc.Arbitrary<Condition> = fc.record({ of: fc.constantFrom(...conditions), negated: fc.boolean() });

/** Unconditional drivers first, each target once: what comes after them is conditional, so nothing is a double driver. */
function body(depth: number): fc.Arbitrary<Statement[]> {
  const sets = fc
    .tuple(fc.subarray([...targets]), value)
    .map(([chosen, each]) => chosen.map((target): Statement => ({ kind: 'set', target, value: each })));
  const writes = fc.array(
    value.map((each): Statement => ({ kind: 'write', value: each })),
    { maxLength: 1 },
  );
  return fc.tuple(sets, writes, whens(depth)).map((parts) => parts.flat());
}

function whens(depth: number): fc.Arbitrary<Statement[]> {
  if (depth === 0) return fc.constant([]);
  const inner = body(depth - 1);
  const statement = fc.record({
    kind: fc.constant('when' as const),
    branches: fc.array(fc.record({ condition, body: inner }), { minLength: 1, maxLength: 3 }),
    otherwise: fc.option(inner, { nil: undefined }),
  });
  return fc.array(statement, { maxLength: 2 });
}

export const programs: fc.Arbitrary<Statement[]> = whens(3);

export interface Inputs {
  readonly x: number;
  readonly y: number;
  readonly address: number;
  readonly reset: number;
  readonly c0: number;
  readonly c1: number;
  readonly c2: number;
  readonly c3: number;
}

export const inputs: fc.Arbitrary<Inputs> = fc.record({
  x: fc.integer({ min: 0, max: 255 }),
  y: fc.integer({ min: 0, max: 255 }),
  address: fc.integer({ min: 0, max: 7 }),
  reset: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1),
  ...(Object.fromEntries(conditions.map((name) => [name, fc.integer({ min: 0, max: 1 })])) as Record<
    (typeof conditions)[number],
    fc.Arbitrary<number>
  >),
});

type Known = number | undefined;
export type Outputs = Readonly<Record<'w0' | 'w1' | 'r0' | 'r1' | 'now' | 'sync' | 'held', Known>>;

/** What a body means: statements take effect one after the other, state changes at the end. Undefined is unknown. */
export class Model {
  private readonly program: readonly Statement[];
  private readonly words = new Array<Known>(8).fill(undefined);
  private state: Record<'r0' | 'r1' | 'sync' | 'held', Known> = {
    r0: undefined,
    r1: undefined,
    sync: undefined,
    held: undefined,
  };

  constructor(program: readonly Statement[]) {
    this.program = program;
  }

  /** The outputs in a cycle, before its clock edge. */
  outputs(now: Inputs): Outputs {
    const { wires } = this.run(now);
    const { r0, r1, sync, held } = this.state;
    return { w0: wires['w0'], w1: wires['w1'], r0, r1, now: this.words[now.address], sync, held };
  }

  clock(now: Inputs): void {
    const { next, writes } = this.run(now);
    const read = this.words[now.address];
    this.state = {
      r0: now.reset === 1 ? 90 : next['r0'],
      r1: next['r1'],
      sync: read,
      held: now.c0 === 1 ? read : this.state.held,
    };
    for (const written of writes) this.words[now.address] = written;
  }

  private run(now: Inputs): { wires: Record<string, Known>; next: Record<string, Known>; writes: Known[] } {
    const wires: Record<string, Known> = { w0: 0, w1: now.x };
    const next: Record<string, Known> = { r0: this.state.r0, r1: this.state.r1 };
    const writes: Known[] = [];
    const valueOf = ({ from, plus }: Value): Known => {
      const base = from === 'x' || from === 'y' ? now[from] : this.state[from];
      return base === undefined ? undefined : (base + plus) & 255;
    };
    const holds = ({ of, negated }: Condition): boolean => (now[of] === 1) !== negated;
    const execute = (statements: readonly Statement[]): void => {
      for (const statement of statements) {
        if (statement.kind === 'write') writes.push(valueOf(statement.value));
        else if (statement.kind === 'set')
          (statement.target.startsWith('w') ? wires : next)[statement.target] = valueOf(statement.value);
        else execute(statement.branches.find((branch) => holds(branch.condition))?.body ?? statement.otherwise ?? []);
      }
    };
    execute(this.program);
    return { wires, next, writes };
  }
}

const byte = UInt(8);

export const programPorts = {
  x: In(byte),
  y: In(byte),
  address: In(UInt(3)),
  c0: In(Bool),
  c1: In(Bool),
  c2: In(Bool),
  c3: In(Bool),
  w0: Out(byte),
  w1: Out(byte),
  r0: Out(byte),
  r1: Out(byte),
  now: Out(byte),
  sync: Out(byte),
  held: Out(byte),
};

export function programModule(name: string, program: readonly Statement[]): Module<typeof programPorts> {
  return module(name, programPorts, (io) => {
    const words = mem(byte, 8);
    const r0 = reg(byte, { reset: 90 });
    const r1 = reg(byte);
    const w0 = wire(byte);
    const w1 = wire(byte);
    const driven: Record<Target, Var<UIntType<8>>> = { w0, w1, r0, r1 };
    const read: Record<Source, UIntVal<8>> = { x: io.x, y: io.y, r0, r1 };
    const valueOf = ({ from, plus }: Value): UIntVal<8> => read[from].add(plus);
    const conditionOf = ({ of, negated }: Condition): BoolVal => (negated ? io[of].not() : io[of]);
    const build = (statements: readonly Statement[]): void => {
      for (const statement of statements) {
        if (statement.kind === 'write') {
          words.write(io.address, valueOf(statement.value));
        } else if (statement.kind === 'set') {
          driven[statement.target].set(valueOf(statement.value));
        } else {
          const [first, ...others] = statement.branches;
          let chain: WhenChain = when(conditionOf(first!.condition), () => build(first!.body));
          for (const branch of others) chain = chain.elseWhen(conditionOf(branch.condition), () => build(branch.body));
          const { otherwise } = statement;
          if (otherwise !== undefined) chain.otherwise(() => build(otherwise));
        }
      }
    };
    w0.set(0);
    w1.set(io.x);
    // State that a program happens not to drive is driven here, last and never.
    when(io.c0.and(io.c0.not()), () => {
      r0.set(0);
      r1.set(0);
      words.write(io.address, 0);
    });
    build(program);
    io.w0.set(w0);
    io.w1.set(w1);
    io.r0.set(r0);
    io.r1.set(r1);
    io.now.set(words.read(io.address));
    io.sync.set(words.readSync(io.address));
    io.held.set(words.readSync(io.address, { enable: io.c0 }));
  });
}
