import type { VExpression } from './ast.ts';

/** Keeps account of which bits of which net anything reads. */
export class UnreadBits {
  private readonly nets = new Map<string, boolean[]>();

  declare(name: string, width: number): void {
    this.nets.set(name, this.nets.get(name) ?? new Array<boolean>(width).fill(false));
    const bits = this.nets.get(name)!;
    while (bits.length < width) bits.push(false);
  }

  read(name: string, high: number, low: number): void {
    const bits = this.nets.get(name) ?? [];
    for (let index = low; index <= high; index++) bits[index] = true;
    this.nets.set(name, bits);
  }

  readAll(name: string): void {
    const bits = this.nets.get(name);
    if (bits !== undefined) bits.fill(true);
    else this.everything.add(name);
  }

  /** Every run of bits that nothing reads, in order of declaration. */
  unread(): VExpression[] {
    const parts: VExpression[] = [];
    for (const [name, bits] of this.nets) {
      if (this.everything.has(name)) continue;
      if (!bits.includes(true)) {
        parts.push({ kind: 'name', name });
        continue;
      }
      for (let high = bits.length - 1; high >= 0; high--) {
        if (bits[high]) continue;
        let low = high;
        while (low > 0 && !bits[low - 1]) low--;
        parts.push({ kind: 'slice', name, high, low });
        high = low;
      }
    }
    return parts;
  }

  /** Names that were read in full before their declaration was seen. */
  private readonly everything = new Set<string>();
}
