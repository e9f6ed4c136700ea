/**
 * Writes the body of a generated function. Every expression that is used once stands where it is used, so that a choice
 * evaluates one of its sides only; what is used more often is a local constant, in the innermost block around its uses.
 */
import { type Expression, operandsOf, type SignalIr } from '../../gen/ir/module-ir.ts';
import { inOrder, isExpression, type EvaluationGraph } from './evaluation-graph.ts';
import type { Layout } from './layout.ts';
import { slotText, type Slot } from './layout.ts';
import { type Code, operatorCode, type Store, storeOf, valueText } from './value-code.ts';

/** V8 leaves functions alone that have more than 60 kB of bytecode, and is slow with long ones. In characters. */
const LONGEST = 24_000;
/** Expressions within expressions in one line. */
const DEEPEST = 24;

/** A few lines that stay together, and the names that they give to later ones. */
interface Item {
  readonly text: string;
  readonly names: readonly { readonly name: string; readonly store: Store }[];
}

/** The statements between two braces. */
export interface Block {
  readonly parent: Block | undefined;
  readonly level: number;
  readonly items: Item[];
}

/** How a function gets at what is not evaluated in it. */
export interface Scope {
  readonly graph: EvaluationGraph;
  readonly layout: Layout;
  /** Where a value is that stands in a place already; undefined where the function has to evaluate it. */
  slotOf(node: Expression | SignalIr): Slot | undefined;
  /** Where a value that the function evaluates has to go, as others need it. */
  keptAt(node: Expression | SignalIr): Slot | undefined;
  /** Where the words of a memory are, and the mask that keeps an address within them. */
  wordsOf(read: Extract<Expression, { op: 'read' }>): { readonly slot: Slot; readonly mask: number | undefined };
}

type Value = Expression | SignalIr;

export class FunctionWriter {
  readonly top: Block = { parent: undefined, level: 0, items: [] };
  private readonly scope: Scope;
  private readonly codes = new Map<Value, Code>();
  /** How often, and in which block, a value is used. */
  private readonly uses = new Map<Value, { count: number; block: Block }>();
  private names = 0;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  block(parent: Block): Block {
    return { parent, level: parent.level + 1, items: [] };
  }

  newName(prefix: string): string {
    return `${prefix}${this.names++}`;
  }

  /**
   * Declares what the function will ask for, all of it and at once, and writes the constants that several of these share.
   * What the order of evaluation matters for comes by `evaluate` instead.
   */
  prepare(reads: readonly { readonly expression: Expression; readonly block: Block }[]): void {
    const roots = reads.map(({ expression, block }) => ({ value: this.scope.graph.resolved(expression), block }));
    const order = inOrder(
      roots.map(({ value }) => value),
      (value) => this.operandsOf(value),
    );
    for (const { value, block } of roots) this.use(value, block);
    for (const value of order.toReversed()) {
      const { block } = this.uses.get(value)!;
      for (const operand of this.operandsOf(value)) this.use(operand, block);
    }
    for (const value of order) this.evaluate(value);
  }

  /** Counts a use; the block is then the innermost one around all uses. */
  use(value: Value, block: Block): void {
    const known = this.uses.get(value);
    if (known === undefined) this.uses.set(value, { count: 1, block });
    else {
      known.count++;
      known.block = around(known.block, block);
    }
  }

  isUsed(value: Value): boolean {
    return this.uses.has(value);
  }

  /** Makes the code of a value whose operands were evaluated before. */
  evaluate(value: Value): void {
    const { count, block } = this.uses.get(value)!;
    const code = this.codeInPlace(value);
    const kept = this.scope.keptAt(value);
    const shared = (count > 1 || kept !== undefined) && !/^(\w+|\(-\d+n?\))$/.test(code.text);
    if (!shared && code.depth < DEEPEST && kept === undefined) {
      this.codes.set(value, code);
      return;
    }
    const name = this.newName('v');
    const store = kept === undefined ? '' : ` ${slotText(kept)} = ${name};`;
    this.add(block, `const ${name} = ${valueText(code)};${store}`, [{ name, store: storeOf(value.type) }]);
    this.codes.set(value, { text: name, depth: 0 });
  }

