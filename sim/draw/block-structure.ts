/** What a checked design is made of: the tree of its instances, with the memories and registers of each. */
import type { CheckedModule } from '../../gen/ir/checked-module.ts';

export interface MemoryShape {
  readonly name: string;
  readonly depth: number;
  readonly width: number;
  /** The word that is read comes from a register, a cycle later, as from an SRAM. */
  readonly registered: boolean;
}

export interface RegisterShape {
  readonly name: string;
  readonly width: number;
}

export interface Block {
  /** Of the instance in its parent. */
  readonly name: string;
  readonly module: string;
  readonly memories: readonly MemoryShape[];
  /** Its own, not those of its children. */
  readonly registers: readonly RegisterShape[];
  readonly children: readonly Block[];
}

/** @param name what the whole is called */
export function blockStructure(checked: CheckedModule, name: string): Block {
  const { names, writes, sequential, children, ir } = checked;
  const outputs = new Set([...writes.keys()].flatMap(({ syncReads }) => syncReads.map(({ output }) => output)));
  return {
    name,
    module: ir.name,
    memories: [...writes.keys()].map((memory) => ({
      name: names.memories.get(memory)!,
      depth: memory.depth,
      width: memory.type.width,
      registered: memory.syncReads.length > 0,
    })),
    // What a memory reads into is told with the memory.
    registers: sequential
      .flatMap(({ registers }) => registers)
      .filter((register) => !outputs.has(register))
      .map((register) => ({ name: names.signals.get(register)!, width: register.type.width })),
    children: [...names.instances].map(([instance, itsName]) =>
      blockStructure(children.get(instance.module)!, itsName),
    ),
  };
}

/** Bits of the registers of a block and of all that is in it. */
export function registerBits({ registers, children }: Block): number {
  return sum(registers.map(({ width }) => width)) + sum(children.map(registerBits));
}

/** Bits of the memories of a block and of all that is in it. */
export function memoryBits({ memories, children }: Block): number {
  return sum(memories.map(({ depth, width }) => depth * width)) + sum(children.map(memoryBits));
}

/** The block at a path of instance names. */
export function blockAt(block: Block, path: readonly string[]): Block {
  const [first, ...rest] = path;
  if (first === undefined) return block;
  const child = block.children.find(({ name }) => name === first);
  if (child === undefined)
    throw new Error(
      `${block.module} has no instance ${first}: it has ${block.children.map(({ name }) => name).join(', ')}`,
    );
  return blockAt(child, rest);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
