/**
 * The hardware hung, or broke the rules of a stream: the run has no result, and neither input nor machine is to blame.
 * Told to the user as it stands; the process exits with 1, as for a result that is wrong.
 */
export class HardwareFault extends Error {
  override readonly name = 'HardwareFault';
  readonly exitCode = 1;
}
