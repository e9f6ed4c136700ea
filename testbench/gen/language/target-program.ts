/**
 * Random programs that drive parts: bits and elements, fixed and chosen by signals. Run by a model that takes statements one
 * after the other, and built as hardware.
 */
import * as fc from 'fast-check';
import { Bool, In, module, Out, reg, SInt, UInt, Vec, when, wire } from '../../../gen/index.ts';
import type { BoolVal, Module, UIntVal, WhenChain } from '../../../gen/index.ts';

/** Elements and bits of an element; two are wires, two are registers; none of the numbers is a power of 2. */
const shapes = {
  wires: { length: 5, width: 6 },
  registers: { length: 3, width: 6 },
  lone: { length: 1, width: 10 },
  kept: { length: 1, width: 10 },
} as const;
type Target = keyof typeof shapes;
const targets = Object.keys(shapes) as Target[];
const conditions = ['c0', 'c1', 'c2'] as const;

/** Fixed numbers, or the input that chooses. */
interface Place {
  readonly target: Target;
  readonly element: number | 'chosen';
  readonly bits: { readonly high: number; readonly low: number } | 'chosen';
}
interface Assignment {
  readonly kind: 'set';
  readonly place: Place;
  readonly from: 'd' | 'e';
}
export type Statement =
  | Assignment
  | {
      readonly kind: 'when';
      readonly branches: readonly { readonly of: (typeof conditions)[number]; readonly body: readonly Statement[] }[];
      readonly otherwise: readonly Statement[] | undefined;
    };

const place: fc.Arbitrary<Place> = fc.constantFrom(...targets).chain((target) => {
  const { length, width } = shapes[target];
  const fixed = fc
    .tuple(fc.nat(width - 1), fc.nat(width - 1))
    .map(([a, b]) => ({ high: Math.max(a, b), low: Math.min(a, b) }));
  const whole = fc.constant({ high: width - 1, low: 0 });
  const element = length === 1 ? fc.constant(0) : fc.oneof(fc.nat(length - 1), fc.constant('chosen' as const));
  return fc.record({
    target: fc.constant(target),
    element,
    bits: fc.oneof(fixed, whole, fc.constant('chosen' as const)),
  });
});
const assignment: fc.Arbitrary<Assignment> = fc.record({
  kind: fc.constant('set' as const),
  place,
  from: fc.constantFrom('d', 'e'),
});

/** The bits of a place that nothing chooses. */
function fixedBits({ target, element, bits }: Place): string[] {
  if (element === 'chosen' || bits === 'chosen') return [];
  return Array.from({ length: bits.high - bits.low + 1 }, (_, bit) => `${target} ${element} ${bits.low + bit}`);
}

/** What drives fixed bits comes first, each bit once: what comes later is conditional, so nothing is a double driver. */
function body(depth: number): fc.Arbitrary<Statement[]> {
  return fc.tuple(fc.array(assignment, { maxLength: 4 }), whens(depth)).map(([assignments, rest]) => {
    const driven = new Set<string>();
    const once = assignments.filter((each) => {
      const bits = fixedBits(each.place);
      if (bits.some((bit) => driven.has(bit))) return false;
      bits.forEach((bit) => driven.add(bit));
      return true;
    });
    const isFixed = (each: Assignment): boolean => fixedBits(each.place).length > 0;
    return [...once.filter(isFixed), ...once.filter((each) => !isFixed(each)), ...rest];
  });
}

function whens(depth: number): fc.Arbitrary<Statement[]> {
  if (depth === 0) return fc.constant([]);
  const inner = body(depth - 1);
  const branch = fc.record({ of: fc.constantFrom(...conditions), body: inner });
  const statement = fc.record({
    kind: fc.constant('when' as const),
    branches: fc.array(branch, { minLength: 1, maxLength: 2 }),
    otherwise: fc.option(inner, { nil: undefined }),
  });
  return fc.array(statement, { minLength: 1, maxLength: 2 });
}

export const programs: fc.Arbitrary<Statement[]> = whens(2);

export interface Inputs {
  readonly d: number;
  readonly e: number;
  /** Choose elements and bits; also beyond the last. */
  readonly element: number;
  readonly position: number;
  readonly c0: number;
  readonly c1: number;
  readonly c2: number;
  readonly reset: number;
}
const flag = fc.integer({ min: 0, max: 1 });
export const inputs: fc.Arbitrary<Inputs> = fc.record({
  d: fc.nat(1023),
  e: fc.nat(1023),
  element: fc.nat(7),
  position: fc.nat(15),
  c0: flag,
  c1: flag,
  c2: flag,
  reset: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1),
});

type State = Record<Target, number[]>;
const resets = { registers: [1, 2, 3], kept: [-5] };

/** What a program means: statements take effect one after the other, registers change at the end. */
export class Model {
  private readonly program: readonly Statement[];
  private registers: Pick<State, 'registers' | 'kept'> = structuredClone(resets);

