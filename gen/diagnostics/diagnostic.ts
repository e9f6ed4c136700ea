import type { Site } from '../source/site.ts';

/** Stable codes of what elaboration refuses. */
export const diagnosticTitles = {
  W001: 'operands of different width or kind',
  W002: 'value does not fit its target',
  W003: 'literal out of range',
  W004: 'slice outside of the value',
  W005: 'values of different shape',
  W006: 'arithmetic on what is no number',
  D001: 'two drivers',
  D002: 'nothing drives a signal that is read',
  D003: 'not driven in every case',
  D004: 'this signal cannot be driven from here',
  D005: 'a whole whose parts run both ways',
  I001: 'count of instances out of range',
  I002: 'parameter of an external module cannot be written',
  I003: 'path of an external module names no port of it',
  I004: 'source of an external module missing or of a taken name',
  I005: 'external module without anything around it',
  L001: 'combinational loop',
  C001: 'condition is not one bit',
  C002: 'elseWhen or otherwise without its when',
  C003: 'signal used as a plain JavaScript value',
  C004: 'signal used as a plain condition',
  C005: 'body that has not ended when it returns',
  E001: 'no member of the enum',
  E002: 'enum used as a number',
  E003: 'enum that cannot be',
  E004: 'cases leave something open',
  E005: 'case that cannot be',
  E006: 'state that is never entered',
  E007: 'go() outside of its state',
  A001: 'RTL that reads what exists only for checks',
  A002: 'RTL inside of ghost()',
  A003: 'check without a clock',
  A004: 'check that reads a memory',
  A005: 'past of nothing, or of no time',
  H001: 'signal of another module',
  H002: 'two modules of one name',
  N001: 'name already taken',
  P001: 'parameter out of range',
  U001: 'state or wire without effect',
  U002: 'instance without effect',
  U003: 'value that goes nowhere',
  M001: 'mask that does not fit the memory',
  M002: 'maskWidth that does not divide the word',
  M003: 'initial word that does not fit',
  M004: 'more initial words than the memory has',
  M005: 'file of initial words cannot be read',
  M006: 'memory that no macro can be',
  X001: 'clock domain crossing without a synchroniser',
  X002: 'logic in front of a synchroniser',
  X003: 'memory of two clock domains',
  X004: 'reset value in a clock domain without reset',
  X005: 'instance that cannot follow its clock domain',
  X006: 'several bits through a synchroniser',
} as const;

export type DiagnosticCode = keyof typeof diagnosticTitles;

export interface Diagnostic {
  readonly code: DiagnosticCode;
  /** One sentence that names the things involved, with the wrong and the expected value. */
  readonly message: string;
  readonly site: Site;
  /** The other places that explain it: where the target was declared, the other driver, the links of a loop. */
  readonly related: readonly { readonly text: string; readonly site: Site }[];
  readonly fix: string;
}
