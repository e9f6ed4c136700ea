import { z } from 'zod';
import { InputError } from '../errors.ts';
import { closest } from '../../gen/diagnostics/closest.ts';
import type { Layer } from './layer.ts';
import { layerFaults } from './layer-faults.ts';

// In this file the message of every schema says what was expected there, as a noun phrase; `describe` below adds the
// key and what it holds.

/** A whole number in a range; `what` says which quantity. */
function wholeNumber(what: string, min: number, max: number) {
  const expected = `a whole number from ${min} to ${max} (${what})`;
  return z.int(expected).min(min, expected).max(max, expected);
}

function flag(what: string) {
  return z.boolean(`true or false (${what})`);
}

/** One number for all output channels, or a list with one per channel (its length depends on other keys). */
function perChannel(what: string, min: number, max: number) {
  const number = wholeNumber(what, min, max);
  return z.union([number, z.array(number)], `a whole number from ${min} to ${max}, or a list of them (${what})`);
}

const stride = z.tuple(
  [wholeNumber('the vertical stride', 1, 1024), wholeNumber('the horizontal stride', 1, 1024)],
  'two whole numbers, such as [1, 1] (vertical, horizontal)',
);

const pad = z.tuple(
  [
    wholeNumber('rows of zeros above', 0, 1024),
    wholeNumber('columns of zeros on the left', 0, 1024),
    wholeNumber('rows of zeros below', 0, 1024),
    wholeNumber('columns of zeros on the right', 0, 1024),
  ],
  'four whole numbers, such as [0, 0, 0, 0] (zeros at top, left, bottom, right)',
);

const output = z.strictObject(
  {
    relu: flag('whether negative results become the zero point').default(false),
    multiplier: perChannel('the multiplier of psum plus bias', 0, 2 ** 31 - 1).default(1),
    shift: perChannel('the shift right after the multiplication', 0, 31).default(0),
    zeroPoint: wholeNumber('the output that stands for zero', -128, 255).default(0),
    signed: flag('whether outputs are int8 and not uint8').default(false),
  },
  'an object with the keys relu, multiplier, shift, zeroPoint, signed',
);

const layer = z.strictObject(
  {
    name: z.string('a string').min(1, 'a name, or no such key').optional(),
    n: wholeNumber('the batch size', 1, 65536).default(1),
    g: wholeNumber('the number of groups', 1, 65536).default(1),
    m: wholeNumber('the filters per group', 1, 65536),
    c: wholeNumber('the input channels per group', 1, 65536),
    h: wholeNumber('the height of the input', 1, 65536),
    w: wholeNumber('the width of the input', 1, 65536),
    r: wholeNumber('the height of the kernel', 1, 256),
    s: wholeNumber('the width of the kernel', 1, 256),
    stride: stride.default([1, 1]),
    pad: pad.default([0, 0, 0, 0]),
    iactSigned: flag('whether iacts are int8 and not uint8').default(false),
    output: output.optional(),
  },
  'a JSON object that describes a layer',
);

/** What other tools call the keys of a layer file. */
const synonyms: Readonly<Record<string, string>> = {
  batch: 'n',
  group: 'g',
  groups: 'g',
  filters: 'm',
  out_channels: 'm',
  outChannels: 'm',
  channels: 'c',
  in_channels: 'c',
  inChannels: 'c',
  height: 'h',
  width: 'w',
  padding: 'pad',
  signed: 'iactSigned',
  scale: 'multiplier',
  zero_point: 'zeroPoint',
};

/**
 * Checks the contents of a layer file: the keys and their types first, then what only several keys together can tell.
 *
 * @param defaultName the name of a layer that gives itself none
 * @throws InputError with every fault found
 */
export function checkLayer(json: unknown, source: string, defaultName: string): Layer {
  const parsed = layer.safeParse(json, { reportInput: true });
  if (!parsed.success) throw inputError(source, describeIssues(parsed.error.issues));
  const { name = defaultName, output, ...rest } = parsed.data;
  const checked: Layer = { name, ...rest, ...(output === undefined ? {} : { output }) };
  const faults = layerFaults(checked);
  if (faults.length > 0) throw inputError(source, faults);
  return checked;
}

function inputError(source: string, faults: string[]): InputError {
  if (faults.length === 1) return new InputError(`${source}: ${faults[0]}`);
  return new InputError(`${source} has ${faults.length} faults:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
}

function describeIssues(issues: z.core.$ZodIssue[]): string[] {
  // A number can break two rules at once (-1.5 is not whole and not positive); both say the same, which is said once.
  const faults = new Set<string>();
  for (const issue of issues.flatMap(reachedFurthest)) {
    if (issue.code === 'unrecognized_keys') {
      for (const unknown of issue.keys) faults.add(describeUnknownKey(unknown, issue.path));
    } else {
      faults.add(describe(keyPath(issue.path), issue));
    }
  }
  return [...faults];
}

/** Of a union's alternatives, the issues of the one whose shape the input has: those that lie deepest in it. */
function reachedFurthest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const inside = issue.errors.flat().filter((nested) => nested.path.length > 0);
  if (inside.length === 0) return [issue];
  return inside.map((nested) => ({ ...nested, path: [...issue.path, ...nested.path] }));
}

function describe(key: string, issue: z.core.$ZodIssue): string {
  if (key === '') return `the file holds ${show(issue.input)}: expected ${issue.message}`;
  if (issue.input === undefined) return `"${key}" is missing: expected ${issue.message}`;
  return `"${key}" is ${show(issue.input)}: expected ${issue.message}`;
}

function describeUnknownKey(unknown: string, parent: PropertyKey[]): string {
  const known = Object.keys((parent.length === 0 ? layer : output).shape);
  const synonym = synonyms[unknown];
  const meant = synonym !== undefined && known.includes(synonym) ? synonym : closest(unknown, known);
  const help =
    meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${keyPath([...parent, meant])}"?`;
  return `unknown key "${keyPath([...parent, unknown])}": ${help}`;
}

/** `output.shift[3]` for ['output', 'shift', 3]. */
function keyPath(path: PropertyKey[]): string {
  return path.reduce<string>((key, part) => {
    if (typeof part === 'number') return `${key}[${part}]`;
    return key === '' ? String(part) : `${key}.${String(part)}`;
  }, '');
}

/** A value as the file has it, cut to a readable length. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
