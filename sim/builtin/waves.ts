/**
 * Waveforms as text, to read in a terminal and to keep in a test:
 *
 *     cycle      0         5
 *     enq_valid  ▁▁▔▔▔▔▁▁▁▁▁▁
 *     level      │0  │1│2    │
 */
import type { GroundType } from '../../gen/ir/ground-type.ts';
import type { Driver } from '../driver/drive.ts';
import type { Ports } from '../../gen/index.ts';
import { BuiltinSimulation } from './simulation.ts';

export interface Waves {
  /** The values of a signal before each edge since `waves` was called. */
  values(name: string): readonly (number | bigint)[];
  /** From cycle `from` up to and without cycle `to`; all by default. Cycles count from the call of `waves`. */
  text(range?: { readonly from?: number; readonly to?: number }): string;
}

interface Row {
  readonly name: string;
  readonly type: GroundType;
  readonly values: (number | bigint)[];
}

/** The cycles between numbers above the waves. */
const RULER = 5;

/**
 * Records signals from now on: ports by their names in the Verilog, anything else by its path (`queue.count`), and `clock`.
 *
 * @throws Error for a name that is not in the design, and for a simulation in Verilator
 */
export function waves<P extends Ports>({ simulation }: Pick<Driver<P>, 'simulation'>, names: readonly string[]): Waves {
  if (!(simulation instanceof BuiltinSimulation))
    throw new Error('waves look inside a simulation: use the built-in simulator, engine: "builtin"');
  const rows = names.map((name): Row => ({ name, type: simulation.typeOf(name), values: [] }));
  simulation.watch(() => {
    for (const { name, values } of rows) values.push(simulation.peek(name));
  });
  return {
    values: (name) => rows.find((row) => row.name === name)?.values ?? [],
    text({ from = 0, to = Infinity } = {}) {
      const shown = rows.map((row) => ({ ...row, values: row.values.slice(from, to) }));
      const runs = shown.map((row) => (row.type.width === 1 && row.type.enumeration === undefined ? [] : runsOf(row)));
      // As narrow as every value allows in the cycles that it lasts.
      const width = Math.max(2, ...runs.flat().map(({ text, cycles }) => Math.ceil((text.length + 1) / cycles)));
      const label = Math.max(...['cycle', ...names].map(({ length }) => length)) + 2;
      const count = Math.max(0, ...shown.map(({ values }) => values.length));
      const lines = shown.map((row, index) => {
        const { name, values, type } = row;
        if (simulation.isClock(name))
          return (
            name.padEnd(label) + `${'▔'.repeat(Math.ceil(width / 2))}${'▁'.repeat(Math.floor(width / 2))}`.repeat(count)
          );
        if (type.width === 1 && type.enumeration === undefined)
          return name.padEnd(label) + values.map((value) => (Number(value) === 0 ? '▁' : '▔').repeat(width)).join('');
        const cells = runs[index]!.map(({ text, cycles }) => `│${text}`.padEnd(cycles * width));
        return `${name.padEnd(label)}${cells.join('')}│`;
      });
      return [ruler(label, width, from, count), ...lines].join('\n');
    },
  };
}

/** Values with the number of cycles that they last. */
function runsOf({ type, values }: Row): { text: string; cycles: number }[] {
  const runs: { text: string; cycles: number }[] = [];
  for (const value of values) {
    const text = textOf(type, value);
    const last = runs.at(-1);
    if (last?.text === text) last.cycles++;
    else runs.push({ text, cycles: 1 });
  }
  return runs;
}

/** Members of an enum by name, numbers in decimal, and those above 32 bits in hexadecimal. */
function textOf({ enumeration, kind, width }: GroundType, value: number | bigint): string {
  for (const [member, pattern] of enumeration?.members ?? []) if (pattern === BigInt(value)) return member;
  return width > 32 && kind !== 'sint' ? `0x${value.toString(16)}` : String(value);
}

function ruler(label: number, width: number, from: number, count: number): string {
  let line = 'cycle'.padEnd(label);
  for (let cycle = 0; cycle < count; cycle++) {
    const at = label + cycle * width;
    if ((cycle === 0 || (from + cycle) % RULER === 0) && line.length <= at)
      line = line.padEnd(at) + String(from + cycle);
  }
  return line;
}
