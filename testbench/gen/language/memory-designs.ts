/** Memories with every kind of port, by themselves and as macros, for tests that compare the two and a model. */
import { Bits, Bool, In, mem, type MemoryOptions, module, type Module, Out, UInt, when } from '../../../gen/index.ts';

export const DEPTH = 16;
const word = Bits(16);
const address = UInt(4);

export const everyPortPorts = {
  first: In(Bool),
  firstAddress: In(address),
  firstData: In(word),
  mask: In(Bits(4)),
  second: In(Bool),
  secondAddress: In(address),
  secondData: In(word),
  third: In(Bool),
  readAddress: In(address),
  otherAddress: In(address),
  enable: In(Bool),
  now: Out(word),
  other: Out(word),
  old: Out(word),
  fresh: Out(word),
  held: Out(word),
  heldFresh: Out(word),
  any: Out(word),
};

/**
 * Two writes that exclude each other, of which one is masked, and a third after them, whole, unless both are asked for; reads of every kind. Whatever
 * is unknown at first is only what was never written.
 */
export function everyPort(name: string, options: MemoryOptions<typeof word> = {}): Module<typeof everyPortPorts> {
  return module(name, everyPortPorts, (io) => {
    const words = mem(word, DEPTH, { maskWidth: 4, ...options });
    when(io.first, () => words.write(io.firstAddress, io.firstData, { mask: io.mask })).elseWhen(io.second, () =>
      words.write(io.secondAddress, io.secondData),
    );
    when(io.first.and(io.second), () => {}).elseWhen(io.third, () =>
      words.write(io.otherAddress, io.secondData.xor(io.firstData)),
    );
    io.now.set(words.read(io.readAddress));
    io.other.set(words.read(io.otherAddress));
    io.old.set(words.readSync(io.readAddress));
    io.fresh.set(words.readSync(io.readAddress, { underWrite: 'new' }));
    io.held.set(words.readSync(io.readAddress, { enable: io.enable }));
    io.heldFresh.set(words.readSync(io.otherAddress, { enable: io.enable, underWrite: 'new' }));
    when(io.enable, () => io.any.set(words.readSync(io.otherAddress, { underWrite: 'any' }))).otherwise(() =>
      io.any.set(0),
    );
  });
}

export interface Step {
  readonly first: boolean;
  readonly firstAddress: number;
  readonly firstData: number;
  readonly mask: number;
  readonly second: boolean;
  readonly secondAddress: number;
  readonly secondData: number;
  readonly third: boolean;
  readonly readAddress: number;
  readonly otherAddress: number;
  readonly enable: boolean;
}

/** What `everyPort` means, after words and registers are all known. */
export class EveryPortModel {
  private readonly words: number[] = new Array<number>(DEPTH).fill(0);
  private old = 0;
  private fresh = 0;
  private held = 0;
  private heldFresh = 0;
  private any = 0;

  outputs(now: Step): Record<string, number> {
    const { old, fresh, held, heldFresh } = this;
    return {
      now: this.words[now.readAddress]!,
      other: this.words[now.otherAddress]!,
      old,
      fresh,
      held,
      heldFresh,
      any: now.enable ? this.any : 0,
    };
  }

  clock(now: Step): void {
    const before = [...this.words];
    if (now.first) {
      for (let lane = 0; lane < 4; lane++) {
        const bits = 0xf << (4 * lane);
        if ((now.mask >> lane) & 1)
          this.words[now.firstAddress] = (this.words[now.firstAddress]! & ~bits) | (now.firstData & bits);
      }
    } else if (now.second) this.words[now.secondAddress] = now.secondData;
    if (now.third && !(now.first && now.second)) this.words[now.otherAddress] = now.secondData ^ now.firstData;
    this.old = before[now.readAddress]!;
    this.fresh = this.words[now.readAddress]!;
    if (now.enable) {
      this.held = before[now.readAddress]!;
      this.heldFresh = this.words[now.otherAddress]!;
      this.any = before[now.otherAddress]!;
    }
  }
}

/** Cycles that give every word and register a value: zero. */
export const clearing: readonly Step[] = Array.from({ length: DEPTH + 1 }, (_, index) => ({
  first: false,
  firstAddress: 0,
  firstData: 0,
  mask: 0,
  second: true,
  secondAddress: index % DEPTH,
  secondData: 0,
  third: false,
  readAddress: 0,
  otherAddress: 0,
  enable: true,
}));

/** Random cycles in few words, so that ports meet often; the same for the same seed. */
export function randomSteps(count: number, seed: number): Step[] {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 12) % limit;
  };
  return Array.from({ length: count }, () => ({
    first: below(2) === 0,
    firstAddress: below(3),
    firstData: below(65_536),
    mask: below(16),
    second: below(2) === 0,
    secondAddress: below(3),
    secondData: below(65_536),
    third: below(3) === 0,
    readAddress: below(3),
    otherAddress: below(3),
    enable: below(2) === 0,
  }));
}
