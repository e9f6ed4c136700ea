/**
 * Module IR: what elaborating one module's body leaves behind. Plain data; nothing here computes. Signals and expressions are
 * compared by identity. `print-module-ir.ts` gives its text.
 */
import type { Site } from '../source/site.ts';
import type { ClockDomain } from './clock-domain.ts';
import type { GroundType } from './ground-type.ts';

export type SignalCategory = 'input' | 'output' | 'wire' | 'register' | 'instance-input' | 'instance-output';

export interface SignalIr {
  readonly category: SignalCategory;
  readonly type: GroundType;
  readonly site: Site;
  /** A name that is fixed: ports, and what the user called `.named()`. Otherwise the name comes from the site. */
  fixedName: string | undefined;
  /** The call of `.named()`. */
  namedAt?: Site;
  /** What it is called where no variable names it; by default, its category. */
  fallbackName?: string;
  /** Path below the declaration's own name: fields and indices of aggregates, ports of instances. */
  readonly path: readonly string[];
  /** Value after reset; registers only. */
  readonly reset?: bigint;
  /**
   * The clock that its value keeps time with: of registers, and of ports that name one. Other ports belong to the default
   * domain, unless their module is neutral; the domain of a wire follows from what drives it.
   */
  readonly domain?: ClockDomain;
  /** What drives it counts only where this holds, reset aside; registers only. */
  readonly enable?: Expression;
  /** Which register of a synchroniser it is: 0 is the first, and may take values of other domains. */
  readonly synchroniser?: number;
  /**
   * Seen by assertions only: no part of the RTL. A ghost register with a reset value has it at power-up too, as its module
   * may have no reset.
   */
  readonly ghost?: boolean;
  /** What a ghost register remembers, where `past()` made it. */
  readonly past?: PastIr;
  /**
   * Where `path` holds indices of vectors of plain data: their positions in `path`, outermost first. The elements of such a
   * vector share one port in the Verilog.
   */
  readonly lanes?: readonly Lane[];
  /** The instance whose port this is; instance-input and instance-output only. */
  readonly instance?: InstanceIr;
}

/** The value of an expression some cycles ago. */
export interface PastIr {
  readonly of: Expression;
  readonly cycles: number;
  /** The register that tells whether there have been that many cycles since the reset; undefined for such a register itself. */
  readonly known: SignalIr | undefined;
}

/** One index on the way to an element of a vector. */
export interface Lane {
  /** Which part of the path it is. */
  readonly at: number;
  readonly index: number;
  readonly length: number;
}

export interface MemoryIr {
  readonly type: GroundType;
  readonly depth: number;
  readonly site: Site;
  /** A name that is fixed; otherwise it comes from the site. */
  readonly fixedName?: string;
  /** Bits that one bit of a write's mask stands for; absent where words are written whole. */
  readonly maskWidth?: number;
  /** Words at power-up as values of the type, from address 0 on; the rest is zero. Absent: anything. */
  readonly initial?: readonly bigint[];
  /** Stands in a module of its own, which a macro can replace; its name is this and the shape. */
  readonly macro?: string;
  /** Seen by assertions only: no part of the RTL. */
  readonly ghost?: boolean;
  readonly syncReads: SyncReadIr[];
}

/** A registered read port. Among the statements stands, under its conditions, the one that drives its register. */
export interface SyncReadIr {
  readonly memory: MemoryIr;
  readonly address: Expression;
  /** The register that holds the word read. */
  readonly output: SignalIr;
  /** What is read where the same word is written in the same cycle: `any` leaves it to the memory. */
  readonly underWrite: 'old' | 'new' | 'any';
  readonly domain: ClockDomain;
  readonly site: Site;
}

export interface InstanceIr {
  readonly module: ModuleIr;
  readonly site: Site;
  fixedName: string | undefined;
  /** The instance's ports as signals of the parent, in the order of the child's ports. */
  readonly ports: SignalIr[];
  /** What the child's default clock and reset are connected to. */
  readonly domain: ClockDomain;
  /** Where it is one of an array of instances. */
  readonly element?: { readonly array: InstanceArrayIr; readonly index: number };
}

/** Instances of one module that stand side by side. */
export interface InstanceArrayIr {
  readonly module: ModuleIr;
  readonly length: number;
  /** Written as so many instances, in place of a loop. */
  readonly unroll: boolean;
  readonly site: Site;
  fixedName: string | undefined;
}

/** A module that is written in Verilog elsewhere. */
export interface ExternalIr {
  readonly parameters: ReadonlyMap<string, bigint | string>;
  /** For every output, the inputs that it depends on within the cycle. */
  readonly paths: ReadonlyMap<SignalIr, ReadonlySet<SignalIr>>;
  /** Names of the Verilog module's clock and reset pins, where it has them. */
  readonly clock?: string;
  readonly reset?: string;
  /** Its Verilog; absent where whoever reads the design knows it. */
  readonly source?: { readonly path: string } | { readonly text: string };
  /** Makes what stands for it in the built-in simulator. */
  readonly model?: () => ExternalModel;
}

/**
 * Behaviour of an external module in simulation. Values are bit patterns as bigint, by the names of the Verilog ports: a
 * vector is one number, element 0 lowest.
 */
