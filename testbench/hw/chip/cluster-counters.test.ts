import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../gen/source/package-root.ts';
import { ClusterCounters, CounterAmounts } from '../../../hw/control/cluster-counters.ts';
import { chipCounters, clusterCounters, COUNTER_SETTLE_CYCLES } from '../../../hw/control/counters.ts';
import { chipLike } from '../../../sim/config/chip-like.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { Random } from '../../../sim/tensor/random.ts';

const chip = chipLike({ counterBits: 10 });
const names = clusterCounters.map(({ name }) => name);
const fields = CounterAmounts(chip).fields;

describe('the counters of a cluster', () => {
  test('grow while counting, stay at their highest value, and leave in the order of the table', async () => {
    const dut = await drive(ClusterCounters(chip), { engine: 'builtin' });
    const random = Random.stream(5, 'counters');
    // In the second run everything happens in every cycle.
    for (const [run, cycles] of [0, 60, 50, 400].entries()) {
      const expected = names.map(() => 0);
      for (let cycle = 0; cycle < cycles; cycle++) {
        const amounts = names.map((name) => {
          const most = 2 ** fields[name].width - 1;
          return run === 1 ? most : random.integer(0, most);
        });
        const counting = run === 1 || random.fraction() < 0.7;
        dut.ports.counting.poke(counting);
        dut.ports.amounts.poke(Object.fromEntries(names.map((name, index) => [name, amounts[index]!])) as never);
        dut.step();
        if (counting) amounts.forEach((amount, at) => (expected[at] = Math.min(1023, expected[at]! + amount)));
      }
      dut.ports.counting.poke(false);
      dut.step(COUNTER_SETTLE_CYCLES);
      // Behind this cluster's counters stand the next one's.
      const behind = names.map((_, index) => 700 + index);
      const read = [...names, ...names].map((_, index) => {
        const value = dut.ports.first.peek();
        dut.ports.shift.poke(false);
        dut.step(index % 3);
        dut.ports.shift.poke(true);
        dut.ports.next.poke(behind[index] ?? 0);
        dut.step();
        return value;
      });
      dut.ports.shift.poke(false);
      expect(read).toEqual([...expected, ...behind]);
    }
    dut.close();
  });

  test('stand in the manual as in the table', () => {
    const manual = readFileSync(join(packageRoot(), 'hw/README.md'), 'utf8');
    const rows = [...manual.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(([, name, counts]) => ({ name, counts }));
    expect(rows).toEqual([...chipCounters, ...clusterCounters]);
  });

  test('have names and sentences of their own', () => {
    const infos = [...chipCounters, ...clusterCounters];
    expect(new Set(infos.map(({ name }) => name)).size).toBe(infos.length);
    expect(new Set(infos.map(({ counts }) => counts)).size).toBe(infos.length);
    for (const { counts } of infos) expect(counts).toMatch(/^[A-Z].*[.]$/s);
  });
});
