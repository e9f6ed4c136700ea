import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '../errors.ts';
import { cached, entryPath } from './cache.ts';
import type { VerilogDesign } from './design.ts';
import { checkDesign } from './design.ts';
import type { Toolchain } from './find.ts';
import { findToolchain } from './find.ts';
import { renderHarness } from './harness.ts';
import { checkInterface } from './interface-check.ts';
import { keepModules, keptModules } from './kept-modules.ts';
import { runTool } from './run-tool.ts';
import { VerilogError } from './verilog-error.ts';

export interface BuildOptions {
  /** Compile in what writes FST traces; such a build is several times slower to make, and slower to run. */
  trace?: boolean;
  /** Compile the checks in too; a design without any is built the same either way. True when omitted. */
  checks?: boolean;
  /** Told what the build is at, when there is something to build; for a line on a terminal. */
  onProgress?: (step: string) => void;
}

const LIBRARY = 'simulation.so';
/** Folder of the files that a design reads when it runs. */
const DATA = 'data';
const READ_FILE = /(\$readmem[hb]\s*\(\s*")([^"]+)"/g;

/**
 * What Verilator 5.006 gets wrong: the first drops terms of logic expressions with shifts in them (upstream until 5.028 at
 * least), the second changes the values of deep combinational logic.
 */
export const WRONG_OPTIMISATIONS: readonly string[] = ['-fno-const-bit-op-tree', '-fno-dfg'];

/**
 * One file a module instead of pieces: half the time in the compiler. What the Verilog leaves undefined is random, so
 * that no result can depend on it unnoticed.
 */
const VERILATOR_FLAGS = [
  ...'--cc -Wall -O3 --prefix Vdut --output-split 0 --x-assign unique'.split(' '),
  // Behind the level, which would turn them on again.
  ...WRONG_OPTIMISATIONS,
];

/** With boundaries: tables that stand for logic have variables numbered through the design, by which equal functions differ. */
const SHARING_FLAGS = ['-fno-table'];

/** Two libraries in one process must not share a symbol: both hold a class Vdut and Verilator's runtime. */
const COMPILER_FLAGS = ['-std=gnu++17', '-w', '-pthread', '-fPIC', '-fvisibility=hidden'];

/** The harness reports a stop or an error instead of ending the process; what a design prints goes to stderr. */
const HOOKS = ['-DVL_USER_FINISH', '-DVL_USER_STOP', '-DVL_USER_FATAL', '-DVL_PRINTF(...)=fprintf(stderr,__VA_ARGS__)'];

/** Generated start-up code beyond this many characters is compiled apart, beside the rest and not optimised. */
const SPLIT = 200_000;

/**
 * Builds a simulation of a design, or finds it in the cache.
 * @returns path of a shared library with the functions of templates/harness.hbs
 * @throws InputError when a tool is missing or the cache cannot be written; VerilogError when Verilator finds an error
 *   or has a warning, or when the ports in the Verilog are not the design's
 */