export interface ExternalModel {
  /** Outputs from the inputs and the state. */
  evaluate(inputs: Readonly<Record<string, bigint>>): Readonly<Record<string, bigint>>;
  /** The edge of its clock; the inputs hold its reset too, by the name of the pin. */
  edge?(inputs: Readonly<Record<string, bigint>>): void;
}

export type UnaryOperator = 'not' | 'reduce-or' | 'reduce-and' | 'reduce-xor';
export type BinaryOperator =
  'add' | 'sub' | 'mul' | 'and' | 'or' | 'xor' | 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'shift-left' | 'shift-right';

interface ExpressionBase {
  readonly type: GroundType;
  readonly site: Site;
  /** Set by `.named()`. */
  fixedName?: string;
  namedAt?: Site;
  /** Path below the variable's name, where a variable holds an aggregate of expressions. */
  path?: readonly string[];
  /** No variable holds it: it stands between the library's own calls. */
  anonymous?: boolean;
  /** The domain that it may be read in, whatever it depends on: the description vouches that it is stable by then. */
  readonly crossesTo?: ClockDomain;
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

export type Statement = AssignStatement | WriteStatement | CheckStatement | WhenStatement | SwitchStatement;
/** Statements that hold others. */
export type BranchStatement = WhenStatement | SwitchStatement;

export interface AssignStatement {
  readonly kind: 'assign';
  readonly target: SignalIr;
  /** The bits that are driven; all of them where absent. */
  readonly part?: { readonly high: number; readonly low: number };
  readonly value: Expression;
  readonly site: Site;
}

export interface WriteStatement {
  readonly kind: 'write';
  readonly memory: MemoryIr;
  readonly address: Expression;
  readonly data: Expression;
  /** One bit for every `maskWidth` bits of the word, the lowest for the lowest; all are written where absent. */
  readonly mask?: Expression;
  readonly domain: ClockDomain;
  readonly site: Site;
}

/** What is to hold, may be taken to hold, or is to happen, wherever the statement is active and its domain is not in reset. */
export interface CheckStatement {
  readonly kind: 'check';
  readonly check: 'assert' | 'assume' | 'cover';
  readonly condition: Expression;
  /** What the user called it, as a Verilog name. */
  readonly label: string | undefined;
  /** What to tell where it does not hold. */
  readonly message: string | undefined;
  readonly domain: ClockDomain;
  readonly site: Site;
}

export interface WhenStatement {
  readonly kind: 'when';
  readonly branches: { readonly condition: Expression; readonly body: Statement[] }[];
  otherwise: Statement[] | undefined;
  readonly site: Site;
}

/** Cases exclude each other. The subject is not of type SInt. */
export interface SwitchStatement {
  readonly kind: 'switch';
  readonly subject: Expression;
  readonly cases: { readonly values: readonly bigint[]; readonly body: Statement[] }[];
  otherwise: Statement[] | undefined;
  readonly site: Site;
}

/** The same statement around other bodies: one for each branch or case, and the last one where there is an `otherwise`. */
export function withBodies<S extends BranchStatement>(statement: S, bodies: readonly Statement[][]): S {
  const count = statement.kind === 'when' ? statement.branches.length : statement.cases.length;
  const otherwise = statement.otherwise === undefined ? undefined : bodies[count];
  if (statement.kind === 'when') {
    const branches = statement.branches.map((branch, index) => ({ ...branch, body: bodies[index]! }));
    return { ...statement, branches, otherwise };
  }
  const cases = statement.cases.map((each, index) => ({ ...each, body: bodies[index]! }));
  return { ...statement, cases, otherwise };
}

/** The bodies that a statement holds, the one of its `otherwise` last. */
export function bodiesOf(statement: BranchStatement): readonly Statement[][] {
  const bodies = (statement.kind === 'when' ? statement.branches : statement.cases).map(({ body }) => body);
  return statement.otherwise === undefined ? bodies : [...bodies, statement.otherwise];
}

/** The expressions that a statement itself reads; not those of the statements in it. */
export function readsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case 'assign':
      return [statement.value];
    case 'write':
      return [statement.address, statement.data, ...(statement.mask === undefined ? [] : [statement.mask])];
    case 'check':
      return [statement.condition];
    case 'when':
      return statement.branches.map(({ condition }) => condition);
    case 'switch':
      return [statement.subject];
  }
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
  /** Present where the module is written in Verilog elsewhere; then it has ports and nothing else. */
  readonly external?: ExternalIr;
  readonly body: Statement[];
  /** Every expression in order of creation, so that `const x = ...` can name one that only others use. */
  readonly expressions: Expression[];
  /** What may go unread, as the user said. */
  readonly kept?: (Expression | MemoryIr)[];
}

/** The same expression with others in the place of what it reads directly, in the order of `operandsOf`. */
export function withOperands(expression: Expression, operands: readonly Expression[]): Expression {
  const [first] = operands;
  switch (expression.op) {
    case 'literal':
    case 'signal':
      return expression;
    case 'unary':
    case 'slice':
    case 'extend':
    case 'cast':
      return { ...expression, operand: first! };
    case 'binary':
      return { ...expression, left: first!, right: operands[1]! };
    case 'mux':
      return { ...expression, condition: first!, whenTrue: operands[1]!, whenFalse: operands[2]! };
    case 'concat':
      return { ...expression, parts: operands };
    case 'read':
      return { ...expression, address: first! };
  }
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
