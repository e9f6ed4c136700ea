import { InvalidArgumentError } from 'commander';
import type { Bandwidth, Engine, EngineChoice } from './options.ts';
import { engineChoices, engines } from './options.ts';

/** A share, as `--iact-density` takes it. */
export function parseShare(text: string): number {
  const value = parseNumber(text);
  if (value === undefined || value < 0 || value > 1) throw new InvalidArgumentError('Expected a number from 0 to 1.');
  return value;
}

/** A whole number that a double holds exactly, as `--seed` takes it. */
export function parseWhole(text: string): number {
  const value = parseNumber(text);
  if (value === undefined || !Number.isSafeInteger(value)) throw new InvalidArgumentError('Expected a whole number.');
  return value;
}

/** Bytes a cycle, or megabytes (of a million bytes) a second, as `--bandwidth` takes them. */
export function parseBandwidth(text: string): Bandwidth {
  const perSecond = /^(.*\S)\s*MB\/s$/i.exec(text);
  const value = parseNumber(perSecond?.[1] ?? text);
  if (value === undefined || !(value > 0 && value < Infinity)) {
    throw new InvalidArgumentError('Expected bytes a cycle, such as 128, or megabytes a second, such as 25600MB/s.');
  }
  return perSecond === null ? { bytesPerCycle: value } : { megabytesPerSecond: value };
}

/** One of the engines. */
export function parseEngine(text: string): EngineChoice {
  return oneOf(engineChoices, text);
}

/** One of the engines that run the hardware. */
export function parseSimulator(text: string): Engine {
  return oneOf(engines, text);
}

function oneOf<T extends string>(names: readonly T[], text: string): T {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`Available: ${names.join(', ')}.`);
}

/** A path or a name: anything but nothing, which is what an unset shell variable leaves. */
export function parseName(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty.');
  return text;
}

/** Decimal notation only: Number() alone would take '' and '0x10'. */
function parseNumber(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
