import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { networkCommand } from '../../sim/cli/network.ts';
import type { NetworkOptions } from '../../sim/network/network-options.ts';
import { saccadeInProcess } from './in-process.ts';

const nothingGiven: NetworkOptions = {
  network: 'alexnet',
  config: undefined,
  engine: 'verilator',
  encoding: 'auto',
  order: 'balanced',
  bandwidth: undefined,
  energy: undefined,
  seed: 1,
  sparse: false,
  iacts: undefined,
  weights: undefined,
  bias: undefined,
  iactDensity: undefined,
  weightDensity: undefined,
  masks: undefined,
  layers: undefined,
  jobs: 1,
  resume: undefined,
  oacts: undefined,
  psums: undefined,
  report: undefined,
  trace: undefined,
  page: undefined,
  json: false,
  quiet: false,
};

async function call(args: string): Promise<NetworkOptions | string> {
  let seen: NetworkOptions | undefined;
  let code = -1;
  const implementation = (options: NetworkOptions) => {
    seen = options;
    return Promise.resolve(1);
  };
  const command = networkCommand(implementation, (exitCode) => (code = exitCode));
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  try {
    await command.parseAsync(args.split(' '), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
  expect(code).toBe(1);
  return seen!;
}

test('a network alone', async () => {
  expect(await call('alexnet')).toEqual(nothingGiven);
});

test('every option arrives', async () => {
  const args =
    'n.json --config c --engine builtin --encoding csc --order given --bandwidth 25600MB/s --sparse --seed 7 --layers A,B --jobs 3 ' +
    '--resume d --oacts o.npy --report r.json --page p --json --quiet --iacts i.npy --weights w --bias b --masks k --energy e.json ' +
    '--psums p.npy --trace t.fst';
  expect(await call(args)).toEqual({
    network: 'n.json',
    config: 'c',
    engine: 'builtin',
    encoding: 'csc',
    order: 'given',
    bandwidth: { megabytesPerSecond: 25_600 },
    seed: 7,
    sparse: true,
    layers: ['A', 'B'],
    jobs: 3,
    resume: 'd',
    oacts: 'o.npy',
    report: 'r.json',
    page: 'p',
    json: true,
    quiet: true,
    iacts: 'i.npy',
    weights: 'w',
    bias: 'b',
    iactDensity: undefined,
    weightDensity: undefined,
    masks: 'k',
    energy: 'e.json',
    psums: 'p.npy',
    trace: 't.fst',
  });
  expect(await call('alexnet --iact-density 0.5 --weight-density 0.25')).toEqual({
    ...nothingGiven,
    iactDensity: 0.5,
    weightDensity: 0.25,
  });
});

test.each([
  ['alexnet --jobs 0', 'Expected a whole number from 1 to 1024.'],
  ['alexnet --jobs 1.5', 'Expected a whole number.'],
  ['alexnet --layers A,,B', 'Expected names with commas between them'],
  ['alexnet --sparce', '(Did you mean --sparse?)'],
  ['alexnet --weight-density 1 --sparse', "'--weight-density <d>' cannot be used with option '--sparse'"],
  ['alexnet --iact-density 1 --iacts i.npy', "'--iact-density <d>' cannot be used with option '--iacts <file>'"],
  ['alexnet --iact-density 2', 'Expected a number from 0 to 1.'],
  ['alexnet vgg16', 'too many arguments'],
  ['alexnet --engine spice', 'Available: verilator, builtin, estimate.'],
])('%s is refused', async (args, part) => {
  expect(await call(args)).toContain(part);
});

test('the program knows it, with its help', async () => {
  const { status, stdout } = await saccadeInProcess(['network', '--help']);
  expect(status).toBe(0);
  for (const part of [
    'Usage: saccade network',
    '--resume <dir>',
    'mobilenet-v1-0.5-128',
    'googlenet',
    '--masks <dir>',
    'Examples:',
  ]) {
    expect(stdout).toContain(part);
  }
  expect((await saccadeInProcess(['network', 'alexnt'])).stderr).toContain('did you mean "alexnet"?');
});
