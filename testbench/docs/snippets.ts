/**
 * Code in Markdown, executed. A `ts` fence is a program; the fences after it, up to the next `ts`, show what comes of it:
 *
 * - `verilog` is the file of the module that it begins with, as emitted from a module that the program exports;
 * - `text` is the error that the program ends with, or what it prints.
 *
 * A program whose first line is `// name.ts` has that name, and others of the document can import it. Where a program imports
 * nothing of the package, the names of the package that it uses are imported for it.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { vi } from 'vitest';
import { ElaborationError, emitVerilog, type Module } from '../../gen/index.ts';
import { packageRoot } from '../../gen/source/package-root.ts';

const root = packageRoot();

export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of its first line, counted from 1. */
  readonly line: number;
}

export interface Program {
  readonly file: string;
  /** Of its first line in the document. */
  readonly line: number;
  readonly source: string;
  /** What the document shows of it. */
  readonly shown: readonly Block[];
}

export interface Outcome {
  /** What went to the console. */
  readonly printed: string;
  /** Message of the ElaborationError that ended it, with paths from the folder of the snippets. */
  readonly error: string | undefined;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The documents whose programs are run, from the root. The pages of the errors have a test of their own. */
export function manualDocuments(): string[] {
  const pagesIn = (folder: string): string[] =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`);
  return ['gen/README.md', ...pagesIn('gen/docs'), ...pagesIn('gen/docs/reference')];
}

/** The fenced blocks of a document, in order. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    line: markdown.slice(0, match.index).split('\n').length + 1,
  }));
}

/** The programs of a document; those without a name of their own are called after the document and their place in it. */
export function programsOf(document: string): Program[] {
  const programs: (Program & { readonly shown: Block[] })[] = [];
  const stem = basename(document, '.md').replaceAll('-', '_');
  for (const block of blocksOf(readFileSync(join(root, document), 'utf8'))) {
    if (block.language === 'ts') {
      const file = /^\/\/ ([\w.-]+\.ts)\n/.exec(block.text)?.[1] ?? `${stem}_${block.line}.ts`;
      programs.push({ file, line: block.line, source: block.text, shown: [] });
    } else if (['verilog', 'text'].includes(block.language)) {
      programs.at(-1)?.shown.push(block);
    }
  }
  return programs;
}

/** The names that an index file exports; those of types begin with `type `. */
export function exportsOf(index: string): string[] {
  return [...readFileSync(join(root, index), 'utf8').matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(
    ([, type = '', names]) =>
      names!
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '')
        .map((name) => `${type}${name}`),
  );
}

const packages = [
  ['saccade/hdl', exportsOf('gen/index.ts')],
  ['saccade/simulation', exportsOf('sim/driver/index.ts')],
] as const;

/** Imports for a program that has none. They stand at its end, where they move no line. */
function importsFor(source: string): string {
  if (/from 'saccade\//.test(source)) return '';
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|'[^'\n]*'/gm, '');
  return packages
    .map(([name, exported]) => {
      const used = exported.filter((each) => {
        const word = each.replace('type ', '');
        const declared = new RegExp(`(const|function|type|interface) ${word}\\b|\\b${word}[,} ].*from`).test(source);
        return !declared && new RegExp(`(?<![\\w.])${word}\\b(?!:)`).test(code);
      });
      return used.length === 0 ? '' : `import { ${used.join(', ')} } from '${name}';\n`;
    })
    .join('');
}

/** Programs of one document as files, below the repository so that places are told relative to it. */
export class SnippetFolder {
  readonly path: string;

  constructor(programs: readonly Program[]) {
    mkdirSync(join(root, 'out'), { recursive: true });
    this.path = mkdtempSync(join(root, 'out', 'snippets-'));
    for (const { file, source } of programs) this.write(file, source);
  }

  write(file: string, source: string): void {
    writeFileSync(join(this.path, file), source + importsFor(source));
  }

  /** @throws what the program throws, unless that is an ElaborationError */
  async run(file: string): Promise<Outcome> {
    const lines: string[] = [];
    const printed = (): string => this.#readerText(lines.join(''));
    const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
      lines.push(`${format(...values)}\n`);
    });
    try {
      const exports = (await import(pathToFileURL(join(this.path, file)).href)) as Outcome['exports'];
      return { printed: printed(), error: undefined, exports };
    } catch (error) {
      if (!(error instanceof ElaborationError)) throw error;
      return { printed: printed(), error: this.#readerText(error.message), exports: {} };
    } finally {
      log.mockRestore();
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** A message as somebody gets it who runs the program where it lies. */
  #readerText(message: string): string {
    return message
      .replaceAll(`${this.path}/`, '')
      .replaceAll(`${this.path.slice(root.length + 1)}/`, '')
      .replaceAll(/\n  called from testbench\/.*/g, '');
  }
}

/** What a program gives of the kind that a block shows. */
export function resultOf({ language, text }: Block, { printed, error, exports }: Outcome): string {
  if (language === 'text') return error === undefined ? printed : `${error}\n`;
  const name = /^module (\w+)/m.exec(text)?.[1];
  const designs = Object.values(exports).filter(isModule).map((module) => emitVerilog(module)); // prettier-ignore
  const files = designs.flatMap((design) => [...design.files, ...design.checkFiles]);
  return files.find((file) => new RegExp(`^module ${name}\\b`, 'm').test(file.text))?.text ?? '';
}

function isModule(value: unknown): value is Module {
  return typeof value === 'object' && value !== null && 'checked' in value;
}
