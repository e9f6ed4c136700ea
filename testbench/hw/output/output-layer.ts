import type { HostDrive } from '../../../sim/driver/index.ts';
import type { Random } from '../../../sim/tensor/random.ts';
import type { OutputCommand } from '../../../hw/control/command.ts';
import { segmentWords } from './expected-words.ts';
import { type Channel, type Range, requantised } from './requantised.ts';

/** The command of an output unit, by the number of filters. */
export type Command = Omit<HostDrive<ReturnType<typeof OutputCommand>>, 'lastFilter' | 'tableHalves'> &
  Range & {
    readonly psums: boolean;
    readonly oacts: boolean;
    readonly filters: number;
    readonly windows: number;
    readonly tiles: number;
    readonly ownColumns: boolean;
    readonly dense: boolean;
    readonly segmentLength: number;
  };

/** A word of the output as the port shows it. */
export interface Word {
  readonly data: number;
  readonly column: number;
  readonly psum: boolean;
  readonly last: boolean;
}

/** The psums and parameters of a layer, and what has to come of them. */
export interface OutputLayer {
  readonly command: Command;
  /** Psums by column, window and filter. */
  readonly psums: readonly (readonly (readonly number[])[])[];
  readonly parameterWords: readonly number[];
  /** Words by column and window. */
  readonly expected: readonly (readonly (readonly Word[])[])[];
}

/** The three words of a channel. */
export function channelWords({ bias, multiplier, shift }: Channel): number[] {
  const unsigned = bias < 0 ? bias + 2 ** 32 : bias;
  return [
    unsigned % 2 ** 24,
    (multiplier % 2 ** 16) * 2 ** 8 + Math.floor(unsigned / 2 ** 24),
    shift * 2 ** 16 + Math.floor(multiplier / 2 ** 16),
  ];
}

/** A layer of random psums, of which about half become zeros, and a few random parameters that saturate. */
export function randomLayer(random: Random, command: Command, columns: number, psumBits = 20): OutputLayer {
  const tiles = Array.from({ length: command.tiles }, () => {
    const sets = Array.from({ length: command.ownColumns ? columns : 1 }, () =>
      Array.from({ length: command.filters }, () => randomChannel(random)),
    );
    return { sets, of: (column: number) => sets[command.ownColumns ? column : 0]! };
  });
  const limit = 2 ** (psumBits - 1);
  const psums = Array.from({ length: columns }, () =>
    Array.from({ length: command.tiles * command.windows }, () =>
      Array.from({ length: command.filters }, () =>
        random.fraction() < 0.1 ? random.integer(-limit, limit - 1) : random.integer(-4000, 4000),
      ),
    ),
  );
  const expected = psums.map((windows, column) =>
    windows.map((window, index) => {
      const channels = tiles[Math.floor(index / command.windows)]!.of(column);
      const raw = command.psums ? window.map((psum) => psum & 0xffffff) : [];
      const outputs = window.map((psum, filter) => requantised(psum, channels[filter]!, command));
      const coded = command.oacts ? segmentWords(outputs, command.segmentLength, command.dense) : [];
      return [...raw, ...coded].map((data, at): Word => {
        const last = at === raw.length + coded.length - 1;
        return { data, column, psum: at < raw.length, last };
      });
    }),
  );
  const parameterWords = command.oacts ? tiles.flatMap(({ sets }) => sets.flat().flatMap(channelWords)) : [];
  return { command, psums, parameterWords, expected };
}

function randomChannel(random: Random): Channel {
  if (random.fraction() < 0.1)
    return {
      bias: random.integer(-(2 ** 31), 2 ** 31 - 1),
      multiplier: random.integer(0, 2 ** 31 - 1),
      shift: random.integer(0, 31),
    };
  const shift = random.integer(12, 31);
  return { bias: random.integer(-500, 500), multiplier: Math.floor(2 ** (shift - 6) * random.fraction()), shift };
}

/** A command that makes sense, of whatever fits the unit. */
export function randomCommand(random: Random, mostFilters: number, change: Partial<Command> = {}): Command {
  const filters = random.integer(1, mostFilters);
  const lengths = Array.from({ length: filters }, (_, index) => index + 1).filter((length) => filters % length === 0);
  const kind = random.integer(0, 3);
  const signed = random.fraction() < 0.5;
  const zeroPoint = random.fraction() < 0.7 ? 0 : signed ? random.integer(-128, 127) : random.integer(0, 255);
  return {
    psums: kind === 0 || kind === 1,
    oacts: kind !== 0,
    filters,
    windows: random.integer(1, 12),
    tiles: random.integer(1, 6),
    ownColumns: random.fraction() < 0.5,
    zeroPoint,
    low: random.fraction() < 0.5 ? zeroPoint : signed ? -128 : 0,
    high: signed ? 127 : 255,
    dense: random.fraction() < 0.3,
    segmentLength: lengths[random.integer(0, lengths.length - 1)]!,
    ...change,
  };
}
