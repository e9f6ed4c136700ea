/** What the parts of an emitted design are told as. */
import type { PrintedModule } from './print-module.ts';

export interface VerilogPort {
  readonly name: string;
  readonly direction: 'input' | 'output';
  readonly width: number;
  readonly signed: boolean;
}

export interface VerilogFile extends PrintedModule {
  /** `<module>.v`; `<module>_<memory>.hex` of the words that a big memory starts with, one a line */
  readonly path: string;
}

export interface VerilogModule {
  readonly name: string;
  readonly ports: readonly VerilogPort[];
  readonly memories: readonly { readonly name: string; readonly width: number; readonly depth: number }[];
  readonly instances: readonly { readonly name: string; readonly module: string }[];
}
