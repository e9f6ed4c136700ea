/**
 * Pass: registered reads that see what is being written get it past the memory. Every other registered read is, as described,
 * a register that takes a word of the memory; so all that comes after knows only combinational reads, registers and writes.
 */
import type { Expression, MemoryIr, ModuleIr, SignalIr, Statement, SyncReadIr } from '../ir/module-ir.ts';
import { bodiesOf, withBodies } from '../ir/module-ir.ts';
import { both, choice, equal, part, readAs } from './logic.ts';
import { maskOf, type WriteAccess, writeAccesses } from './memory-accesses.ts';

/** The module with the statements of such reads replaced; the same one where it has none. */
export function resolveMemories(ir: ModuleIr): ModuleIr {
  const bypassed = new Map<SignalIr, SyncReadIr>();
  for (const { syncReads } of ir.memories) {
    for (const read of syncReads) if (read.underWrite === 'new') bypassed.set(read.output, read);
  }
  if (bypassed.size === 0) return ir;

  const writes = new Map<MemoryIr, readonly WriteAccess[]>();
  const resolve = (statement: Statement): Statement => {
    if (statement.kind === 'when' || statement.kind === 'switch')
      return withBodies(
        statement,
        bodiesOf(statement).map((body) => body.map(resolve)),
      );
    const read = statement.kind === 'assign' ? bypassed.get(statement.target) : undefined;
    if (statement.kind !== 'assign' || read === undefined) return statement;
    const { memory } = read;
    if (!writes.has(memory)) writes.set(memory, writeAccesses(ir.body, memory));
    return { ...statement, value: withBypass(read, statement.value, writes.get(memory)!) };
  };
  return { ...ir, body: ir.body.map(resolve) };
}

/** The word after the writes of this cycle: each, in order, takes the place of what it covers. */
function withBypass(
  { memory, address, site }: SyncReadIr,
  word: Expression,
  writes: readonly WriteAccess[],
): Expression {
  const hits = writes.map((write) => both(write.enable, equal(write.address, address, site), site));
  if (writes.every(({ mask }) => mask === undefined))
    return writes.reduce((value, { data }, index) => choice(hits[index]!, data, value, site), word);

  const { type, maskWidth = type.width } = memory;
  const lanes = Array.from({ length: type.width / maskWidth }, (_, lane) => {
    const [high, low] = [(lane + 1) * maskWidth - 1, lane * maskWidth];
    return writes.reduce(
      (value, write, index) => {
        const covers = readAs(part(maskOf(write, memory), lane, lane), { kind: 'bool', width: 1 });
        return choice(both(hits[index]!, covers, site), part(write.data, high, low), value, site);
      },
      part(word, high, low),
    );
  });
  if (lanes.length === 1) return readAs(lanes[0]!, type);
  return readAs({ op: 'concat', parts: lanes.toReversed(), type: { kind: 'bits', width: type.width }, site }, type);
}
