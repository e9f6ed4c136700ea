import type { Site } from '../source/site.ts';

/** Stable codes of what elaboration refuses. */
export const diagnosticTitles = {
  W001: 'operands of different width or kind',
  W002: 'value does not fit its target',
  W003: 'literal out of range',
  W004: 'slice outside of the value',
  D001: 'two drivers',
  D002: 'nothing drives a signal that is read',
  D003: 'not driven in every case',
  D004: 'this signal cannot be driven from here',
  L001: 'combinational loop',
  C001: 'condition is not one bit',
  C002: 'elseWhen or otherwise without its when',
  C003: 'signal used as a plain JavaScript value',
  H001: 'signal of another module',
  H002: 'two modules of one name',
  N001: 'name already taken',
  P001: 'parameter out of range',
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
