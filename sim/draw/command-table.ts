/** The command of a layer and the counters as Markdown, from the types and tables that the hardware is made from. */
import type { BundleType, DataType, SimpleType } from '../../gen/index.ts';
import { LayerCommand, PsumTarget, RouterMode } from '../../hw/control/command.ts';
import { chipCounters, clusterCounters, COUNTER_WORD_BITS } from '../../hw/control/counters.ts';
import type { ChipParameters } from '../../hw/parameters.ts';
import { COMMAND_WORD_BITS, commandFields, commandWordCount, type LayerCommandValue } from '../chip/command-words.ts';
import type { ChipProgram } from '../chip/chip-program.ts';
import { fieldMeanings } from './field-meanings.ts';
import { markdownTable } from './markdown-table.ts';

/** A vector on the way to a field: the letter of its index, its elements, and how many bits lie from one to the next. */
export interface FieldIndex {
  readonly letter: string;
  readonly length: number;
  readonly stride: number;
}

/** A field, or those of the same name in all elements of a vector. */
export interface CommandField {
  /** `clusters[i].iactRouters[j].local` */
  readonly path: string;
  readonly type: SimpleType;
  /** Lowest bit, with all indices zero. */
  readonly low: number;
  readonly indices: readonly FieldIndex[];
}

const indexLetters = ['i', 'j', 'k'];

/** The fields of a packed bundle in the order of their declaration. The first field of a bundle is packed on top. */
export function collapsedFields(type: BundleType): CommandField[] {
  const fields: CommandField[] = [];
  const walk = (part: DataType, path: string, top: number, indices: readonly FieldIndex[]): void => {
    if (part.kind === 'bundle') {
      let high = top;
      for (const [name, field] of Object.entries(part.fields)) {
        walk(field, path === '' ? name : `${path}.${name}`, high, indices);
        high -= bitsOf(field);
      }
    } else if (part.kind === 'vec') {
      const stride = bitsOf(part.element);
      const letter = indexLetters[indices.length]!;
      const first = top - (part.length - 1) * stride;
      walk(part.element, `${path}[${letter}]`, first, [...indices, { letter, length: part.length, stride }]);
    } else {
      fields.push({ path, type: part, low: top - part.width, indices });
    }
  };
  walk(type, '', bitsOf(type), []);
  return fields;
}

function bitsOf(type: DataType): number {
  if (type.kind === 'vec') return type.length * bitsOf(type.element);
  if (type.kind === 'bundle') return Object.values(type.fields).reduce((sum, field) => sum + bitsOf(field), 0);
  return type.width;
}

/** The page about the command of a chip. */
export function commandPage(chip: ChipParameters, name: string): string {
  return [
    `# The command of a layer\n`,
    `${intro(chip, name)}\n`,
    ...fieldTables(chip, undefined),
    `## Modes and targets\n`,
    enumTable(),
    `## Counters\n`,
    `After the layer the counters come, in words of ${COUNTER_WORD_BITS} bits and in this order: those of the chip, then for each cluster i, row by row\nof the mesh, its own. A counter of a cluster has ${chip.counterBits} bits, and stays at its highest value once it gets there. What follows from\nthem is in [the chip's README](../README.md#counters).\n`,
    countersTable(),
  ].join('\n');
}

/** The same page with what a layer's command says. */
export function commandOfLayer({ chipLayer: { chip, layer }, command }: ChipProgram, name: string): string {
  return [
    `# The command of ${layer.name}\n`,
    `${intro(chip, name)}\n`,
    ...fieldTables(chip, command),
    `## What each PE listens to\n`,
    selectTable(chip, command),
    `## Routers\n`,
    routersTable(chip, command),
  ].join('\n');
}

function intro(chip: ChipParameters, name: string): string {
  const top = commandFields(chip).at(-1)!;
  return [
    `The command of \`${name}\` has ${top.low + top.width} bits, which come as ${commandWordCount(chip)} words of ${COMMAND_WORD_BITS} bits, the lowest first: bit b is bit b mod ${COMMAND_WORD_BITS} of word`,
    `b div ${COMMAND_WORD_BITS}. The position of a field is its lowest bit. A vector has element 0 at the bottom, so a field of element i lies so`,
    `many bits higher for each i.`,
  ].join('\n');
}

const groupTitles: Readonly<Record<string, string>> = {
  pe: 'PEs',
  peSelect: 'Which iacts a PE listens to',
  iactBank: 'Iact banks',
  psumBank: 'Psum banks',
  output: 'Output units',
  clusters: 'Each cluster its own',
};

