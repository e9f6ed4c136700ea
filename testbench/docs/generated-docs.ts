/** The files of hw/docs that are made from the design: drawings, tables, and blocks of text between marks. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { packageRoot } from '../../gen/source/package-root.ts';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import type { ChipProgram } from '../../sim/chip/chip-program.ts';
import { drawArray } from '../../sim/draw/array.ts';
import { drawChip } from '../../sim/draw/chip.ts';
import { commandPage } from '../../sim/draw/command-table.ts';
import { drawFormats } from '../../sim/draw/formats.ts';
import { mappingFacts } from '../../sim/draw/mapping-facts.ts';
import { markdownTable } from '../../sim/draw/markdown-table.ts';
import { drawPe } from '../../sim/draw/pe.ts';
import { findLayer } from '../../sim/layer/library.ts';
import { mappedProgram } from '../../sim/run/draw-layer.ts';

const root = packageRoot();
const chip = eyerissV2Chip;
const name = 'v2';

export interface GeneratedDoc {
  /** From the root. */
  readonly path: string;
  readonly make: () => string;
}

/** A layer of each kind, and the drawing of it. */
const examples = [
  { layer: 'mobilenet-conv4-pw', drawing: 'array-pointwise.svg' },
  { layer: 'mobilenet-conv4-dw', drawing: 'array-depthwise.svg' },
  { layer: 'alexnet-conv1', drawing: 'array-convolution.svg' },
  { layer: 'lenet5-fc1', drawing: 'array-fully-connected.svg' },
];

const programs = new Map<string, ChipProgram>();
function programOf(layer: string): ChipProgram {
  const program = programs.get(layer) ?? mappedProgram(findLayer(layer), chip);
  programs.set(layer, program);
  return program;
}

/** Every generated file, or file with generated parts. */
export const generatedDocs: readonly GeneratedDoc[] = [
  { path: 'hw/docs/chip.svg', make: () => drawChip(chip, name) },
  { path: 'hw/docs/pe.svg', make: () => drawPe(chip.pe) },
  { path: 'hw/docs/formats.svg', make: () => drawFormats(chip) },
  { path: 'hw/docs/command.md', make: () => commandPage(chip, name) },
  ...examples.map(({ layer, drawing }) => ({
    path: `hw/docs/${drawing}`,
    make: () => drawArray(programOf(layer), name),
  })),
  { path: architecture(), make: () => withBlocks(readFileSync(join(root, architecture()), 'utf8')) },
];

function architecture(): string {
  return 'hw/docs/architecture.md';
}

/** A document with what stands between its marks made anew. */
function withBlocks(document: string): string {
  const blocks = /^(<!-- generated: (.*) -->\n)[\s\S]*?^(<!-- \/generated -->)$/gm;
  return document.replaceAll(
    blocks,
    (_, open: string, what: string, close: string) => `${open}\n${block(what)}\n${close}`,
  );
}

function block(what: string): string {
  if (what === 'decisions') return decisions();
  const layer = /^facts of (.*)$/.exec(what)?.[1];
  if (layer === undefined) throw new Error(`${architecture()}: there is no generated block "${what}"`);
  const rows = mappingFacts(programOf(layer).chipLayer).map(([fact, text]) => [`**${fact}**`, text]);
  return markdownTable([`\`${layer}\``, ''], rows);
}

/** The tables of decisions in the READMEs below hw, without their reasons. */
function decisions(): string {
  const rows = readmes('hw').flatMap((readme) => {
    const text = readFileSync(join(root, readme), 'utf8');
    const found = /^## (Where the paper is silent|Decisions)$([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text);
    if (found === null) return [];
    const anchor = found[1]!.toLowerCase().replaceAll(' ', '-');
    const place = `${relative(dirname(architecture()), readme)}#${anchor}`;
    const page = /^# (?:The )?(.*)$/m.exec(text)![1]!;
    const table = found[2]!
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2);
    return table.map((line) => {
      const [question, decided] = line
        .slice(1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim());
      return [`[${page}](${place})`, question!, decided!];
    });
  });
  return markdownTable(['about', 'question', 'decided'], rows);
}

/** READMEs of a folder and its subfolders, the folder's own first. */
function readmes(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  const own = entries.filter((entry) => entry.name === 'README.md').map((entry) => `${folder}/${entry.name}`);
  const below = entries.filter((entry) => entry.isDirectory()).flatMap((entry) => readmes(`${folder}/${entry.name}`));
  return [...own, ...below];
}
