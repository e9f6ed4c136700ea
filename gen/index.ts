/** The embedded HDL: describe hardware in TypeScript, get checked, readable Verilog-2005. */
export { ElaborationError } from './diagnostics/elaboration-error.ts';
export { type Diagnostic, type DiagnosticCode, diagnosticTitles } from './diagnostics/diagnostic.ts';
export type { ReportedDiagnostic, Topic } from './diagnostics/topic.ts';
export { type AnyEnumType, Enum, type Encoding, type EnumOptions, type EnumType } from './language/enum.ts';
export { fsm, type Fsm, type FsmOptions, type Go } from './language/fsm.ts';
export { select } from './language/select.ts';
export { switchOn } from './language/switch.ts';
export { assert, assume, cover, ghost, implies } from './language/checks.ts';
export { fell, past, pastValid, rose, stable } from './language/past.ts';
export { all, any, cat, mux, pack, repeat, sum, unpack } from './language/functions.ts';
export { clockDomain, type ClockDomainOptions, inDomain } from './language/clock-domain.ts';
export { keep } from './language/keep.ts';
export { type Mask, mem, type Memory, type MemoryOptions, type ReadOptions } from './language/memory.ts';
export type { Constant, ContentsFile } from './language/memory-contents.ts';
export type { MacroForm } from './verilog/macro-module.ts';
export type { VerilogMacro } from './verilog/macros.ts';
export { external, type ExternalOptions } from './language/external.ts';
export { instances, type InstancesOptions } from './language/instances.ts';
export { generator, instance, type InstanceOptions, module, type Module } from './language/module.ts';
export { In, type Inside, Out, type Outside, type Port, type PortOptions, type Ports } from './language/ports.ts';
export { synchronise, type SynchroniserOptions, unsynchronised } from './language/synchronise.ts';
export { typeOf } from './language/type-of.ts';
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
  type DirectedBundleType,
  type DirectedVecType,
  Flip,
  type FlipType,
  type HardwareType,
  isData,
  payloadPath,
  SInt,
  type SIntType,
  type SimpleType,
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
  Channel,
  DataTypeOf,
  Drive,
  EnumVal,
  SIntVal,
  StreamSink,
  StreamSource,
  TypeOf,
  UIntVal,
  Val,
  Var,
  VecVar,
  Wires,
} from './language/values.ts';
export { when, type WhenChain } from './language/when.ts';
export { emitVerilog, type EmitOptions, type VerilogClock, type VerilogDesign } from './verilog/design.ts';
export type { VerilogFile, VerilogModule, VerilogPort } from './verilog/verilog-file.ts';
export type { CheckStyle, VerilogCheck, VerilogCheckFile } from './verilog/check-files.ts';
export { type Arbitrated, Arbiter, type ArbiterOptions, type ArbiterPolicy, arbitrate } from './stream/arbitrate.ts';
export type { ArrayOf } from './stream/array-of.ts';
export { channel } from './stream/channel.ts';
export { connect } from './stream/connect.ts';
export { AsyncQueue, asyncQueue, type CrossingDomains } from './stream/async-queue.ts';
export { CrossPulse, crossPulse } from './stream/cross-pulse.ts';
export { assertStream, assumeStream, type StreamRules } from './stream/protocol.ts';
export { Fork, fork } from './stream/fork.ts';
export { haltWhen, takeWhen, throwWhen } from './stream/gate-stream.ts';
export { HalfStage, halfStage } from './stream/half-stage.ts';
export { join } from './stream/join.ts';
export { mapStream } from './stream/map-stream.ts';
export { Narrow, narrowStream } from './stream/narrow-stream.ts';
export { Queue, queue, type QueueOptions } from './stream/queue.ts';
export { demuxStream, muxStream } from './stream/route-stream.ts';
export { Skid, skid } from './stream/skid.ts';
export { Stage, stage } from './stream/stage.ts';
export { Widen, widenStream } from './stream/widen-stream.ts';
export type { VerilogExternal } from './verilog/externals.ts';
export type { StreamPortIr } from './ir/module-ir.ts';
export { type PortGroup, type PortLeaf, portLayout } from './ir/port-layout.ts';
export { printCheckedModule } from './ir/print-checked-module.ts';
export { printModuleIr } from './ir/print-module-ir.ts';
export { type ClockDomain, defaultDomain, type ResetStyle } from './ir/clock-domain.ts';
export type { ClockStyle, ResetSignal } from './verilog/clocking.ts';
export { sourceMapOf } from './verilog/source-map.ts';
