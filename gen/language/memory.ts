/** Register files and memories. */
import { defaultDomain } from '../ir/clock-domain.ts';
import type { MemoryIr } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import { type GroundType, groundTypeText } from '../ir/ground-type.ts';
import { currentModule, record } from './module-builder.ts';
import { fatal, make, operand, type Operand, report, type Signal } from './signal.ts';
import { reg } from './state.ts';
import { bitsFor, type SimpleType } from './types.ts';
import type { BoolVal, Drive, UIntVal, Val } from './values.ts';
import { when } from './when.ts';

export interface Memory<T extends SimpleType> {
  readonly depth: number;
  /** Combinational read: a register file. */
  read(address: UIntVal): Val<T>;
  /**
   * Registered read: the value at `address` one cycle later, as an SRAM gives it. It is read where `enable` holds (by default
   * in every cycle), and stays otherwise. A write to the same address in the same cycle is not yet seen.
   */
  readSync(address: UIntVal, options?: { readonly enable?: BoolVal }): Val<T>;
  /** Writes at the rising edge of the clock, under the conditions around the call. */
  write(address: UIntVal, data: Drive<T>): void;
}

/**
 * `depth` words of one type. The address is exactly `bitsFor(depth)` bits wide; addresses beyond the depth read anything and
 * write nothing.
 */
export function mem<const T extends SimpleType>(type: T, depth: number): Memory<T> {
  const builder = currentModule('mem()');
  const site = captureSite();
  if (!Number.isInteger(depth) || depth < 2)
    throw fatal('P001', site, `mem() of depth ${depth}`, 'a depth is a whole number from 2; for one word use reg()');
  const ground: GroundType = { kind: type.kind, width: type.width };
  const memory: MemoryIr = { type: ground, depth, site, macro: false, syncReads: [] };
  builder.ir.memories.push(memory);

  const addressOf = (address: UIntVal, what: string) => {
    const here = captureSite();
    const expression = operand(
      builder,
      address as unknown as Operand,
      { kind: 'uint', width: bitsFor(depth) },
      here,
      what,
    );
    if (expression.type.kind !== 'uint' || expression.type.width !== bitsFor(depth)) {
      report(builder, 'W001', here, {
        message: `${what} of a memory of ${depth} words needs an address of type UInt(${bitsFor(depth)}), and is given ${groundTypeText(expression.type)}`,
        related: [
          { text: 'the memory is declared', site },
          { text: 'the address is made', site: expression.site },
        ],
        fix: `use extend(${bitsFor(depth)}) or trunc(${bitsFor(depth)}) on the address`,
      });
    }
    return expression;
  };
  const read = (address: UIntVal, what: string): Signal =>
    make(builder, { op: 'read', memory, address: addressOf(address, what), type: ground, site: captureSite() });

  return {
    depth,
    read: (address) => read(address, 'read()') as unknown as Val<T>,
    readSync(address, { enable } = {}) {
      const register = reg<SimpleType>(type) as unknown as Signal;
      const fetch = (): void => {
        const word = read(address, 'readSync()');
        word.expression.anonymous = true;
        register.set(word);
      };
      if (enable === undefined) fetch();
      else when(enable, fetch);
      return register as unknown as Val<T>;
    },
    write(address, data) {
      const here = captureSite();
      const value = operand(builder, data as unknown as Operand, ground, here, 'write()');
      if (value.type.width !== ground.width || value.type.kind !== ground.kind) {
        report(builder, 'W002', here, {
          message: `${groundTypeText(value.type)} is written into a memory of ${groundTypeText(ground)}`,
          related: [{ text: 'the memory is declared', site }],
          fix: 'extend, trunc or cast the data to the type of the memory',
        });
      }
      record(builder, {
        kind: 'write',
        memory,
        address: addressOf(address, 'write()'),
        data: value,
        domain: defaultDomain,
        site: here,
      });
    },
  };
}
