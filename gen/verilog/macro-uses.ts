/** The macros that a module's memories are: which ports each has, and what they are connected to. */
import type { CheckedModule } from '../ir/checked-module.ts';
import { defaultDomain } from '../ir/clock-domain.ts';
import { type Expression, type MemoryIr, operandsOf, type SignalIr } from '../ir/module-ir.ts';
import { domainOfWrites } from '../passes/collect-domains.ts';
import { enableOf, maskOf, type WriteAccess, writeAccesses } from '../passes/memory-accesses.ts';
import { uniqueName } from '../passes/unique-name.ts';
import type { VDeclaration, VExpression, VInstance } from './ast.ts';
import type { Clocking } from './clocking.ts';
import { type ExpressionLowering, shapeOf } from './expression-lowering.ts';
import { expressionsIn } from './lower-statements.ts';
import { macroName, macroPins, type MacroShape, underWriteKinds } from './macro-shape.ts';

/** One combinational read port; reads of one address share it. */
interface ReadPort {
  readonly address: Expression;
  /** The net of the word read. */
  readonly net: string;
}

interface SyncReadPort {
  readonly enable: Expression;
  readonly address: Expression;
  readonly output: SignalIr;
}

interface MacroUse {
  readonly shape: MacroShape;
  readonly reads: ReadPort[];
  readonly syncReads: readonly SyncReadPort[];
  readonly writes: readonly WriteAccess[];
}

export class MacroUses {
  /** The net of the word that each combinational read of a macro gives. */
  readonly words = new Map<Expression, string>();
  private readonly module: CheckedModule;
  private readonly uses = new Map<MemoryIr, MacroUse>();
  private readonly outputs = new Set<SignalIr>();

  /** Takes names for nets out of `taken`. */
  constructor(module: CheckedModule, taken: Set<string>) {
    this.module = module;
    const memories = [...module.writes.keys()].filter(({ macro }) => macro !== undefined);
    if (memories.length === 0) return;
    for (const { syncReads } of memories) for (const { output } of syncReads) this.outputs.add(output);
    const reads = this.findReads(memories, taken);
    for (const memory of memories) this.uses.set(memory, this.useOf(memory, reads.get(memory) ?? []));
  }

  has(memory: MemoryIr): boolean {
    return this.uses.has(memory);
  }

  /** Whether a register is in a macro. */
  holds(register: SignalIr): boolean {
    return this.outputs.has(register);
  }

  /** Every expression that a macro reads; the addresses of combinational reads are part of what reads those. */
  *roots(): Iterable<Expression> {
    for (const { syncReads, writes } of this.uses.values()) {
      for (const { enable, address } of syncReads) yield* [enable, address];
      for (const { enable, address, data, mask } of writes)
        yield* [enable, address, data, ...(mask === undefined ? [] : [mask])];
    }
  }

  /** The nets that macros drive. */
  declarations(): VDeclaration[] {
    return [...this.uses].flatMap(([memory, { reads, syncReads }]) => [
      ...reads.map(({ net }): VDeclaration => ({ net: 'wire', shape: shapeOf(memory), name: net, site: memory.site })),
      ...syncReads.map(({ output }): VDeclaration => ({
        net: 'wire',
        shape: shapeOf(output),
        name: this.module.names.signals.get(output)!,
        site: output.site,
      })),
    ]);
  }

  instances(lowering: ExpressionLowering, clocking: Clocking): VInstance[] {
    return [...this.uses].map(([memory, use]) => {
      const name = this.module.names.memories.get(memory)!;
      const clock = clocking.clockOf(domainOfWrites(this.module.writes.get(memory)!) ?? defaultDomain);
      const clockNet: VExpression = { kind: 'name', name: clock.name };
      const connections: { port: string; value: VExpression }[] = [
        {
          port: 'clock',
          value: clock.edge === 'rising' ? clockNet : { kind: 'unary', operator: '!', operand: clockNet },
        },
      ];
      const input = (port: string, value: Expression): void => {
        connections.push({ port, value: lowering.connection(value, `${name}_${port}`) });
      };
      const output = (port: string, net: string): void => {
        connections.push({ port, value: { kind: 'name', name: net } });
      };
      use.reads.forEach(({ address, net }, index) => {
        const pins = macroPins.read(index);
        input(pins.address, address);
        output(pins.data, net);
      });
      use.syncReads.forEach((read, index) => {
        const pins = macroPins.syncRead(index);
        input(pins.enable, read.enable);
        input(pins.address, read.address);
        output(pins.data, this.module.names.signals.get(read.output)!);
      });
      use.writes.forEach((write, index) => {
        const pins = macroPins.write(index);
        input(pins.enable, write.enable);
        input(pins.address, write.address);
        input(pins.data, write.data);
        if (write.mask !== undefined) input(pins.mask, write.mask);
      });
      return { module: macroName(use.shape), name, connections, macro: use.shape, site: memory.site };
    });
  }

  private useOf(memory: MemoryIr, reads: ReadPort[]): MacroUse {
    const order = Object.keys(underWriteKinds);
    const syncReads = memory.syncReads.toSorted((a, b) => order.indexOf(a.underWrite) - order.indexOf(b.underWrite));
    const accesses = writeAccesses(this.module.writes.get(memory)!, memory);
    const masked = accesses.some(({ mask }) => mask !== undefined);
    const writes = masked ? accesses.map((write) => ({ ...write, mask: maskOf(write, memory) })) : accesses;
    return {
      shape: {
        prefix: memory.macro!,
        depth: memory.depth,
        width: memory.type.width,
        maskWidth: masked ? memory.maskWidth : undefined,
        reads: reads.length,
        syncReads: syncReads.map(({ underWrite }) => underWrite),
        writes: writes.length,
      },
      reads,
      syncReads: syncReads.map(({ address, output }) => ({ enable: this.enableOf(output), address, output })),
      writes,
    };
  }

  private enableOf(output: SignalIr): Expression {
    const group = this.module.sequential.find(({ registers }) => registers[0] === output)!;
    return enableOf(group.statements, output);
  }

  /** The combinational reads of some memories, wherever the module has them. */
  private findReads(memories: readonly MemoryIr[], taken: Set<string>): Map<MemoryIr, ReadPort[]> {
    const { combinational, writes, sequential, names } = this.module;
    const found = new Map<MemoryIr, ReadPort[]>(memories.map((memory) => [memory, []]));
    const pending: Expression[] = [...combinational.values()].map(({ value }) => value);
    for (const statements of writes.values()) pending.push(...expressionsIn(statements));
    for (const { registers, statements } of sequential) {
      // The word that such a register takes is read within the macro.
      if (this.outputs.has(registers[0]!)) pending.push(enableOf(statements, registers[0]!));
      else pending.push(...expressionsIn(statements));
    }
    for (const { syncReads } of memories) pending.push(...syncReads.map(({ address }) => address));
    pending.reverse();
    const seen = new Set<Expression>();
    for (let expression = pending.pop(); expression !== undefined; expression = pending.pop()) {
      if (seen.has(expression)) continue;
      seen.add(expression);
      pending.push(...operandsOf(expression).toReversed());
      const ports = expression.op === 'read' ? found.get(expression.memory) : undefined;
      if (expression.op !== 'read' || ports === undefined) continue;
      const { memory, address } = expression;
      let port = ports.find((each) => each.address === address);
      if (port === undefined) {
        const net = uniqueName(`${names.memories.get(memory)}_${macroPins.read(ports.length).data}`, taken);
        ports.push((port = { address, net }));
      }
      this.words.set(expression, port.net);
    }
    return found;
  }
}
