import type { Diagnostic, DiagnosticCode } from './diagnostic.ts';

/** What the codes of each letter are about. */
const topics = {
  A: 'check',
  C: 'condition',
  D: 'driver',
  E: 'enum',
  H: 'hierarchy',
  I: 'instance',
  L: 'loop',
  M: 'memory',
  N: 'name',
  P: 'parameter',
  U: 'unused',
  W: 'width',
  X: 'domain',
} as const;

type FirstOf<C extends string> = C extends `${infer First}${string}` ? First : never;

/** The class of a diagnostic, for tools that sort or filter. */
export type Topic = (typeof topics)[FirstOf<DiagnosticCode>];

/** A diagnostic as an error gives it to whoever catches it. */
export interface ReportedDiagnostic extends Diagnostic {
  readonly topic: Topic;
}

export function topicOf(code: DiagnosticCode): Topic {
  return topics[code.charAt(0) as FirstOf<DiagnosticCode>];
}