function fieldTables(chip: ChipParameters, command: LayerCommandValue | undefined): string[] {
  const meanings = fieldMeanings(chip);
  const fields = collapsedFields(LayerCommand(chip));
  return Object.keys(LayerCommand(chip).fields).flatMap((group) => {
    const own = fields.filter(({ path }) => path.split(/[.[]/)[0] === group);
    // What differs from element to element stands in tables of its own.
    const values = command !== undefined && own.some(({ indices }) => indices.length === 0) ? command : undefined;
    const rows = own.map((field) => [
      `\`${field.path}\``,
      String(field.type.width),
      positionText(field),
      ...(values === undefined ? [] : [valueAt(values, field.path)]),
      meanings.get(field.path.replaceAll(/\[\w\]/g, ''))!,
    ]);
    const header = ['field', 'bits', 'position', ...(values === undefined ? [] : ['value']), 'meaning'];
    return [
      `## ${groupTitles[group] ?? group}\n`,
      ...(own.some(({ indices }) => indices.length > 0) ? [`${indexRanges(own)}\n`] : []),
      markdownTable(header, rows, ['left', 'right', 'right', ...(values === undefined ? [] : (['right'] as const))]),
    ];
  });
}

/** `1164 + 3·i` */
function positionText({ low, indices }: CommandField): string {
  return [String(low), ...indices.map(({ letter, stride }) => `${stride}·${letter}`)].join(' + ');
}

function indexRanges(fields: readonly CommandField[]): string {
  const ranges = fields.flatMap(({ path, indices }) =>
    indices.map(({ letter, length }, depth) => {
      const vector = path.split(']')[depth]!.replace(/^\./, '').replace(/\[\w$/, '');
      return `${letter} is 0 to ${length - 1} in \`${vector}\``;
    }),
  );
  return `${[...new Set(ranges)].join('; ')}.`;
}

function valueAt(command: LayerCommandValue, path: string): string {
  const names = path.replace(/\[\w\]$/, '').split('.');
  const value = names.reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], command);
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function enumTable(): string {
  const values = (type: typeof RouterMode | typeof PsumTarget): string =>
    [...type.enumeration.members].map(([member, pattern]) => `${pattern} \`${member}\``).join(', ');
  return markdownTable(
    ['type', 'values'],
    [
      ['mode of an iact or weight router', values(RouterMode)],
      ['target of a psum router', values(PsumTarget)],
    ],
  );
}

/** Every counter with its place among the words. */
function countersTable(): string {
  const own = clusterCounters.length;
  return markdownTable(
    ['word', 'counter', 'counts'],
    [
      ...chipCounters.map(({ name, counts }, index) => [String(index), `\`${name}\``, counts]),
      ...clusterCounters.map(({ name, counts }, index) => [
        `${chipCounters.length + index} + ${own}·i`,
        `\`${name}\``,
        counts,
      ]),
    ],
    ['right'],
  );
}

function selectTable({ peRows, peColumns }: ChipParameters, { peSelect }: LayerCommandValue): string {
  const columns = Array.from({ length: peColumns }, (_, column) => column);
  const rows = Array.from({ length: peRows }, (_, row) => [
    `PE row ${row}`,
    ...columns.map((column) => {
      const { router, slot } = peSelect[row * peColumns + column]!;
      return `router ${router}, slot ${slot}`;
    }),
  ]);
  return markdownTable(['', ...columns.map((column) => `column ${column}`)], rows);
}

function routersTable({ clusterColumns }: ChipParameters, { clusters }: LayerCommandValue): string {
  const rows = clusters.map(({ iactRouters, weightRouters, psumRouter, chainFirst, chainLast, iactSource }, index) => [
    `${Math.floor(index / clusterColumns)},${index % clusterColumns}`,
    alike(iactRouters),
    alike(weightRouters),
    onesOf(psumRouter, 'none').replaceAll(': ', ' → '),
    yes(chainFirst),
    yes(chainLast),
    yes(iactSource),
  ]);
  return markdownTable(
    ['cluster', 'iact routers', 'weight routers', 'psum routers', 'chainFirst', 'chainLast', 'iactSource'],
    rows,
  );
}

/** What routers say, once where it is the same for all. */
function alike(routers: readonly Readonly<Record<string, string>>[]): string {
  const said = routers.map((modes) => onesOf(modes, 'off'));
  return new Set(said).size === 1 ? said[0]! : said.map((each, index) => `${index} ${each}`).join('; ');
}

/** `local: unicast`; sources that are off are left out. */
function onesOf(modes: Readonly<Record<string, string>>, off: string): string {
  const on = Object.entries(modes).filter(([, mode]) => mode !== off);
  return on.length === 0 ? off : on.map(([source, mode]) => `${source}: ${mode}`).join(', ');
}

function yes(flag: boolean): string {
  return flag ? 'yes' : '';
}
