import type { Diagnostic, DiagnosticCode } from './diagnostic.ts';
import { formatDiagnostic } from './format-diagnostic.ts';
import { type ReportedDiagnostic, topicOf } from './topic.ts';

/** Thrown when a description is wrong. Carries every diagnostic of the module, each with its places and its fix. */
export class ElaborationError extends Error {
  override readonly name = 'ElaborationError';
  // Private, so that an uncaught error prints its message and not its insides.
  readonly #diagnostics: readonly ReportedDiagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const codes = [...new Set(diagnostics.map(({ code }) => code))];
    super([...diagnostics.map(formatDiagnostic), `read more: saccade explain ${codes.join(' ')}`].join('\n\n'));
    this.#diagnostics = diagnostics.map((diagnostic) => ({ ...diagnostic, topic: topicOf(diagnostic.code) }));
    // The places that matter are in the message; the library's own calls would bury them.
    this.stack = `ElaborationError:\n${this.message}`;
  }

  /** The input is at fault: a command that meets this error prints the message and ends with 2. */
  get exitCode(): 2 {
    return 2;
  }

  get diagnostics(): readonly ReportedDiagnostic[] {
    return this.#diagnostics;
  }

  get codes(): readonly DiagnosticCode[] {
    return this.diagnostics.map((diagnostic) => diagnostic.code);
  }
}