  constructor(program: readonly Statement[]) {
    this.program = program;
  }

  /** Everything as elements, as it stands in a cycle before its clock edge. */
  outputs(now: Inputs): State {
    return { ...this.run(now), ...this.registers };
  }

  clock(now: Inputs): void {
    const { registers, kept } = this.run(now);
    this.registers = now.reset === 1 ? structuredClone(resets) : { registers, kept };
  }

  private run(now: Inputs): State {
    const state: State = { wires: [...wireDefaults(now)], lone: [now.e], ...structuredClone(this.registers) };
    const execute = (statements: readonly Statement[]): void => {
      for (const statement of statements) {
        if (statement.kind === 'set') assign(state, statement, now);
        else execute(statement.branches.find(({ of }) => now[of] === 1)?.body ?? statement.otherwise ?? []);
      }
    };
    execute(this.program);
    return state;
  }
}

function wireDefaults({ d }: Inputs): number[] {
  return Array.from({ length: shapes.wires.length }, (_, position) => (d & 63) ^ position);
}

function assign(state: State, { place: { target, element, bits }, from }: Assignment, now: Inputs): void {
  const { length, width } = shapes[target];
  // The index is as wide as the vector needs.
  const position = element === 'chosen' ? now.element & (length > 4 ? 7 : 3) : element;
  const [high, low] = bits === 'chosen' ? chosenBit(now.position, width) : [bits.high, bits.low];
  if (position >= length || high >= width) return;
  const mask = (1 << (high - low + 1)) - 1;
  const before = state[target][position]!;
  state[target][position] = ((before & ~(mask << low)) | ((now[from] & mask) << low)) & ((1 << width) - 1);
}

function chosenBit(bit: number, width: number): [number, number] {
  const position = width > 8 ? bit : bit & 7;
  return [position, position];
}

/** A value of ten bits that the model keeps as a pattern. */
export function pattern(value: number, target: Target): number {
  return value & ((1 << shapes[target].width) - 1);
}

export const targetShapes = shapes;

export const targetPorts = {
  d: In(UInt(10)),
  e: In(UInt(10)),
  element: In(UInt(3)),
  position: In(UInt(4)),
  c0: In(Bool),
  c1: In(Bool),
  c2: In(Bool),
  wires: Out(Vec(5, UInt(6))),
  registers: Out(Vec(3, UInt(6))),
  lone: Out(SInt(10)),
  kept: Out(SInt(10)),
};

/** A value that has parts; what `set` takes depends on what it is a part of. */
interface Part {
  set(value: unknown): void;
  bits(high: number, low: number): Part;
  at(index: UIntVal): Part;
}

export function targetModule(name: string, program: readonly Statement[]): Module<typeof targetPorts> {
  return module(name, targetPorts, (io) => {
    const { d, e, element, position: bit } = io;
    const wires = wire(Vec(5, UInt(6)));
    const registers = reg(Vec(3, UInt(6)), { reset: [1, 2, 3] });
    const lone = wire(SInt(10));
    const kept = reg(SInt(10), { reset: -5 });
    // What a program leaves alone is kept, and driven all the same.
    registers.set(registers);
    kept.set(kept);
    wires.set([0, 1, 2, 3, 4].map((position) => d.trunc(6).xor(position)));
    lone.set(e.asSInt());
    const flags: Record<(typeof conditions)[number], BoolVal> = { c0: io.c0, c1: io.c1, c2: io.c2 };

    const assignPlace = ({ place: { target, element: position, bits }, from }: Assignment): void => {
      const vector = (target === 'wires' ? wires : registers) as unknown as Part & readonly Part[];
      const { length, width } = shapes[target];
      const chosen =
        length === 1
          ? ((target === 'lone' ? lone : kept) as unknown as Part)
          : position === 'chosen'
            ? vector.at(length > 4 ? element : element.trunc(2))
            : vector[position]!;
      const value = from === 'd' ? d : e;
      if (bits === 'chosen') chosen.at(width > 8 ? bit : bit.trunc(3)).set(value.bit(0));
      else if (bits.high - bits.low + 1 < width)
        chosen.bits(bits.high, bits.low).set(value.bits(bits.high - bits.low, 0));
      else chosen.set(length === 1 ? value.asSInt() : value.trunc(width));
    };
    const build = (statements: readonly Statement[]): void => {
      for (const statement of statements) {
        if (statement.kind === 'set') {
          assignPlace(statement);
          continue;
        }
        let chain: WhenChain | undefined;
        for (const { of, body: inner } of statement.branches) {
          const run = (): void => build(inner);
          chain = chain === undefined ? when(flags[of], run) : chain.elseWhen(flags[of], run);
        }
        if (statement.otherwise !== undefined) chain!.otherwise(() => build(statement.otherwise!));
      }
    };
    build(program);
    io.wires.set(wires);
    io.registers.set(registers);
    io.lone.set(lone);
    io.kept.set(kept);
  });
}
