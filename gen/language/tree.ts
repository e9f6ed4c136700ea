import type { Operand, Signal } from './signal.ts';

/** Run-time shape of a `Val` or `Var` of any type. */
export type Tree = Signal | { readonly [field: string]: Tree } | readonly Tree[];
/** What can be given for a tree: plain values may stand for its signals. */
export type Plain = Operand | { readonly [field: string]: Plain } | readonly Plain[];