export async function build(rtl: VerilogDesign, options: BuildOptions = {}): Promise<string> {
  checkDesign(rtl);
  const checkFiles = options.checks === false ? [] : (rtl.checkFiles ?? []);
  const kept = keptModules({ ...rtl, checkFiles });
  const configuration = kept.length === 0 ? [] : [{ path: 'kept-modules.vlt', text: keepModules(kept) }];
  const design = { ...rtl, files: [...configuration, ...rtl.files, ...checkFiles], checkFiles };
  const tools = findToolchain();
  const trace = options.trace ?? false;
  const { harness, engine } = renderHarness(design, trace);
  const verilatorFlags = [
    ...VERILATOR_FLAGS,
    ...(kept.length > 0 ? SHARING_FLAGS : []),
    ...(trace ? ['--trace-fst'] : []),
    ...(checkFiles.length > 0 ? ['--assert'] : []),
  ];
  const flags = [verilatorFlags, compilerFlags(tools, trace)];
  // A file may carry more than its text, such as where each line comes from: that changes nothing here.
  const files = design.files.map(({ path, text }) => [path, text]);
  // The library knows its entry's place, where it reads files.
  const place = files.some(([, text]) => text!.match(READ_FILE) !== null) ? entryPath('') : '';
  const key = hash([design.top, files, harness, engine, flags, tools, place]);
  const name = `${design.top}-${key}`;
  const data = dataFiles(design, entryPath(name));
  const entry = await cached(name, async (work) => {
    options.onProgress?.(`Verilator reads ${design.top}`);
    const model = await verilate(design, tools, verilatorFlags, work, data);
    await writeFile(join(work, 'harness.cpp'), harness);
    await writeFile(join(work, 'engine.h'), engine);
    options.onProgress?.(`compiling the simulator of ${design.top}`);
    await compileModel(model, tools, trace, work);
    for (const made of await readdir(work)) {
      if (made !== LIBRARY) await rm(join(work, made), { recursive: true });
    }
    for (const { path, text } of design.files) {
      if (!data.has(path)) continue;
      await mkdir(dirname(join(work, DATA, path)), { recursive: true });
      await writeFile(join(work, DATA, path), text);
    }
  });
  return join(entry, LIBRARY);
}

/**
 * Where the files that a design reads when it runs will lie, by their paths in the design: such a file is looked for in the
 * working directory of whoever simulates, unless its name says where it is.
 */
function dataFiles(design: VerilogDesign, entry: string): Map<string, string> {
  const read = new Set(design.files.flatMap(({ text }) => [...text.matchAll(READ_FILE)].map((match) => match[2]!)));
  const paths = design.files.map(({ path }) => path).filter((path) => read.has(path));
  return new Map(paths.map((path) => [path, join(entry, DATA, path)]));
}

function withFullPaths(text: string, data: ReadonlyMap<string, string>): string {
  return text.replace(READ_FILE, (call, head: string, path: string) => {
    const full = data.get(path);
    return full === undefined ? call : `${head}${full}"`;
  });
}

/** What Verilator wrote: where its runtime is, and the names (no suffix) of the C++ files it wants compiled. */
interface Model {
  include: string;
  fast: string[];
  slow: string[];
  runtime: string[];
}

/** Runs Verilator in `work`: the Verilog in verilog/, the C++ in model/. */
async function verilate(
  design: VerilogDesign,
  tools: Toolchain,
  chosen: readonly string[],
  work: string,
  data: ReadonlyMap<string, string>,
): Promise<Model> {
  const sources = join(work, 'verilog');
  for (const { path, text } of design.files) {
    await mkdir(dirname(join(sources, path)), { recursive: true });
    await writeFile(join(sources, path), withFullPaths(text, data));
  }
  const inputs = design.files.map(({ path }) => path).filter((path) => /\.(v|sv|vlt)$/.test(path));
  const flags = [...chosen, '--top-module', design.top];
  const { ok, log } = await runTool(tools.verilator.path, [...flags, '--Mdir', '../model', ...inputs], sources);
  if (!ok) throw new VerilogError(`Verilator does not accept the Verilog of design "${design.top}":`, log);
  const model = join(work, 'model');
  checkInterface(design, await readFile(join(model, 'Vdut.h'), 'utf8'));
  const lists = await readFile(join(model, 'Vdut_classes.mk'), 'utf8');
  const root = /^VERILATOR_ROOT = (.+)$/m.exec(await readFile(join(model, 'Vdut.mk'), 'utf8'))?.[1];
  if (root === undefined) throw new Error(`${tools.verilator.version} wrote a Vdut.mk without VERILATOR_ROOT`);
  return {
    include: join(root.trim(), 'include'),
    fast: [...fileList(lists, 'VM_CLASSES_FAST'), ...fileList(lists, 'VM_SUPPORT_FAST')],
    slow: [...fileList(lists, 'VM_CLASSES_SLOW'), ...fileList(lists, 'VM_SUPPORT_SLOW')],
    runtime: [...fileList(lists, 'VM_GLOBAL_FAST'), ...fileList(lists, 'VM_GLOBAL_SLOW')],
  };
}

