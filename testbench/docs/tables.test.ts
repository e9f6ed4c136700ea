/** Tables of the reference that say what a function does: every row is tried. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as hdl from '../../gen/index.ts';
import type { DataType, StreamSink, StreamSource } from '../../gen/index.ts';
import { typeText } from '../../gen/language/type-of.ts';
import { packageRoot } from '../../gen/source/package-root.ts';
import { drive } from '../../sim/driver/index.ts';

const { In, module, Out, Stream, UInt } = hdl;

const docs = join(packageRoot(), 'gen/docs');

/** The rows of the table whose header begins with these columns, cell by cell. */
function rowsOf(page: string, ...columns: readonly string[]): string[][] {
  const lines = readFileSync(join(docs, page), 'utf8').split('\n');
  const header = lines.findIndex((line) => columns.every((column, index) => cellsOf(line)[index] === column));
  expect(header).toBeGreaterThan(0);
  const rest = lines.slice(header + 2);
  return rest.slice(0, rest.findIndex((line) => !line.startsWith('|'))).map(cellsOf); // prettier-ignore
}

function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The pieces of code in a cell. */
function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

/** What a piece of code comes to, with names for what it refers to beside the package's own. */
function evaluate(code: string, names: Readonly<Record<string, unknown>>): unknown {
  const all = { ...hdl, ...names };
  // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call
  return new Function(...Object.keys(all), `return ${code};`)(...Object.values(all)) as unknown;
}

describe('operators', () => {
  const rows = rowsOf('reference/types.md', 'expression', 'operands', 'gives').flatMap(
    ([expressions, operands, gives]) =>
      codeIn(expressions!).map((expression) => ({ expression, operands: codeIn(operands!), gives: codeIn(gives!)[0] })),
  );

  it('are all there', () => expect(rows.length).toBeGreaterThan(35));

  it.each(rows)('$expression of $operands', ({ expression, operands, gives }) => {
    const ports = operands.map((type, index) => ['abi'.charAt(index), In(evaluate(type, {}) as DataType)] as const);
    module('Tried', Object.fromEntries(ports), (values) => {
      const result = evaluate(expression, { b: undefined, i: undefined, ...values }) as object;
      expect(typeText(hdl.typeOf(result))).toBe(gives);
      hdl.keep(result);
    });
  });
});

describe('streams', () => {
  const rows = rowsOf('reference/streams.md', 'call', 'latency', 'beats a cycle').map(
    ([call, latency, rate, forwards, back, holds]) => ({
      call: codeIn(call!)[0]!,
      latency: Number(latency),
      cyclesPerBeat: rate === '1' ? 1 : 2,
      forwards: forwards!,
      back: back!,
      holds: holds === '–' ? 0 : Number.parseInt(holds!, 10),
    }),
  );
  const ports = { source: In(Stream(UInt(8))), condition: In(hdl.Bool), sink: Out(Stream(UInt(8))) };
  const tried = (call: string) =>
    module('Tried', ports, ({ source, condition, sink }) => {
      // Streams beside the one that is looked at: one that always has a beat, one that never does, one that takes all.
      const other = (valid: boolean) => {
        const made = hdl.channel(UInt(8));
        made.valid.set(valid);
        made.data.set(0);
        return made;
      };
      const names = { always: other(true), never: other(false), index: hdl.lit(UInt(1), 0), condition };
      const result = evaluate(call.replace(/\[0\]$/, ''), { source, ...names });
      const [first, ...others] = (Array.isArray(result) ? result : [result]) as StreamSource<DataType>[];
      for (const each of others) each.ready.set(true);
      const data = hdl.pack(first!.data);
      const bits = hdl.mapStream(first!, () => data.bits(7, 0).asUInt());
      hdl.connect(sink as StreamSink<hdl.UIntType>, bits);
      hdl.keep(condition);
      // What has no state has no cycles either.
      hdl.keep(hdl.regNext(condition));
      hdl.keep(names.always.ready);
      hdl.keep(names.never.ready);
    });

  it('are all there', () => expect(rows.length).toBeGreaterThan(10));

  it.each(rows)('$call: paths', ({ call, forwards, back }) => {
    const { ir, paths } = tried(call).checked;
    const port = (name: string) => ir.ports.find(({ path }) => path.join('_') === name)!;
    const leads = (from: string, to: string): string => (paths.get(port(to))!.has(port(from)) ? 'passes' : 'cut');
    expect(leads('source_valid', 'sink_valid')).toBe(forwards);
    expect(leads('source_data', 'sink_data')).toBe(forwards);
    expect(leads('sink_ready', 'source_ready')).toBe(back);
  });

  it.each(rows)('$call: latency, rate and room', async ({ call, latency, cyclesPerBeat, holds }) => {
    const dut = await drive(tried(call), { engine: 'builtin' });
    const { source, sink } = dut.ports;
    source.valid.poke(true);
    let room = 0;
    for (; room < 20 && source.ready.peek(); room++) dut.step();
    expect(room).toBe(holds);

    dut.reset();
    sink.ready.poke(true);
    const moved = { in: [] as number[], out: [] as number[] };
    for (let cycle = 0; cycle < 40; cycle++) {
      if (source.ready.peek()) moved.in.push(cycle);
      if (sink.valid.peek()) moved.out.push(cycle);
      dut.step();
    }
    expect(moved.in[0]).toBe(0);
    expect(moved.out[0]).toBe(latency);
    expect(moved.out.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, beat) => latency + beat * cyclesPerBeat));
    dut.close();
  });
});

describe.each(['Verilog', 'Chisel', 'Amaranth', 'SpinalHDL'])('what is like %s', (language) => {
  const rows = rowsOf('coming-from.md', language, 'here').flatMap(([, here]) =>
    codeIn(here!).map((code) => ({ code })),
  );
  const byte = UInt(8);
  const Child = module('Child', { in: In(byte), out: Out(byte) }, (io) => io.out.set(hdl.regNext(io.in)));
  const Mode = hdl.Enum(['Off', 'Slow', 'Fast']);
  const ports = {
    a: In(byte),
    b: In(byte),
    s: In(hdl.SInt(8)),
    c: In(hdl.Bool, { domain: 'async' }),
    d: In(hdl.Bool),
    i: In(UInt(2)),
    v: In(hdl.Vec(4, byte)),
    mode: In(Mode),
    source: In(Stream(byte)),
    sink: Out(Stream(byte)),
  };
  /** A fragment leaves open what a whole module must not, and mixes what one would not. */
  const open = /^(U|D002|D003|X001|I005)/;

  it('is a good deal', () => expect(rows.length).toBeGreaterThan(20));

  it.each(rows)('$code', async ({ code }) => {
    const statements = code.endsWith(';') ? code : `return ${code};`;
    let result: unknown;
    let refused: readonly hdl.Diagnostic[] = [];
    try {
      module('Tried', ports, (io) => {
        const names = { ...hdl, ...io, Child, Mode, drive, x: hdl.wire(byte), r: hdl.reg(byte) };
        // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call
        result = new Function(...Object.keys(names), statements)(...Object.values(names));
      });
    } catch (error) {
      if (!(error instanceof hdl.ElaborationError)) throw error;
      refused = error.diagnostics;
    }
    await result;
    expect(refused.filter((each) => !open.test(each.code)).map(({ message }) => message)).toEqual([]);
  });
});
