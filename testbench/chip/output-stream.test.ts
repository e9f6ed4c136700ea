import { describe, expect, it } from 'vitest';
import { type ChipParameters, eyerissV2Chip } from '../../hw/parameters.ts';
import { chipProgram } from '../../sim/chip/chip-program.ts';
import { decodeOutputs } from '../../sim/chip/output-stream.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { listOfWords } from './check-program.ts';
import { runFunctionalChip } from './model/functional-chip.ts';
import type { OutputWordValue } from './model/output-unit.ts';

const chip: ChipParameters = {
  ...eyerissV2Chip,
  clusterRows: 2,
  clusterColumns: 1,
  peRows: 1,
  peColumns: 2,
  iactBanks: 1,
  iactLanes: 2,
  weightLanes: 2,
  outputLanes: 2,
};
const layer = parseLayer(
  { m: 4, c: 3, h: 4, w: 2, r: 1, s: 1, output: { multiplier: 1, shift: 12, zeroPoint: 100 } },
  'layer',
);
const mapping: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 4,
  channels: 2,
  kernelColumns: 1,
  windows: 2,
  rows: 1,
  columns: 'positions',
  horizontal: across('positions', 1),
  vertical: { groups: 1, positions: 1, filters: 1, chain: 2 },
  iacts: 'own',
  replay: false,
};
const operands = synthesiseOperands(layer, { seed: 1, iactDensity: 1, weightDensity: 1 });
const wanted = { psums: true, oacts: true };
const program = chipProgram(layer, operands, mapping, chip, wanted);
const { words } = runFunctionalChip(chip, program);

/** Decodes the words of the cluster that gives outputs after some change. */
function decode(change: (words: OutputWordValue[]) => OutputWordValue[], first: OutputWordValue[] = []) {
  const changed = [first, change([...words[1]!])];
  return decodeOutputs(program.chipLayer, wanted, (cluster) => listOfWords(changed[cluster]!));
}

describe('output words', () => {
  it('give psums and outputs', () => {
    const { psums, oacts } = decode((all) => all);
    expect(psums!.shape).toEqual([1, 4, 4, 2]);
    expect(oacts!.data).toBeInstanceOf(Uint8Array);
    expect(words[0]).toEqual([]);
  });

  const start = 'the chip failed on layer layer: outputs of cluster 1: ';
  const faults: [string, (words: OutputWordValue[]) => OutputWordValue[], string][] = [
    [
      'a window is missing',
      (all) => all.slice(0, all.findLastIndex(({ last }, at) => last && at < all.length - 1) + 1),
      'gave 3 windows of 4',
    ],
    [
      'a window comes twice',
      (all) => [...all, ...all.slice(0, all.findIndex(({ last }) => last) + 1)],
      'column 0 gives more than the 4 windows',
    ],
    ['the last word is missing', (all) => all.slice(0, -1), 'has no last word after word'],
    ['a psum is missing', (all) => all.slice(1), 'a window has 3 psums in place of 4, at word 0'],
    ['a psum comes twice', (all) => [all[0]!, ...all], 'a window has 5 psums in place of 4, at word 0'],
    ['a word of a segment comes twice', (all) => [...all.slice(0, 5), ...all.slice(4)], 'words of outputs in place of'],
    [
      'a segment has a value beyond its end',
      (all) => all.map((word, at) => (at === 4 ? { ...word, data: word.data | 0xf00000 } : word)),
      'a segment of 4 outputs has one at place 15',
    ],
    [
      'a word of another column lies within a window',
      (all) => all.map((word, at) => (at === 1 ? { ...word, column: 1 } : word)),
      'word 1 is of column 1, within a window of column 0',
    ],
    [
      'a column does not exist',
      (all) => all.map((word) => ({ ...word, column: 2 })),
      'word 0 is of column 2: there are 2',
    ],
  ];
  for (const [what, change, message] of faults) {
    it(`are refused where ${what}`, () => {
      expect(() => decode(change)).toThrow(message);
      expect(() => decode(change)).toThrow(start);
    });
  }

  it('are refused where a cluster gives some whose psums go on', () => {
    expect(() => decode((all) => all, [words[1]![0]!])).toThrow(
      'outputs of cluster 0: 1 words came, but its psums go on',
    );
  });
});
