/** The small part of Verilog-2005 that is emitted. Nothing here decides anything: names, widths and order are settled. */
import type { Site } from '../source/site.ts';
import type { MacroShape } from './macro-shape.ts';

export type VExpression =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'number'; readonly value: bigint; readonly width: number; readonly signed: boolean }
  | { readonly kind: 'unary'; readonly operator: '~' | '!' | '&' | '|' | '^'; readonly operand: VExpression }
  | {
      readonly kind: 'binary';
      readonly operator: VBinaryOperator;
      readonly left: VExpression;
      readonly right: VExpression;
    }
  | {
      readonly kind: 'ternary';
      readonly condition: VExpression;
      readonly whenTrue: VExpression;
      readonly whenFalse: VExpression;
    }
  | { readonly kind: 'concat'; readonly parts: readonly VExpression[] }
  | { readonly kind: 'repeat'; readonly count: number; readonly part: VExpression }
  | { readonly kind: 'slice'; readonly name: string; readonly high: number; readonly low: number }
  | { readonly kind: 'element'; readonly name: string; readonly index: VExpression }
  /** The bits of a net that belong to one round of a loop: `width` of them for each, from bit `offset` on. */
  | {
      readonly kind: 'lane';
      readonly name: string;
      readonly genvar: string;
      readonly width: number;
      readonly offset: number;
    }
  | { readonly kind: 'sign'; readonly signed: boolean; readonly operand: VExpression };

export type VBinaryOperator =
  '+' | '-' | '*' | '&' | '|' | '^' | '&&' | '||' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '<<' | '>>' | '>>>';

/** A range and sign; `[0:0]` is written as no range. */
export interface VShape {
  readonly width: number;
  readonly signed: boolean;
}

export interface VPort {
  readonly direction: 'input' | 'output';
  readonly shape: VShape;
  readonly name: string;
  readonly site: Site;
}

/** A constant with a name. */
export interface VLocalparam {
  readonly shape: VShape;
  readonly name: string;
  readonly value: bigint;
  readonly site: Site;
}

export interface VDeclaration {
  readonly net: 'wire' | 'reg';
  readonly shape: VShape;
  readonly name: string;
  /** Words of a memory. */
  readonly depth?: number;
  /** What tools are to know of it: `ASYNC_REG = "TRUE"`. */
  readonly attribute?: string;
  /** Value of a wire. */
  readonly value?: VExpression;
  readonly site: Site;
}

export interface VAssign {
  readonly target: string;
  readonly value: VExpression;
  readonly site: Site;
}

export type VStatement =
  | {
      readonly kind: 'assign';
      readonly target: string;
      /** The word of a memory. */
      readonly index?: VExpression;
      /** The bits of the target or word. */
      readonly part?: { readonly high: number; readonly low: number };
      readonly value: VExpression;
      readonly site: Site;
    }
  | VIf
  | VCase
  | VCheck;

export interface VIf {
  readonly kind: 'if';
  readonly branches: readonly { readonly condition: VExpression; readonly body: readonly VStatement[] }[];
  readonly otherwise: readonly VStatement[];
  readonly site: Site;
}

export interface VCase {
  readonly kind: 'case';
  readonly subject: VExpression;
  readonly cases: readonly { readonly values: readonly VExpression[]; readonly body: readonly VStatement[] }[];
  readonly otherwise: readonly VStatement[];
  /** What the default stands for, as a comment. */
  readonly rest?: string;
  readonly site: Site;
}

/** A change that a block waits for. */
export interface VEvent {
  readonly edge: 'rising' | 'falling';
  readonly signal: string;
}

/** An immediate assertion of SystemVerilog. */
export interface VCheck {
  readonly kind: 'check';
  readonly check: 'assert' | 'assume' | 'cover';
  readonly label: string;
  readonly condition: VExpression;
  /** Told by a simulator where the condition does not hold. */
  readonly message: string | undefined;
  readonly site: Site;
}

export interface VAlways {
  readonly events: readonly VEvent[];
  readonly body: readonly VStatement[];
  readonly site: Site;
}

/** What a memory holds at power-up: values one by one, or a file of hexadecimal words. */
export type VContents = { readonly memory: string; readonly site: Site } & (
  { readonly values: readonly VExpression[] } | { readonly file: { readonly path: string; readonly text: string } }
);

export interface VInstance {
  readonly module: string;
  readonly name: string;
  /** Values of the Verilog parameters of a module that is written elsewhere. */
  readonly parameters?: readonly { readonly name: string; readonly value: string }[];
  readonly connections: readonly { readonly port: string; readonly value: VExpression }[];
  /** Where it stands in a loop: the label of the loop's block, which the instances are called after, and how many they are. */
  readonly loop?: { readonly label: string; readonly genvar: string; readonly count: number };
  /** The memory that it is, where it is one. */
  readonly macro?: MacroShape;
  readonly site: Site;
}

export interface VModule {
  readonly name: string;
  /** It has ports and nothing else, and is to be taken from elsewhere. */
  readonly blackbox?: boolean;
  readonly site: Site;
  readonly ports: readonly VPort[];
  readonly localparams: readonly VLocalparam[];
  readonly state: readonly VDeclaration[];
  readonly instanceWires: readonly VDeclaration[];
  readonly wires: readonly VDeclaration[];
  readonly instances: readonly VInstance[];
  readonly assigns: readonly VAssign[];
  readonly contents: readonly VContents[];
  readonly always: readonly VAlways[];
  /** Bits that are deliberately not read, kept in one wire so that lint stays quiet about them and only them. */
  readonly unread: VDeclaration | undefined;
}
