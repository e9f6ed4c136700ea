/** The keys of a network file, and of its entries beyond those of layer files. */
import { z } from 'zod';

// As in layer files, the message of every schema says what was expected there.

const share = (what: string) => {
  const expected = `a number from 0 to 1 (${what})`;
  return z.number(expected).min(0, expected).max(1, expected);
};

const name = z.string('a string').min(1, 'a name');

const whole = (what: string, min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max} (${what})`;
  return z.int(expected).min(min, expected).max(max, expected);
};

const about = z.union([name.transform((text) => [text]), z.array(name)], 'a text, or a list of them').default([]);

/** What a layer of a network has beside the keys of layer files. */
export const layerExtras = {
  op: z.literal('layer', '"layer"').optional(),
  about,
  from: name.optional(),
  activation: z.enum(['relu', 'none'], '"relu" or "none"').optional(),
  weightDensity: share('the share of non-zeros in synthetic weights').optional(),
  prunedWeightDensity: share('the same where the network is pruned').optional(),
  outputDensity: share('the share of non-zeros that is wanted in the outputs').optional(),
  weights: name.optional(),
  bias: name.optional(),
};

export const extras = z.strictObject(layerExtras, 'an object');

const pair = (what: string) =>
  z.tuple([whole(what, 1, 1024), whole(what, 1, 1024)], 'two whole numbers, such as [2, 2]');
const padding = whole('rows or columns beyond the input', 0, 1024);
const pool = {
  about,
  name: name.optional(),
  from: name.optional(),
  size: pair('height and width of the window'),
  stride: pair('vertical and horizontal step; the size unless given').optional(),
  pad: z
    .tuple([padding, padding, padding, padding], 'four whole numbers: top, left, bottom, right')
    .default([0, 0, 0, 0]),
  outputDensity: share('the share of non-zeros that is wanted in the outputs').optional(),
};

const factor = whole('a factor of the sum', 0, 2 ** 31 - 1);

/** What the host does, by the `op` of an entry. */
export const hostEntry = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('max-pool'), ...pool }),
  z.strictObject({ op: z.literal('average-pool'), ...pool }),
  z.strictObject({
    op: z.literal('add'),
    about,
    name: name.optional(),
    from: z.tuple([name, name], 'the names of two entries'),
    relu: z.boolean('true or false').default(false),
    multipliers: z.tuple([factor, factor], 'two whole numbers').optional(),
    shift: whole('the shift right after the multiplication', 0, 31).optional(),
  }),
  z.strictObject({
    op: z.literal('concat'),
    about,
    name: name.optional(),
    from: z.array(name, 'a list of the names of entries').min(2, 'the names of at least two entries'),
  }),
  z.strictObject({ op: z.literal('flatten'), about, name: name.optional(), from: name.optional() }),
]);

export type HostEntryFile = z.infer<typeof hostEntry>;

export const operations = ['layer', ...hostEntry.options.map((option) => option.shape.op.value)];

export const networkFile = z.strictObject(
  {
    name: name.optional(),
    about,
    input: z
      .strictObject(
        { density: share('the share of non-zeros of a synthetic input').default(1), file: name.optional() },
        'an object with the keys density, file',
      )
      .default({ density: 1 }),
    layers: z.array(z.record(z.string(), z.unknown(), 'an object'), 'a list of layers').min(1, 'at least one layer'),
  },
  'a JSON object that describes a network',
);

/** A sentence for each fault. */
export function faultsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    const key = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') return `unknown key "${issue.keys.join('", "')}"`;
    const holds = issue.input === undefined ? 'is missing' : `is ${JSON.stringify(issue.input)?.slice(0, 60)}`;
    return key === '' ? `expected ${issue.message}` : `"${key}" ${holds}: expected ${issue.message}`;
  });
}
