import { any } from '../language/functions.ts';
import type { BoolVal } from '../language/values.ts';

/** True where at least one of a list is; there must be one. */
export function anyOf([first, ...others]: readonly BoolVal[]): BoolVal {
  return any(first!, ...others);
}
