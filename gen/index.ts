/** The embedded HDL: describe hardware in TypeScript, get checked, readable Verilog-2005. */
export { ElaborationError } from './diagnostics/elaboration-error.ts';
export { type Diagnostic, type DiagnosticCode, diagnosticTitles } from './diagnostics/diagnostic.ts';
export { all, any, cat, mux, pack, sum, unpack } from './language/functions.ts';
export { mem, type Memory } from './language/memory.ts';
export { generator, instance, module, type Module } from './language/module.ts';
export { In, type Inside, Out, type Outside, type Port, type Ports } from './language/ports.ts';
export { lit, reg, type RegisterOptions, regNext, wire } from './language/state.ts';
export {
  bitsFor,
  Bits,
  type BitsType,
  Bool,
  type BoolType,
  Bundle,
  type BundleType,
  type DataType,
  type HardwareType,
  payloadPath,
  SInt,
  type SIntType,
  Stream,
  type StreamType,
  UInt,
  type UIntType,
  Vec,
  type VecType,
  widthOf,
} from './language/types.ts';
export type {
  BitsVal,
  BoolVal,
  Drive,
  SIntVal,
  StreamSink,
  StreamSource,
  UIntVal,
  Val,
  Var,
} from './language/values.ts';
export { when, type WhenChain } from './language/when.ts';
export {
  emitVerilog,
  type VerilogDesign,
  type VerilogFile,
  type VerilogModule,
  type VerilogPort,
} from './verilog/design.ts';
export { type Channel, channel } from './stream/channel.ts';
export { connect } from './stream/connect.ts';
export { Queue, queue } from './stream/queue.ts';
export { Stage, stage } from './stream/stage.ts';
export type { StreamPortIr } from './ir/module-ir.ts';
export { printCheckedModule } from './ir/print-checked-module.ts';
export { printModuleIr } from './ir/print-module-ir.ts';
export { sourceMapOf } from './verilog/source-map.ts';
