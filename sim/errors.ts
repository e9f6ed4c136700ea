/**
 * The input or the machine is at fault, not the program: a wrong file, an impossible request, a missing tool.
 *
 * The message is all the user sees (no stack), and the process exits with code 2. It therefore names the thing, the
 * place, what was expected, and the fix.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}
