import { describe, expect, test } from 'vitest';
import { full } from '../full.ts';
import { examples } from '../gen/examples.ts';
import { hasIcarus } from '../gen/tools.ts';
import { differences } from './differences.ts';

describe.skipIf(!hasIcarus)('every example does the same in the built-in simulator and in Icarus Verilog', () => {
  test.each(examples.map((example) => [example.name, example] as const))('%s', (_, example) => {
    expect(differences(example, full ? 3000 : 400)).toEqual([]);
  });
});
