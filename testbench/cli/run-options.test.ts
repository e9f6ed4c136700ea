import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { generateCommand } from '../../sim/cli/generate.ts';
import type { GenerateOptions, RunOptions } from '../../sim/cli/options.ts';
import { runCommand } from '../../sim/cli/run.ts';

const nothingGiven: RunOptions = {
  layer: 'mobilenet-conv4-pw',
  config: undefined,
  engine: 'verilator',
  encoding: 'auto',
  order: 'balanced',
  bandwidth: undefined,
  energy: undefined,
  iacts: undefined,
  weights: undefined,
  bias: undefined,
  seed: 1,
  iactDensity: 0.728,
  weightDensity: 0.52,
  psums: undefined,
  oacts: undefined,
  report: undefined,
  trace: undefined,
  checkPsums: false,
  explain: false,
  json: false,
  quiet: false,
};

type MakeCommand<Options> = (
  implementation: (options: Options) => Promise<number>,
  finish: (code: number) => void,
) => Command;

/** What the implementation is called with, and the exit code, when it returns 1. */
async function call<Options>(make: MakeCommand<Options>, args: string): Promise<{ options: Options[]; code: number }> {
  const seen: Options[] = [];
  let exitCode = -1;
  const command = make(
    (options) => {
      seen.push(options);
      return Promise.resolve(1);
    },
    (code) => {
      exitCode = code;
    },
  );
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  await command.parseAsync(args === '' ? [] : args.split(' '), { from: 'user' });
  return { options: seen, code: exitCode };
}

/** The message with which a command line is refused. */
async function refusal(args: string): Promise<string> {
  try {
    const { options } = await call<RunOptions>(runCommand, args);
    return `accepted as ${JSON.stringify(options)}`;
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
}

describe('saccade run', () => {
  test('without arguments asks for the demo layer, and passes the exit code on', async () => {
    expect(await call<RunOptions>(runCommand, '')).toEqual({ options: [nothingGiven], code: 1 });
  });

  test('every option arrives', async () => {
    const args =
      'l.json --config c --engine verilator --encoding dense --order given --iacts i.npy --weights w.npy --bias b.npy --seed -7 ' +
      '--bandwidth 128 --psums p.npy --oacts o.npy --report r.json --trace t.fst --check-psums --json --quiet';
    expect((await call<RunOptions>(runCommand, args)).options).toEqual([
      {
        ...nothingGiven,
        layer: 'l.json',
        config: 'c',
        encoding: 'dense',
        order: 'given',
        bandwidth: { bytesPerCycle: 128 },
        iacts: 'i.npy',
        weights: 'w.npy',
        bias: 'b.npy',
        seed: -7,
        psums: 'p.npy',
        oacts: 'o.npy',
        report: 'r.json',
        trace: 't.fst',
        checkPsums: true,
        json: true,
        quiet: true,
      },
    ]);
  });

  test('densities from 0 to 1 in any decimal notation', async () => {
    const { options } = await call<RunOptions>(runCommand, '--iact-density 0 --weight-density 5e-1');
    expect(options).toEqual([{ ...nothingGiven, iactDensity: 0, weightDensity: 0.5 }]);
  });

  test.each([
    ['12.5', { bytesPerCycle: 12.5 }],
    ['1e2', { bytesPerCycle: 100 }],
    ['25600MB/s', { megabytesPerSecond: 25_600 }],
    ['0.5mb/s', { megabytesPerSecond: 0.5 }],
  ])('a bandwidth of %s', async (text, bandwidth) => {
    const { options } = await call<RunOptions>(runCommand, `--bandwidth ${text} --explain`);
    expect(options).toEqual([{ ...nothingGiven, bandwidth, explain: true }]);
  });

  test.each(['0', '-1', 'fast', '128B', 'MB/s', '1e999', 'Infinity', '10GB/s', '0MB/s', '0x10'])(
    'a bandwidth of %s is refused',
    async (text) => {
      expect(await refusal(`--bandwidth=${text}`)).toContain(
        'Expected bytes a cycle, such as 128, or megabytes a second, such as 25600MB/s.',
      );
    },
  );

  test.each([
    ['--iact-density 1.01', 'Expected a number from 0 to 1.'],
    ['--weight-density -0.1', 'Expected a number from 0 to 1.'],
    ['--weight-density half', 'Expected a number from 0 to 1.'],
    ['--weight-density 0x1', 'Expected a number from 0 to 1.'],
    ['--iact-density=', 'Expected a number from 0 to 1.'],
    ['--iact-density NaN', 'Expected a number from 0 to 1.'],
    ['--seed 1.5', 'Expected a whole number.'],
    ['--seed 9007199254740992', 'Expected a whole number.'],
    ['--seed', "option '--seed <n>' argument missing"],
    ['--engine spice', "argument 'spice' is invalid. Available: verilator, builtin, estimate."],
    ['--encoding rle', 'Allowed choices are auto, csc, dense.'],
    ['--order random', 'Allowed choices are balanced, given.'],
    ['--iacts=', 'It is empty.'],
    ['--iacts i.npy --iact-density 0.5', "cannot be used with option '--iacts <file>'"],
    ['--weights w.npy --weight-density 0.5', "cannot be used with option '--weights <file>'"],
    ['--explain --quiet', "option '--explain' cannot be used with option '--quiet'"],
    ['--iact i.npy', '(Did you mean --iacts?)'],
    ['a.json b.json', 'too many arguments'],
  ])('%s is refused', async (args, part) => {
    expect(await refusal(args)).toContain(part);
  });
});

describe('saccade generate', () => {
  test('writes to out/rtl unless told otherwise', async () => {
    const { options } = await call<GenerateOptions>(generateCommand, '');
    expect(options).toEqual([{ config: undefined, out: 'out/rtl', printConfig: false, locations: false }]);
  });

  test('every option arrives', async () => {
    const { options } = await call<GenerateOptions>(
      generateCommand,
      '--config c.json --out d --print-config --locations',
    );
    expect(options).toEqual([{ config: 'c.json', out: 'd', printConfig: true, locations: true }]);
  });
});
