import { describe, expect, it } from 'vitest';
import type { DataType } from '../../gen/index.ts';
import { LaneWord } from '../../hw/control/lanes.ts';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { Pe } from '../../hw/pe/pe.ts';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { packedFields } from '../../sim/chip/command-words.ts';
import { drawArray } from '../../sim/draw/array.ts';
import { type Block, blockStructure, memoryBits, registerBits } from '../../sim/draw/block-structure.ts';
import { exampleVectors } from '../../sim/draw/csc-example.ts';
import { drawFormats } from '../../sim/draw/formats.ts';
import { drawPe } from '../../sim/draw/pe.ts';
import { findLayer } from '../../sim/layer/library.ts';
import { mappedProgram } from '../../sim/run/draw-layer.ts';

const textsOf = (svg: string): string[] => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

describe("the paper's example", () => {
  it('is encoded as in Fig 16', () => {
    const { data, counts, addresses } = exampleVectors(eyerissV2Pe);
    expect(data.join('')).toBe('abcdefghijkl');
    expect(counts).toEqual([1, 0, 0, 0, 1, 2, 3, 1, 1, 0, 0, 0]);
    expect(addresses).toEqual([0, 2, 5, 6, 6, 7, 9, 9, 12]);
  });

  it('stands in the drawing as words', () => {
    const texts = textsOf(drawFormats(eyerissV2Chip));
    // Ends 1, 3, 4 of the columns; then 1 a below 0 b; and a segment of two entries, which begins with 1 a.
    for (const word of ['040301', '002101', '101002']) expect(texts).toContain(word);
  });
});

describe('the drawing of the formats', () => {
  it('gives every word of a link its 24 bits, and the word of an output lane its own', () => {
    const texts = textsOf(drawFormats(eyerissV2Chip));
    // The number of the highest bit, once for each word: 2 + 3 + 3 + 4 of the links.
    expect(texts.filter((text) => text === '23')).toHaveLength(12);
    expect(texts.filter((text) => text === '24')).toEqual([]);
    const lane = packedBits(LaneWord(eyerissV2Chip));
    expect(texts).toContain(String(lane - 1));
    expect(texts).toContain(`${lane} bits`);
  });
});

/** Bits of a packed type, by its fields. */
function packedBits(type: DataType): number {
  return packedFields(type).reduce((sum, { width }) => sum + width, 0);
}

describe('the drawing of a PE', () => {
  const texts = textsOf(drawPe(eyerissV2Pe));
  const pe = blockStructure(Pe(eyerissV2Pe).checked, 'pe');

  it('has every instance and every memory of its blocks, with their sizes', () => {
    for (const block of pe.children) {
      for (const { name } of [...block.children, ...block.memories]) expect(texts).toContain(name);
      for (const { depth, width } of block.memories) expect(texts).toContain(`${depth} × ${width}b`);
    }
  });

  it('follows the parameters', () => {
    const other = textsOf(drawPe({ ...eyerissV2Pe, weightDataDepth: 80, psumBits: 22 }));
    const plain = textsOf(drawPe({ ...eyerissV2Pe, macs: 1, sparse: false })).join('\n');
    expect(plain).toMatch(/one MAC of 8b by 8b/);
    expect(plain).not.toMatch(/\bcounts?\b|address SPad/);
    expect(other).toContain('80 × 24b');
    expect(other).toContain('psumOut: 2 × 22b');
  });

  it('counts the bits of memories and registers', () => {
    const leaf = (bits: number): Block => ({
      name: 'leaf',
      module: 'Leaf',
      memories: [{ name: 'words', depth: 3, width: bits, registered: false }],
      registers: [{ name: 'count', width: 2 }],
      children: [],
    });
    const whole: Block = { ...leaf(1), children: [leaf(4), leaf(5)] };
    expect([memoryBits(whole), registerBits(whole)]).toEqual([3 + 12 + 15, 6]);
    expect(memoryBits(pe)).toBeGreaterThan(96 * 24);
  });
});

describe.each(['mobilenet-conv4-pw', 'mobilenet-conv4-dw', 'alexnet-conv1', 'lenet5-fc1'])(
  'the drawing of %s',
  (name) => {
    const program = mappedProgram(findLayer(name), eyerissV2Chip);
    const { chipLayer, command } = program;
    const texts = textsOf(drawArray(program, 'v2'));

    it('has all clusters, all PEs of one, and the modes of all routers', () => {
      for (const { row, column } of chipLayer.roles) expect(texts).toContain(`cluster ${row},${column}`);
      for (let row = 0; row < 3; row++)
        for (let column = 0; column < 4; column++) expect(texts).toContain(`PE ${row},${column}`);
      const on = command.clusters.flatMap(({ iactRouters, weightRouters }) =>
        [...iactRouters, ...weightRouters].flatMap((modes) => Object.values(modes).filter((mode) => mode !== 'off')),
      );
      for (const [letter, mode] of [
        ['U', 'unicast'],
        ['H', 'horizontal'],
        ['V', 'vertical'],
        ['B', 'broadcast'],
      ] as const)
        expect(texts.filter((text) => text === letter).length).toBe(on.filter((each) => each === mode).length);
    });
  },
);
