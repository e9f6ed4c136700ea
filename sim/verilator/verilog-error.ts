/** Verilator, or the compiler after it, did not accept a design's Verilog, or the Verilog isn't what its interface says. */
export class VerilogError extends Error {
  override readonly name = 'VerilogError';
  /** All that the tool printed; the message holds its beginning. */
  readonly log: string;

  constructor(summary: string, log: string) {
    super(log === '' ? summary : `${summary}\n${beginning(log)}`);
    this.log = log;
  }
}

const LINES = 40;

function beginning(log: string): string {
  const lines = log.trimEnd().split('\n');
  if (lines.length <= LINES) return lines.join('\n');
  return [...lines.slice(0, LINES), `... and ${lines.length - LINES} more lines`].join('\n');
}
