/** Register files, memories and tables. */
import { type GroundType, groundTypeText, sameType } from '../ir/ground-type.ts';
import type { Expression, MemoryIr } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import { type Constant, type ContentsFile, wordsOfData, wordsOfFile } from './memory-contents.ts';
import { maskOf, wordOf } from './memory-word.ts';
import { unpack } from './functions.ts';
import { currentDomain, currentModule, keep, record } from './module-builder.ts';
import { fatal, report } from './report.ts';
import { make, operand, type Operand, Signal } from './signal.ts';
import { reg } from './state.ts';
import { bitsFor, type DataType, groundOf, type SimpleType, type VecType, widthOf } from './types.ts';
import type { BitsVal, BoolVal, Drive, Literal, UIntVal, Val } from './values.ts';
import { when } from './when.ts';

export interface MemoryOptions<T extends DataType> {
  /**
   * Words at power-up, from address 0 on; the rest is zero. Reset does not bring them back. A memory that has them and that
   * nothing writes is a table (ROM).
   */
  readonly initial?: readonly Constant<T>[] | ContentsFile;
  /**
   * Bits that one bit of a write's mask stands for: 8 makes byte enables. It divides the width. A memory of vectors has by
   * default one bit for each element.
   */
  readonly maskWidth?: number;
  /**
   * Puts the memory into a Verilog module of its own, named for its shape (`mem_512x24_1rs1w`), in a file that a wrapper
   * around an SRAM macro can take the place of. `true` is an SRAM, which has registered reads and no initial contents; a name
   * takes the place of `mem`, and such a memory may have combinational reads too.
   */
  readonly macro?: boolean | string;
}

export interface ReadOptions {
  /** Where it does not hold, the word read before stays. */
  readonly enable?: BoolVal;
  /**
   * What a read gives where the same word is written at the same clock edge: the word before it, the word after it, or
   * whichever the memory likes; `old` by default. Simulation takes `any` as `old`.
   */
  readonly underWrite?: 'old' | 'new' | 'any';
}

/** What says which parts of a word are written; for vectors a Bool for each element. */
export type Mask<T extends DataType> = T extends VecType ? readonly (BoolVal | boolean)[] | BitsVal : BitsVal | Literal;

/** A memory's ports: each call is one, and any number of each is allowed. */
export interface Memory<T extends DataType> {
  readonly depth: number;
  /** Combinational read: a register file. */
  read(address: UIntVal | Literal): Val<T>;
  /**
   * Registered read: the value at `address` one cycle later, as an SRAM gives it. It is read in every cycle, or where
   * `enable` and the conditions around the call hold.
   */
  readSync(address: UIntVal | Literal, options?: ReadOptions): Val<T>;
  /**
   * Writes at the edge of the clock, under the conditions around the call; of several writes to one word, the later call
   * counts. With a mask, only the parts whose bit is set are written.
   */
  write(address: UIntVal | Literal, data: Drive<T>, options?: { readonly mask?: Mask<T> }): void;
}

/**
 * `depth` words of one type. The address is exactly `bitsFor(depth)` bits wide; addresses beyond the depth read anything and
 * write nothing.
 */
