import type { Frame } from './site.ts';
import { sourceFactsOf } from './source-facts.ts';

/** The name of the variable or field that the call at this place initialises, if any. */
export function variableNameAt(frame: Frame): string | undefined {
  return sourceFactsOf(frame.file).names[`${frame.line}:${frame.column}`];
}
