/** Random expressions that are typed as they are made. */
import type { EnumSpec, Expression, Ground, Shape, Value } from './design.ts';
import type { Random } from './random.ts';
import { bitsFor, leavesOf, type MemorySpec, sameShape, type Scope } from './scope.ts';

export const bool: Ground = { kind: 'bool', width: 1 };
const cornerWidths = [1, 2, 31, 32, 32, 33, 51, 52, 53, 54, 63, 64, 65];

export class RandomExpressions {
  readonly random: Random;
  readonly enums: readonly EnumSpec[];
  readonly scope: Scope;

  constructor(random: Random, enums: readonly EnumSpec[], scope: Scope) {
    this.random = random;
    this.enums = enums;
    this.scope = scope;
  }

  width(): number {
    const choice = this.random.below(10);
    if (choice < 6) return this.random.from(1, 12);
    return choice < 9 ? this.random.pick(cornerWidths) : this.random.from(1, 70);
  }

  ground(): Ground {
    // Operators are tried more thoroughly on what is there than on what has to be cut or extended first.
    if (this.scope.leaves.length > 0 && this.random.chance(40)) return this.random.pick(this.scope.leaves).type;
    const choice = this.random.below(12);
    if (choice < 2) return bool;
    if (choice < 3 && this.enums.length > 0) return this.enumType();
    return { kind: this.random.pick(['uint', 'uint', 'sint', 'bits']), width: this.width() };
  }

  shape(depth = 2): Shape {
    if (depth === 0 || this.random.chance(65)) return this.ground();
    if (this.random.chance(60))
      return { kind: 'vec', length: this.random.pick([1, 2, 3, 4, 5]), element: this.shape(depth - 1) };
    const names = ['tag', 'data', 'last'].slice(0, this.random.from(1, 3));
    return { kind: 'bundle', fields: names.map((name) => [name, this.shape(depth - 1)] as const) };
  }

  private enumType(): Ground {
    const { name, members, encoding } = this.random.pick(this.enums);
    const width = encoding === 'onehot' ? members.length : bitsFor(members.length);
    return { kind: 'enum', width, name };
  }

  literal(type: Ground): Expression {
    if (type.kind === 'enum') return { type, op: 'literal', value: this.member(type) };
    const bits = this.random.awkwardBits(type.width);
    return { type, op: 'literal', value: String(type.kind === 'sint' ? BigInt.asIntN(type.width, bits) : bits) };
  }

  private member(type: Ground & { kind: 'enum' }): string {
    return this.random.pick(this.enums.find(({ name }) => name === type.name)!.members);
  }

  /** What can stand for a constant in the place of an operand. */
  private plain(type: Ground): string {
    const { value } = this.literal(type) as { value: string };
    if (type.kind === 'enum') return `'${value}'`;
    return type.kind === 'bool' ? String(value === '1') : `${value}n`;
  }

  /** How deep an expression is to be. */
  levels(): number {
    return this.random.pick([0, 1, 1, 2, 2, 3]);
  }

  /** A value of any shape. */
  value(shape: Shape, depth: number): Value {
    const whole = this.scope.roots.filter((root) => sameShape(root.shape, shape));
    if (shape.kind !== 'vec' && shape.kind !== 'bundle') return this.of(shape, depth);
    if (whole.length > 0 && this.random.chance(40)) {
      const { text } = this.random.pick(whole);
      this.scope.read.add(text);
      return { whole: text };
    }
    if (shape.kind === 'vec')
      return { elements: Array.from({ length: shape.length }, () => this.value(shape.element, depth - 1)) };
    return { fields: shape.fields.map(([name, field]) => [name, this.value(field, depth - 1)] as const) };
  }

  constant(shape: Shape): Value {
    if (shape.kind === 'vec')
      return { elements: Array.from({ length: shape.length }, () => this.constant(shape.element)) };
    if (shape.kind === 'bundle')
      return { fields: shape.fields.map(([name, field]) => [name, this.constant(field)] as const) };
    return this.literal(shape);
  }

  condition(depth = this.random.pick([0, 1, 1, 2])): Expression {
    return this.of(bool, depth);
  }

  /** An address that every word has, and no others. */
  address({ depth }: MemorySpec, levels: number): Expression {
    const type: Ground = { kind: 'uint', width: bitsFor(depth) };
    const address = this.of(type, levels);
    return depth === 2 ** type.width ? address : { type, op: 'inside', address, depth };
  }

