import type { Bandwidth } from '../cli/options.ts';

/** Bytes that memory gives or takes in a cycle of the hardware's clock. */
export function bytesPerCycle(bandwidth: Bandwidth, clockMHz: number): number {
  return 'bytesPerCycle' in bandwidth ? bandwidth.bytesPerCycle : bandwidth.megabytesPerSecond / clockMHz;
}
