import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emitVerilog } from '../../gen/index.ts';
import { BuiltinSimulation } from '../../sim/builtin/simulation.ts';
import { waves } from '../../sim/builtin/waves.ts';
import { drive } from '../../sim/driver/drive.ts';
import { Fifo, MacPipe } from '../gen/examples.ts';
import { hasIcarus } from '../gen/tools.ts';
import { randomCycles } from './differences.ts';
import { agrees, runClocked } from './icarus.ts';

test('waves as text', async () => {
  const dut = await drive(Fifo({ width: 8, depth: 5 }), { engine: 'builtin' });
  const seen = waves(dut, ['clock', 'enq_valid', 'enq_data', 'deq_valid', 'level', 'head']);
  dut.exchange({ send: { enq: [200, 7, 7] } });
  dut.step(2);
  dut.exchange({ expect: { deq: 2 } });
  expect(seen.values('level')).toEqual([0, 1, 2, 3, 3, 3, 2]);
  expect(seen.text()).toMatchInlineSnapshot(`
    "cycle      0                   5
    clock      ▔▔▁▁▔▔▁▁▔▔▁▁▔▔▁▁▔▔▁▁▔▔▁▁▔▔▁▁
    enq_valid  ▔▔▔▔▔▔▔▔▔▔▔▔▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
    enq_data   │200│7                      │
    deq_valid  ▁▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔
    level      │0  │1  │2  │3          │2  │
    head       │0  │1  │2  │3              │"
  `);
  expect(seen.text({ from: 3, to: 5 })).toMatchInlineSnapshot(`
    "cycle      3
    clock      ▔▁▔▁
    enq_valid  ▁▁▁▁
    enq_data   │7  │
    deq_valid  ▔▔▔▔
    level      │3  │
    head       │3  │"
  `);
  expect(() => waves(dut, ['levle'])).toThrow('did you mean "level"?');
});

type Changes = Map<string, { readonly at: number; readonly bits: string }[]>;

/** The changes of every signal of a VCD by its path below the top; throws where the file is not well formed. */
function parseVcd(text: string): Changes {
  const paths = new Map<string, { name: string; width: number }[]>();
  const changes: Changes = new Map();
  const scopes: string[] = [];
  const [header, body] = text.split(/\$enddefinitions\s+\$end/) as [string, string];
  for (const [, kind, rest] of header.matchAll(/\$(\w+)\s+(.*?)\s*\$end\b/gs)) {
    if (kind === 'scope') scopes.push(rest!.split(/\s+/)[1]!);
    else if (kind === 'upscope') scopes.pop();
    else if (kind === 'var') {
      const [, width, id, name] = rest!.split(/\s+/) as [string, string, string, string];
      const path = [...scopes.slice(scopes[0] === 'testbench' ? 2 : 1), name].join('.');
      paths.set(id, [...(paths.get(id) ?? []), { name: path, width: Number(width) }]);
      changes.set(path, []);
    }
  }
  if (scopes.length > 0) throw new Error(`scopes that do not end: ${scopes.join(', ')}`);
  let at = -1;
  for (const line of body.split('\n')) {
    const change = /^b([01xz]+) (\S+)$/.exec(line) ?? /^([01xz])(\S+)$/.exec(line);
    if (line.startsWith('#')) {
      if (Number(line.slice(1)) <= at) throw new Error(`time goes back: ${line}`);
      at = Number(line.slice(1));
    } else if (change !== null) {
      for (const { name, width } of paths.get(change[2]!)!) {
        if (change[1]!.length > width) throw new Error(`${name} has ${width} bits: ${line}`);
        const fill = /^[xz]/.test(change[1]!) ? change[1]![0]! : '0';
        changes.get(name)!.push({ at, bits: change[1]!.padStart(width, fill) });
      }
    } else if (!/^(\$.*)?$/.test(line)) throw new Error(`what is this? ${line}`);
  }
  return changes;
}

describe.skipIf(!hasIcarus)('a VCD says what the one of Icarus Verilog says', () => {
  test.each([Fifo({ width: 8, depth: 5 }), MacPipe({ width: 8, accWidth: 20 })])('$name', (dut) => {
    const design = emitVerilog(dut);
    const cycles = randomCycles(design, 60);
    const folder = mkdtempSync(join(tmpdir(), 'saccade-vcd-'));
    try {
      const trace = join(folder, 'run.vcd');
      const sim = new BuiltinSimulation(dut, { trace });
      for (const cycle of cycles) {
        for (const [name, value] of Object.entries(cycle)) if (name !== 'clock') sim.poke(name, value);
        sim.step();
      }
      sim.close();
      const own = parseVcd(readFileSync(trace, 'utf8'));
      const theirs = parseVcd(runClocked(design, cycles).vcd);
      const valueAt = (changes: Changes, name: string, time: number): string =>
        changes.get(name)!.findLast(({ at }) => at <= time)?.bits ?? 'x';
      const common = [...theirs.keys()].filter((name) => own.has(name));
      expect(common.length).toBeGreaterThan(10);
      for (const name of common) {
        for (let time = 0; time < 2 * cycles.length; time++) {
          const expected = valueAt(theirs, name, time);
          const value = valueAt(own, name, time);
          expect(agrees(BigInt(`0b${value}`), expected), `${name} at ${time}: ${value}, not ${expected}`).toBe(true);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
