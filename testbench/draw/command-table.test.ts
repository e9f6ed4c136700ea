import { describe, expect, it } from 'vitest';
import { LayerCommand } from '../../hw/control/command.ts';
import { chipCounters, clusterCounters } from '../../hw/control/counters.ts';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { commandFields } from '../../sim/chip/command-words.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { collapsedFields, commandOfLayer, commandPage, type FieldIndex } from '../../sim/draw/command-table.ts';
import { fieldMeanings } from '../../sim/draw/field-meanings.ts';
import { findLayer } from '../../sim/layer/library.ts';
import { mappedProgram } from '../../sim/run/draw-layer.ts';

const chips = [eyerissV2Chip, chipLike({ clusterRows: 3, clusterColumns: 1, peRows: 2, peColumns: 5, iactBanks: 4 })];

/** All fields that stand in a row of the table, with their places. */
function expanded(path: string, low: number, indices: readonly FieldIndex[]): { path: string; low: number }[] {
  const [index, ...rest] = indices;
  if (index === undefined) return [{ path, low }];
  return Array.from({ length: index.length }, (_, at) =>
    expanded(path.replace(`[${index.letter}]`, `[${at}]`), low + at * index.stride, rest),
  ).flat();
}

describe('the rows of the command table', () => {
  it.each(chips)('are the fields that a command is packed from, each once', (chip) => {
    const rows = collapsedFields(LayerCommand(chip)).flatMap(({ path, type, low, indices }) =>
      expanded(path, low, indices).map((each) => ({ ...each, width: type.width })),
    );
    const packed = commandFields(chip).map(({ path, low, width }) => ({ path, low, width }));
    expect(rows.toSorted((one, other) => one.low - other.low)).toEqual(packed);
  });

  it('all have a meaning', () => {
    const meanings = fieldMeanings(eyerissV2Chip);
    const paths = collapsedFields(LayerCommand(eyerissV2Chip)).map(({ path }) => path.replaceAll(/\[\w\]/g, ''));
    expect([...meanings.keys()].sort()).toEqual(paths.sort());
    expect(meanings.get('pe.segmentLength')).toBe('Iacts of a segment.');
    expect(meanings.get('clusters.weightRouters.side')).toBe('Mode of weights from the horizontal neighbour.');
    expect(meanings.get('output.windows')).toBe('Windows of a column between two changes of the filters.');
  });
});

describe('the page about the command', () => {
  const page = commandPage(eyerissV2Chip, 'v2');

  it('has a row for every field and every counter', () => {
    for (const { path } of collapsedFields(LayerCommand(eyerissV2Chip))) expect(page).toContain(`| \`${path}\` `);
    for (const { name, counts } of [...chipCounters, ...clusterCounters]) {
      const row = page.split('\n').find((line) => line.includes(`| \`${name}\` `));
      expect(row).toContain(counts);
    }
  });
});

describe('the command of a layer', () => {
  const program = mappedProgram(findLayer('lenet5-fc1'), eyerissV2Chip);
  const page = commandOfLayer(program, 'v2');
  const cellsOf = (start: string): string[] =>
    page
      .split('\n')
      .find((line) => line.startsWith(start))!
      .split('|')
      .map((cell) => cell.trim());

  it('tells what each field is', () => {
    expect(cellsOf('| `pe.filters`')[4]).toBe(String(program.command.pe.filters));
    expect(cellsOf('| `output.tiles`')[4]).toBe(String(program.command.output.tiles));
    expect(cellsOf('| `iactBank.bypass`')[4]).toBe(String(program.command.iactBank.bypass));
  });

  it('tells the modes of each cluster', () => {
    const fed = program.command.clusters.findIndex(({ iactSource }) => iactSource);
    const [, , iacts, weights, psums, first, last, source] = cellsOf(`| ${Math.floor(fed / 2)},${fed % 2} `);
    expect([iacts, weights, psums]).toEqual(['local: broadcast', 'local: unicast', 'bank → pe, pe → bank']);
    expect([first, last, source]).toEqual(['yes', 'yes', 'yes']);
  });
});