/** The words that a makefile adds to a variable, one a continued line. */
function fileList(makefile: string, variable: string): string[] {
  const block = new RegExp(`^${variable} \\+= \\\\\\n((?:\\t.*\\n)*)`, 'm').exec(makefile)?.[1] ?? '';
  return block.split(/[\s\\]+/).filter((word) => word !== '');
}

async function compileModel(model: Model, tools: Toolchain, trace: boolean, work: string): Promise<void> {
  const fast = ['harness.cpp', ...modelPaths(model.fast)];
  const slow = modelPaths(model.slow);
  // One unit for all saves the parsing of the same headers; with much start-up code two units, on two cores, save more.
  const slowTexts = await Promise.all(slow.map((path) => readFile(join(work, path), 'utf8')));
  const split = slowTexts.reduce((sum, text) => sum + text.length, 0) > SPLIT;
  const units = split
    ? [
        { name: 'fast', level: '-O2', files: fast },
        { name: 'slow', level: '-O0', files: slow },
      ]
    : [{ name: 'model', level: '-O2', files: [...fast, ...slow] }];
  const includes = ['.', 'model', model.include, join(model.include, 'vltstd')].map((path) => `-I${path}`);
  const flags = [...compilerFlags(tools, trace), ...includes];
  const [runtime] = await Promise.all([
    runtimeObjects(model, tools, trace),
    ...units.map(async ({ name, level, files }) => {
      await writeFile(join(work, `${name}.cpp`), files.map((path) => `#include "${path}"\n`).join(''));
      await compile(tools, [level, ...flags, '-c', `${name}.cpp`, '-o', `${name}.o`], work);
    }),
  ]);
  const objects = [...units.map(({ name }) => `${name}.o`), ...runtime];
  const libraries = trace ? ['-lz'] : [];
  await compile(tools, ['-shared', '-pthread', '-Wl,-Bsymbolic', '-o', LIBRARY, ...objects, ...libraries], work);
}

function modelPaths(names: string[]): string[] {
  return names.map((name) => `model/${name}.cpp`);
}

/** Verilator's own runtime, compiled once for all designs: most of the time that a small design would need. */
async function runtimeObjects(model: Model, tools: Toolchain, trace: boolean): Promise<string[]> {
  const flags = ['-Os', ...compilerFlags(tools, trace), `-I${model.include}`, `-I${join(model.include, 'vltstd')}`];
  const entry = await cached(`runtime-${hash([flags, model.runtime, tools])}`, async (work) => {
    await Promise.all(
      model.runtime.map((name) =>
        compile(tools, [...flags, '-c', join(model.include, `${name}.cpp`), '-o', `${name}.o`], work),
      ),
    );
  });
  return model.runtime.map((name) => join(entry, `${name}.o`));
}

function compilerFlags(tools: Toolchain, trace: boolean): string[] {
  // Only gcc makes symbols that are unique in the process, and only gcc knows the flag.
  const own = tools.compiler.version.includes('clang') ? [] : ['-fno-gnu-unique'];
  const switches = ['COVERAGE=0', 'SC=0', 'TRACE_VCD=0', `TRACE=${Number(trace)}`, `TRACE_FST=${Number(trace)}`];
  return [...COMPILER_FLAGS, ...own, ...HOOKS, ...switches.map((text) => `-DVM_${text}`)];
}

async function compile(tools: Toolchain, args: string[], work: string): Promise<void> {
  const { ok, log } = await runTool(tools.compiler.path, args, work);
  if (ok) return;
  if (/zlib\.h|-lz\b/.test(log)) {
    throw new InputError(
      'traces need the headers of zlib, which are not installed.\n' +
        'On Debian or Ubuntu: apt-get install -y zlib1g-dev\nOr run without a trace.',
    );
  }
  throw new VerilogError(`${tools.compiler.path} does not compile the simulator that Verilator wrote:`, log);
}

/** 32 hexadecimal digits that stand for a value. */
function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
