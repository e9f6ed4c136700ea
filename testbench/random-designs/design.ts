/**
 * Designs as plain data, for the tests that compare simulators. A design is a few modules, children first and the top last;
 * `print-design.ts` gives its TypeScript, which is what is described as hardware. Names are those of variables in that text.
 */

/** What one signal holds; an enum is named by its variable. */
export type Ground =
  | { readonly kind: 'uint' | 'sint' | 'bits'; readonly width: number }
  | { readonly kind: 'bool'; readonly width: 1 }
  | { readonly kind: 'enum'; readonly width: number; readonly name: string };

export type Shape =
  | Ground
  | { readonly kind: 'vec'; readonly length: number; readonly element: Shape }
  | { readonly kind: 'bundle'; readonly fields: readonly (readonly [name: string, shape: Shape])[] };

export type Expression = { readonly type: Ground } & (
  | { readonly op: 'read'; readonly text: string }
  | { readonly op: 'literal'; readonly value: string }
  /** `on.method(...operands)`; numbers and texts are plain values. */
  | {
      readonly op: 'method';
      readonly method: string;
      readonly on: Expression;
      readonly operands: readonly (Expression | number | string)[];
    }
  | { readonly op: 'function'; readonly name: string; readonly operands: readonly Expression[] }
  | {
      readonly op: 'select';
      readonly subject: Expression;
      readonly cases: readonly { readonly key: string; readonly value: Expression }[];
      readonly rest: Expression | undefined;
    }
  /** An address, and 0 where there is no word of that address. */
  | { readonly op: 'inside'; readonly address: Expression; readonly depth: number }
  /** A part of the element of a vector, or of the word of a memory, that an index chooses. */
  | {
      readonly op: 'chosen';
      readonly from: string;
      readonly method: 'at' | 'read';
      readonly index: Expression;
      readonly field: string;
    }
);

/** What drives something of any shape. */
export type Value =
  | Expression
  | { readonly fields: readonly (readonly [name: string, value: Value])[] }
  | { readonly elements: readonly Value[] }
  /** All of another value of that shape. */
  | { readonly whole: string };

/** `text.at(index)rest.bits(high, low)` */
export interface Target {
  readonly text: string;
  readonly index?: Expression;
  readonly rest?: string;
  readonly bits?: readonly [high: number, low: number] | Expression;
}

export type Statement =
  | { readonly kind: 'set'; readonly target: Target; readonly value: Value }
  | {
      readonly kind: 'write';
      readonly memory: string;
      readonly address: Expression;
      readonly data: Value;
      readonly mask: Expression | readonly Expression[] | undefined;
    }
  | { readonly kind: 'check'; readonly check: 'assert' | 'cover'; readonly condition: Expression }
  /** A transition, in a state of the machine around it. */
  | { readonly kind: 'go'; readonly state: string }
  | {
      readonly kind: 'when';
      readonly branches: readonly { readonly condition: Expression; readonly body: readonly Statement[] }[];
      readonly otherwise: readonly Statement[] | undefined;
    }
  | {
      readonly kind: 'switch';
      readonly subject: Expression;
      readonly cases: readonly { readonly keys: readonly string[]; readonly body: readonly Statement[] }[];
      readonly rest: readonly Statement[] | undefined;
    };

/** What stands in a module's body, in order. */
export type Item =
  | { readonly kind: 'wire'; readonly name: string; readonly shape: Shape }
  | {
      readonly kind: 'register';
      readonly name: string;
      readonly shape: Shape;
      readonly reset: Value | undefined;
      readonly enable: Expression | undefined;
      readonly ghost?: boolean;
    }
  | {
      readonly kind: 'memory';
      readonly name: string;
      readonly shape: Shape;
      readonly depth: number;
      /** Undefined where it powers up with anything. */
      readonly initial: readonly Value[] | undefined;
      readonly maskWidth: number | undefined;
      readonly macro: string | undefined;
    }
  | { readonly kind: 'value'; readonly name: string; readonly value: Expression; readonly named: boolean }
  | {
      readonly kind: 'readSync';
      readonly name: string;
      readonly memory: string;
      readonly address: Expression;
      readonly enable: Expression | undefined;
      readonly underWrite: 'old' | 'new' | 'any';
    }
  | {
      readonly kind: 'fsm';
      readonly name: string;
      readonly encoding: 'binary' | 'onehot' | 'gray';
      readonly states: readonly { readonly name: string; readonly body: readonly Statement[] }[];
    }
  /** `count` is for an array of instances. */
  | { readonly kind: 'instance'; readonly name: string; readonly module: string; readonly count: number | undefined }
  | { readonly kind: 'channel'; readonly name: string; readonly shape: Shape }
  | { readonly kind: 'stream'; readonly name: string; readonly source: string; readonly depth: number | 'stage' }
  | { readonly kind: 'statement'; readonly statement: Statement };

export interface PortSpec {
  readonly name: string;
  readonly direction: 'In' | 'Out';
  readonly shape: Shape;
}

export interface ModuleSpec {
  readonly name: string;
  readonly ports: readonly PortSpec[];
  readonly items: readonly Item[];
}

export interface EnumSpec {
  readonly name: string;
  readonly members: readonly string[];
  readonly encoding: 'binary' | 'onehot' | 'gray';
}

export interface Design {
  readonly enums: readonly EnumSpec[];
  readonly modules: readonly ModuleSpec[];
  /** Registers that have a reset value get it at once, where the reset is low. */
  readonly asyncReset: boolean;
}
