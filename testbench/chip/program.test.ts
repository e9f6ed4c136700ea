import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/tensor/random.ts';
import type { Mapping } from '../../sim/mapper/mapping.ts';
import { checkProgram } from './check-program.ts';
import { oneOf, randomChip, randomLayer, randomMapping, randomOperands } from './random-cases.ts';
import { full } from '../full.ts';

/** What the clusters of a row have that is different. */
function besides({ horizontal }: Mapping): string[] {
  return Object.entries(horizontal).flatMap(([what, clusters]) => (clusters > 1 ? [what] : []));
}

describe('what a chip is given for a layer', () => {
  it(`makes the functional model give the golden results (random layers, mappings and chips)`, () => {
    const random = Random.stream(4, 'programs');
    const cases = full ? 2000 : 100;
    const ways = new Map<string, number>();
    for (let index = 0; index < cases; index++) {
      const layer = randomLayer(random, `layer ${index}`);
      const operands = randomOperands(random, layer);
      const chip = randomChip(random);
      const wanted = oneOf(random, [
        { psums: true, oacts: false },
        { psums: true, oacts: true },
        { psums: false, oacts: true },
      ]);
      const mapping = randomMapping(random, layer, operands.weights.data, chip);
      const shuffle = random.fraction() < 0.5 ? () => random.fraction() : undefined;
      if (mapping === undefined) continue;
      try {
        checkProgram(layer, operands, mapping, chip, wanted, shuffle);
      } catch (error) {
        throw new Error(`case ${index}: ${JSON.stringify({ layer, mapping, chip, wanted })}`, { cause: error });
      }
      for (const way of [mapping.iacts, mapping.columns, mapping.encoding, ...besides(mapping)])
        ways.set(way, (ways.get(way) ?? 0) + 1);
    }
    for (const way of ['shared', 'own', 'bypass', 'positions', 'filters', 'groups', 'csc', 'dense'])
      expect(`${way}: ${(ways.get(way) ?? 0) > 3 ? 'often' : 'seldom'}`).toBe(`${way}: often`);
  });
});