export function mem<const T extends DataType>(
  type: T,
  depth: number,
  options: MemoryOptions<NoInfer<T>> = {},
): Memory<T> {
  const builder = currentModule('mem()');
  const site = captureSite();
  if (!Number.isInteger(depth) || depth < 2)
    throw fatal('P001', site, `mem() of depth ${depth}`, 'a depth is a whole number from 2; for one word use reg()');
  const stored = storedType(type);
  const ground = groundOf(stored);
  const memory: MemoryIr = { type: ground, depth, site, ...settled(type, depth, options), syncReads: [] };
  builder.ir.memories.push(memory);

  const addressOf = (address: UIntVal | Literal, what: string): Expression => {
    const here = captureSite();
    const wanted: GroundType = { kind: 'uint', width: bitsFor(depth) };
    const expression = operand(builder, address as unknown as Operand, wanted, here, what);
    if (!sameType(expression.type, wanted)) {
      report(builder, 'W001', here, {
        message: `${what} of a memory of ${depth} words needs an address of type UInt(${wanted.width}), and is given ${groundTypeText(expression.type)}`,
        related: [
          { text: 'the memory is declared', site },
          { text: 'the address is made', site: expression.site },
        ],
        fix: `use extend(${wanted.width}) or trunc(${wanted.width}) on the address`,
      });
    }
    return expression;
  };
  /** The word as a value of the memory's type. */
  const asValue = (word: Signal): Val<T> => (stored === type ? word : unpack(type, word as never)) as Val<T>;

  const ports: Memory<T> = {
    depth,
    read(address) {
      if (options.macro === true) {
        report(builder, 'M006', captureSite(), {
          message: 'read() of a memory that is to be an SRAM macro, which has registered reads only',
          related: [{ text: 'the memory is declared', site }],
          fix: "use readSync(); or name the macro, for one that has such reads: macro: 'regfile'",
        });
      }
      const word = make(builder, {
        op: 'read',
        memory,
        address: addressOf(address, 'read()'),
        type: ground,
        site: captureSite(),
        // Its parts are what the variable names.
        ...(stored === type ? {} : { anonymous: true }),
      });
      return asValue(word);
    },
    readSync(address, { enable, underWrite = 'old' } = {}) {
      const here = captureSite();
      const register = reg<SimpleType>(stored) as unknown as Signal;
      const { signal: output } = register.expression as Extract<Expression, { op: 'signal' }>;
      const domain = currentDomain(builder);
      const fetch = (): void => {
        const from = addressOf(address, 'readSync()');
        const word: Expression = { op: 'read', memory, address: from, type: ground, site: here, anonymous: true };
        register.set(new Signal(builder, keep(builder, word)));
        memory.syncReads.push({ memory, address: from, output, underWrite, domain, site: here });
      };
      if (enable === undefined) fetch();
      else when(enable, fetch);
      return asValue(register);
    },
    write(address, data, { mask } = {}) {
      const here = captureSite();
      const lanes = mask === undefined ? undefined : maskOf(builder, memory, type, mask, here);
      record(builder, {
        kind: 'write',
        memory,
        address: addressOf(address, 'write()'),
        data: wordOf(builder, memory, type, data, here),
        ...(lanes === undefined ? {} : { mask: lanes }),
        domain: currentDomain(builder),
        site: here,
      });
    },
  };
  memoryOf.set(ports, memory);
  return ports;
}

const memoryOf = new WeakMap<object, MemoryIr>();

/** The memory behind what `mem()` gives; undefined of anything else. */
export function memoryIrOf(value: object): MemoryIr | undefined {
  return memoryOf.get(value);
}

/** Aggregates are kept as the bits of all their parts. */
function storedType(type: DataType): SimpleType {
  return type.kind === 'bundle' || type.kind === 'vec' ? { kind: 'bits', width: widthOf(type) } : type;
}

/** What the options come to. */
function settled(
  type: DataType,
  depth: number,
  { initial, maskWidth = elementWidth(type), macro = false }: MemoryOptions<DataType>,
): Pick<MemoryIr, 'maskWidth' | 'initial' | 'macro'> {
  const site = captureSite();
  const width = widthOf(type);
  if (maskWidth !== undefined && (!Number.isInteger(maskWidth) || maskWidth < 1 || width % maskWidth !== 0)) {
    throw fatal(
      'M002',
      site,
      `a maskWidth of ${maskWidth} does not divide the ${width} bits of a word`,
      'every bit of a mask stands for as many bits: give a whole number that divides the width',
    );
  }
  const macroName = macro === true ? 'mem' : macro === false ? undefined : macro;
  if (macroName !== undefined && !/^[A-Za-z_]\w*$/.test(macroName)) {
    throw fatal(
      'N001',
      site,
      `"${macroName}" can't name a macro`,
      'use letters, digits and _, not starting with a digit',
    );
  }
  if (macroName !== undefined && initial !== undefined) {
    throw fatal(
      'M006',
      site,
      'a memory with initial contents is to be a macro, and macros power up with anything',
      'leave out `macro`, or write the contents after reset',
    );
  }
  const filled = { type, depth, site };
  const words =
    initial === undefined ? undefined : 'file' in initial ? wordsOfFile(filled, initial) : wordsOfData(filled, initial);
  return {
    ...(maskWidth === undefined ? {} : { maskWidth }),
    ...(words === undefined ? {} : { initial: words }),
    ...(macroName === undefined ? {} : { macro: macroName }),
  };
}

function elementWidth(type: DataType): number | undefined {
  return type.kind === 'vec' ? widthOf(type.element) : undefined;
}
