/** The small part of Verilog-2005 that is emitted. Nothing here decides anything: names, widths and order are settled. */
import type { Site } from '../source/site.ts';

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

export interface VDeclaration {
  readonly net: 'wire' | 'reg';
  readonly shape: VShape;
  readonly name: string;
  /** Words of a memory. */
  readonly depth?: number;
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
  | VCase;

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
  readonly site: Site;
}

export interface VAlways {
  readonly body: readonly VStatement[];
  readonly site: Site;
}

export interface VInstance {
  readonly module: string;
  readonly name: string;
  readonly connections: readonly { readonly port: string; readonly value: VExpression }[];
  readonly site: Site;
}

export interface VModule {
  readonly name: string;
  readonly site: Site;
  readonly ports: readonly VPort[];
  readonly state: readonly VDeclaration[];
  readonly instanceWires: readonly VDeclaration[];
  readonly wires: readonly VDeclaration[];
  readonly instances: readonly VInstance[];
  readonly assigns: readonly VAssign[];
  readonly always: readonly VAlways[];
  /** Bits that are deliberately not read, kept in one wire so that lint stays quiet about them and only them. */
  readonly unread: VDeclaration | undefined;
}