  /** What a value is evaluated from in this function. */
  operandsOf(value: Value): readonly Value[] {
    if (!isExpression(value) || this.scope.slotOf(value) !== undefined) return [];
    return operandsOf(value).map((operand) => this.scope.graph.resolved(operand));
  }

  codeOf(expression: Expression): Code {
    return this.codes.get(this.scope.graph.resolved(expression))!;
  }

  add(block: Block, text: string, names: Item['names'] = []): void {
    block.items.push({ text, names });
  }

  /** The lines of a block that ends up within others. */
  textOf(block: Block): string {
    return block.items.map(({ text }) => text).join('\n');
  }

  /** The function, in pieces where it is long. What one piece names and another needs goes through a place in the layout. */
  write(name: string, parameters: string): string {
    const pieces = cut(this.top.items);
    const pieceOf = new Map<string, number>();
    pieces.forEach((items, index) =>
      items.forEach(({ names }) => names.forEach((each) => pieceOf.set(each.name, index))),
    );
    const stored = new Map<string, Slot>();
    const loads = pieces.map((items, index) => {
      const read = new Set(items.flatMap(({ text }) => text.match(/\b[vn]\d+\b/g) ?? []));
      return [...read].filter((each) => pieceOf.get(each)! < index);
    });
    const stores = new Map(pieces.flat().flatMap(({ names }) => names.map((each) => [each.name, each.store] as const)));
    for (const each of new Set(loads.flat()))
      stored.set(each, this.scope.layout.add({ width: { int: 1, real: 33, big: 64 }[stores.get(each)!] }));
    const bodies = pieces.map((items, index) => {
      const loaded = loads[index]!.map((each) => `const ${each} = ${slotText(stored.get(each)!)};`);
      const lines = items.flatMap(({ text, names }) => [
        text,
        ...names.flatMap((each) => {
          const slot = stored.get(each.name);
          return slot === undefined ? [] : [`${slotText(slot)} = ${each.name};`];
        }),
      ]);
      return [...loaded, ...lines].join('\n');
    });
    if (bodies.length <= 1) return `function ${name}(${parameters}) {\n${bodies[0] ?? ''}\n}`;
    const parts = bodies.map((body, index) => `function ${name}_${index}(${parameters}) {\n${body}\n}`);
    const calls = bodies.map((_, index) => `${name}_${index}(${parameters});`);
    return [...parts, `function ${name}(${parameters}) {\n${calls.join('\n')}\n}`].join('\n');
  }

  private codeInPlace(value: Value): Code {
    const slot = this.scope.slotOf(value);
    if (slot !== undefined) return { text: slotText(slot), depth: 0 };
    // A signal that stands in no place yet is one that this function gives its value.
    if (!isExpression(value)) throw new Error('a signal is read before it has a value');
    if (value.op !== 'read')
      return operatorCode(value as Exclude<Expression, { op: 'signal' | 'read' }>, (operand) => this.codeOf(operand));
    const { slot: words, mask } = this.scope.wordsOf(value);
    const address = this.codeOf(value.address);
    const index = mask === undefined ? valueText(address) : `(${valueText(address)} & ${mask})`;
    return { text: slotText(words).replace(']', ` + ${index}]`), depth: address.depth + 1 };
  }
}

/** The innermost block around two. */
function around(a: Block, b: Block): Block {
  let [left, right] = [a, b];
  while (left !== right) {
    if (left.level >= right.level) left = left.parent!;
    else right = right.parent!;
  }
  return left;
}

function cut(items: readonly Item[]): Item[][] {
  const pieces: Item[][] = [];
  let length = Infinity;
  for (const item of items) {
    if (length + item.text.length > LONGEST) {
      pieces.push([]);
      length = 0;
    }
    pieces.at(-1)!.push(item);
    length += item.text.length;
  }
  return pieces;
}