  /** An expression of a type, of at most so many operators on a path. */
  of(type: Ground, depth: number): Expression {
    if (depth <= 0) return this.leaf(type);
    const { random } = this;
    const again = (): Expression => this.of(type, depth - 1);
    const any = (...kinds: Ground['kind'][]): Expression => {
      let operand = this.ground();
      while (kinds.length > 0 && !kinds.includes(operand.kind)) operand = this.ground();
      return this.of(operand, depth - 1);
    };
    const method = (on: Expression, name: string, ...operands: (Expression | number | string)[]): Expression => ({
      type,
      op: 'method',
      method: name,
      on,
      operands,
    });
    /** A second operand of the first one's type. */
    const like = (operand: Ground): Expression | string =>
      random.chance(20) ? this.plain(operand) : this.of(operand, depth - 1);
    const { kind, width } = type;
    const choices: (() => Expression)[] = [
      () => this.leaf(type),
      () => ({ type, op: 'function', name: 'mux', operands: [this.of(bool, depth - 1), again(), again()] }),
      () => this.select(type, depth),
      () => this.chosen(type, depth),
    ];
    if (kind !== 'enum') {
      const logic = (): Expression => method(again(), random.pick(['and', 'or', 'xor']), like(type));
      choices.push(
        () => method(again(), 'not'),
        logic,
        logic,
        () => this.fit(any(), type),
      );
    }
    if (kind === 'bool') {
      const ordered = (): Expression => {
        const left = any('uint', 'sint');
        return method(left, random.pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge']), like(left.type));
      };
      choices.push(ordered, ordered, ordered);
      choices.push(() => {
        const left = any();
        return method(left, random.pick(['eq', 'ne']), like(left.type));
      });
      choices.push(() => method(any('uint', 'sint', 'bits'), random.pick(['orReduce', 'andReduce', 'xorReduce'])));
      choices.push(() => {
        const operand = any('uint', 'sint', 'bits');
        return method(operand, 'bit', random.below(operand.type.width));
      });
      choices.push(() => {
        const operand = any('uint', 'sint', 'bits');
        return method(operand, 'at', this.of({ kind: 'uint', width: bitsFor(operand.type.width) }, depth - 1));
      });
    }
    if (kind === 'bits') {
      choices.push(() => {
        const operand = this.of(
          { kind: random.pick(['uint', 'sint', 'bits']), width: width + random.below(9) },
          depth - 1,
        );
        const low = random.from(0, operand.type.width - width);
        return method(operand, 'bits', low + width - 1, low);
      });
      if (width > 1) {
        const cat = (): Expression => {
          const parts: Expression[] = [];
          for (let left = width; left > 0;) {
            const own = parts.length === 3 ? left : random.from(1, left);
            const kinds = own === 1 ? (['bool', 'uint', 'sint', 'bits'] as const) : (['uint', 'sint', 'bits'] as const);
            parts.push(this.of({ kind: random.pick(kinds), width: own } as Ground, depth - 1));
            left -= own;
          }
          return { type, op: 'function', name: 'cat', operands: parts };
        };
        choices.push(cat, cat);
      }
    }
    if (kind === 'uint' || kind === 'sint') {
      const sum = (): Expression => method(again(), random.pick(['add', 'sub']), like(type));
      choices.push(sum, sum, sum);
      const shift = (): Expression => {
        const amount = this.of({ kind: 'uint', width: random.pick([1, 2, 3, 4, 5, 6, 7, 8]) }, depth - 1);
        return method(again(), random.pick(['shiftLeft', 'shiftRight']), amount);
      };
      choices.push(shift, shift);
      choices.push(() => method(this.of({ kind, width: width + random.from(1, 9) }, depth - 1), 'trunc', width));
      choices.push(() => {
        const amount = random.from(1, 5);
        return method(this.of({ kind, width: width + amount }, depth - 1), 'shr', amount);
      });
      if (width > 1) {
        const narrow = (): Expression => this.of({ kind, width: random.from(1, width - 1) }, depth - 1);
        choices.push(() => method(narrow(), 'extend', width));
        choices.push(() => {
          const operand = narrow();
          return method(operand, 'shl', width - operand.type.width);
        });
        choices.push(() => {
          const wide = this.of({ kind, width: width - 1 }, depth - 1);
          const [left, right] = random.chance(50) ? [wide, narrow()] : [narrow(), wide];
          return method(left, 'addFull', right);
        });
        const product = (): Expression => {
          const left = narrow();
          return method(left, 'mul', this.of({ kind, width: width - left.type.width }, depth - 1));
        };
        choices.push(product, product);
      }
    }
    return random.pick(choices)();
  }

  /** A signal, if need be in part or extended, or a constant. */
  leaf(type: Ground): Expression {
    const same = this.scope.leaves.filter((leaf) => JSON.stringify(leaf.type) === JSON.stringify(type));
    if (this.scope.leaves.length === 0 || this.random.chance(10)) return this.literal(type);
    const leaf =
      same.length > 0 && this.random.chance(75) ? this.random.pick(same) : this.random.pick(this.scope.leaves);
    this.scope.read.add(leaf.root);
    return this.fit({ type: leaf.type, op: 'read', text: leaf.text }, type);
  }

  /** The bits of a value as one of another type: cut, extended and read anew. */
  fit(value: Expression, type: Ground): Expression {
    const { random } = this;
    const from = value.type;
    if (JSON.stringify(from) === JSON.stringify(type)) return value;
    const cast = (on: Expression, kind: 'uint' | 'sint' | 'bits'): Expression => {
      if (on.type.kind === kind) return on;
      const method = { uint: 'asUInt', sint: 'asSInt', bits: 'asBits' }[kind];
      return { type: { kind, width: on.type.width }, op: 'method', method, on, operands: [] };
    };
    if (from.kind === 'enum') return this.fit(cast(value, random.pick(['uint', 'bits'])), type);
    if (type.kind === 'enum') {
      const bits = this.fit(value, { kind: random.pick(['uint', 'bits']), width: type.width });
      return { type, op: 'function', name: `${type.name}.from`, operands: [bits] };
    }
    if (type.kind === 'bool')
      return { type, op: 'method', method: 'bit', on: value, operands: [random.below(from.width)] };
    if (from.width === type.width) return cast(value, type.kind);
    if (from.width > type.width) {
      if (from.kind !== 'uint' && from.kind !== 'sint') {
        const low = random.from(0, from.width - type.width);
        const part: Ground = { kind: 'bits', width: type.width };
        return cast(
          { type: part, op: 'method', method: 'bits', on: value, operands: [low + type.width - 1, low] },
          type.kind,
        );
      }
      const part: Ground = { kind: from.kind, width: type.width };
      return cast({ type: part, op: 'method', method: 'trunc', on: value, operands: [type.width] }, type.kind);
    }
    const number = cast(value, from.kind === 'sint' ? 'sint' : random.pick(['uint', 'sint']));
    const wide = { ...number.type, width: type.width } as Ground;
    return cast({ type: wide, op: 'method', method: 'extend', on: number, operands: [type.width] }, type.kind);
  }

  /** An element of a vector, or a word of a memory. */
  private chosen(type: Ground, depth: number): Expression {
    const { random, scope } = this;
    if (scope.memories.length > 0 && random.chance(50)) {
      const memory = random.pick(scope.memories);
      const { path, type: own } = random.pick(leavesOf(memory.shape));
      scope.read.add(memory.name);
      const index = this.address(memory, depth - 1);
      return this.fit({ type: own, op: 'chosen', from: memory.name, method: 'read', index, field: path }, type);
    }
    if (scope.vectors.length === 0) return this.leaf(type);
    const vector = random.pick(scope.vectors);
    const { path, type: own } = random.pick(leavesOf(vector.shape.element));
    scope.read.add(vector.root);
    const index = this.of({ kind: 'uint', width: bitsFor(vector.shape.length) }, depth - 1);
    return this.fit({ type: own, op: 'chosen', from: vector.text, method: 'at', index, field: path }, type);
  }

  private select(type: Ground, depth: number): Expression {
    const subject = this.subject(depth - 1);
    const { keys, complete } = this.keys(subject.type, this.random.chance(30));
    const cases = keys.map((key) => ({ key, value: this.of(type, depth - 1) }));
    return { type, op: 'select', subject, cases, rest: complete ? undefined : this.of(type, depth - 1) };
  }

  /** What can be switched on. */
  subject(depth: number): Expression {
    const choice = this.random.below(6);
    if (choice < 3 && this.enums.length > 0) return this.of(this.enumType(), depth);
    if (choice < 4) return this.of(bool, depth);
    return this.of({ kind: this.random.pick(['uint', 'bits']), width: this.random.pick([1, 2, 3, 4, 33, 64]) }, depth);
  }

  /** Different keys for cases; `complete` where no value is left. */
  keys(type: Ground, all: boolean): { readonly keys: string[]; readonly complete: boolean } {
    const { random } = this;
    if (type.kind === 'enum') {
      const { members } = this.enums.find(({ name }) => name === type.name)!;
      const keys = all ? [...members] : random.some(members, 50);
      return { keys: keys.length === 0 ? [members[0]!] : keys, complete: keys.length === members.length };
    }
    if (type.kind === 'bool') {
      const keys = all ? ['true', 'false'] : [random.pick(['true', 'false'])];
      return { keys, complete: keys.length === 2 };
    }
    const count = type.width <= 3 && all ? 2 ** type.width : random.from(1, 4);
    const keys = new Set<string>();
    for (let each = 0; each < count; each++)
      keys.add(String(type.width <= 3 && all ? each : random.awkwardBits(type.width)));
    return { keys: [...keys], complete: BigInt(keys.size) === 1n << BigInt(type.width) };
  }
}
