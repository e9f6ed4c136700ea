/**
 * Module IR: what elaborating one module's body leaves behind. Plain data; nothing here computes. Signals and expressions are
 * compared by identity. `print-module-ir.ts` gives its text.
 */
import type { Site } from '../source/site.ts';
import type { GroundType } from './ground-type.ts';

export type SignalCategory = 'input' | 'output' | 'wire' | 'register' | 'instance-input' | 'instance-output';

export interface SignalIr {
  readonly category: SignalCategory;
  readonly type: GroundType;
  readonly site: Site;
  /** A name that is fixed: ports, and what the user called `.named()`. Otherwise the name comes from the site. */
  fixedName: string | undefined;
  /** Path below the declaration's own name: fields and indices of aggregates, ports of instances. */
  readonly path: readonly string[];
  /** Value after reset; registers only. */
  readonly reset?: bigint;
  /** The instance whose port this is; instance-input and instance-output only. */
  readonly instance?: InstanceIr;
}

export interface MemoryIr {
  readonly type: GroundType;
  readonly depth: number;
  readonly site: Site;
}

export interface InstanceIr {
  readonly module: ModuleIr;
  readonly site: Site;
  fixedName: string | undefined;
  /** The instance's ports as signals of the parent, in the order of the child's ports. */
  readonly ports: SignalIr[];
}

export type UnaryOperator = 'not' | 'reduce-or' | 'reduce-and' | 'reduce-xor';
export type BinaryOperator =
  'add' | 'sub' | 'mul' | 'and' | 'or' | 'xor' | 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'shift-left' | 'shift-right';

interface ExpressionBase {
  readonly type: GroundType;
  readonly site: Site;
  /** Set by `.named()`. */
  fixedName?: string;
  /** Path below the variable's name, where a variable holds an aggregate of expressions. */
  path?: readonly string[];
  /** No variable holds it: it stands between the library's own calls. */
  anonymous?: boolean;
  /** For the handshake of a stream: its `valid`, whose name it borrows (`enq_valid` gives `enq_fire`). */
  handshakeOf?: SignalIr;
}

/**
 * Invariants the description guarantees, and every later level relies on: add, sub, and, or, xor and the comparisons have
 * operands of one width and kind; mul has operands extended to the product's width; only `extend`, `slice`, `concat` and
 * the shifts' amounts change or ignore a width.
 */
export type Expression =
  | (ExpressionBase & { readonly op: 'literal'; readonly value: bigint })
  | (ExpressionBase & { readonly op: 'signal'; readonly signal: SignalIr })
  | (ExpressionBase & { readonly op: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression })
  | (ExpressionBase & {
      readonly op: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (ExpressionBase & {
      readonly op: 'mux';
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    })
  | (ExpressionBase & { readonly op: 'concat'; readonly parts: readonly Expression[] })
  | (ExpressionBase & {
      readonly op: 'slice';
      readonly operand: Expression;
      readonly high: number;
      readonly low: number;
    })
  | (ExpressionBase & { readonly op: 'extend'; readonly operand: Expression })
  | (ExpressionBase & { readonly op: 'cast'; readonly operand: Expression })
  | (ExpressionBase & { readonly op: 'read'; readonly memory: MemoryIr; readonly address: Expression });

export type Statement =
  | { readonly kind: 'assign'; readonly target: SignalIr; readonly value: Expression; readonly site: Site }
  | {
      readonly kind: 'write';
      readonly memory: MemoryIr;
      readonly address: Expression;
      readonly data: Expression;
      readonly site: Site;
    }
  | WhenStatement;

export interface WhenStatement {
  readonly kind: 'when';
  readonly branches: { readonly condition: Expression; readonly body: Statement[] }[];
  otherwise: Statement[] | undefined;
  readonly site: Site;
}

/** A ready/valid port, as a group of ground ports. */
export interface StreamPortIr {
  readonly name: string;
  readonly direction: 'input' | 'output';
  readonly valid: string;
  readonly ready: string;
  readonly payload: readonly string[];
}

export interface ModuleIr {
  readonly name: string;
  readonly site: Site;
  readonly ports: SignalIr[];
  readonly streams: StreamPortIr[];
  readonly signals: SignalIr[];
  readonly memories: MemoryIr[];
  readonly instances: InstanceIr[];
  readonly body: Statement[];
  /** Every expression in order of creation, so that `const x = ...` can name one that only others use. */
  readonly expressions: Expression[];
}

/** The expressions that an expression reads directly. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.op) {
    case 'literal':
    case 'signal':
      return [];
    case 'unary':
    case 'slice':
    case 'extend':
    case 'cast':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'mux':
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case 'concat':
      return expression.parts;
    case 'read':
      return [expression.address];
  }
}
