/** A PE from the inside: its blocks with their memories, and the stages of its pipeline with the registers between them. */
import { type BundleType, widthOf } from '../../gen/index.ts';
import { IactJob, WeightJob } from '../../hw/pe/command.ts';
import { Product } from '../../hw/pe/mac-lanes.ts';
import { Pe } from '../../hw/pe/pe.ts';
import { type PeParameters, widthsOf } from '../../hw/pe/parameters.ts';
import { type Block, blockAt, blockStructure, memoryBits, type MemoryShape, registerBits } from './block-structure.ts';
import { arrow, box, drawing, type Point, text, textLines, wrapped } from './svg.ts';
import type { Network } from './theme.ts';

const margin = 16;
const width = 900;
const inner = width - 2 * margin;
const blockGap = 20;
const itemHeight = 38;
const itemGap = 6;

/** The blocks from left to right: how wide each is, and its parts in the order in which data come by. Other parts follow them. */
const blocks: readonly { name: string; network: Network; width: number; order: readonly string[] }[] = [
  { name: 'iactSpads', network: 'iact', width: 206, order: ['loader', 'addressSpad', 'dataSpad', 'decode'] },
  {
    name: 'weightSpads',
    network: 'weight',
    width: 236,
    order: ['loader', 'fetched', 'addressSpad', 'dataSpad'],
  },
  { name: 'macLanes', network: 'plain', width: 166, order: ['decode'] },
  { name: 'psumSpad', network: 'psum', width: 200, order: ['bank_0', 'bank_1', 'leaving'] },
];

/** What a module does, in a few words, by the beginning of its name. */
const roles: Readonly<Record<string, string>> = {
  IactLoader: 'words of the link to entries',
  WeightLoader: 'ends of columns, then words',
  WeightAddresses: 'where columns end, for two tiles',
  CscDecode: 'counts of zeros to positions',
  Stage: 'pipeline register',
  PsumBank: '2 read and 2 write ports',
  SplitPsumBank: 'even and odd, 1 read, 1 write each',
};

export function drawPe(p: PeParameters): string {
  const pe = blockStructure(Pe(p).checked, 'pe');
  const blocksY = 104;
  const tallest = Math.max(...blocks.map((each) => blockHeight(blockAt(pe, [each.name]), each.width)));
  const stagesY = blocksY + tallest + 44;
  const title = 'A processing element and its pipeline';
  const header = `${pe.children.length} blocks, ${memoryBits(pe)} bits of SPads and queues, ${registerBits(pe)} bits of registers; ${p.macs === 2 ? 'two MACs' : 'one MAC'} of ${p.dataBits}b by ${p.dataBits}b into ${p.psumBits}b`;
  return drawing({ title, description: description(pe, header), width, height: stagesY + stagesHeight + margin }, [
    text(margin, margin + 10, title, { size: 16, bold: true }),
    text(margin, margin + 32, header, { ink: 'quiet-ink', width: inner }),
    ...blockRow(p, pe, blocksY),
    ...stages(p, pe, stagesY),
  ]);
}

function description(pe: Block, header: string): string {
  const memories = blocks.flatMap(({ name }) => memoriesBelow(blockAt(pe, [name]), name));
  return `${header}. ${memories.join(', ')}. Stages: ${stageNames.join(', ')}.`;
}

function memoriesBelow(block: Block, path: string): string[] {
  return [
    ...block.memories.map(({ name, depth, width: bits }) => `${path}.${name} ${depth} × ${bits}b`),
    ...block.children.flatMap((child) => memoriesBelow(child, `${path}.${child.name}`)),
  ];
}

function blockRow(p: PeParameters, pe: Block, y: number): string[] {
  const parts: string[] = [];
  const { word } = widthsOf(p);
  let x = margin;
  blocks.forEach(({ name, network, width: blockWidth, order }, index) => {
    const block = blockAt(pe, [name]);
    const height = blockHeight(block, blockWidth);
    parts.push(box(x, y, blockWidth, height, `${network}-box`), ...blockItems(block, order, x, y, blockWidth));
    if (index > 0) {
      const at = y + blockHead + itemHeight / 2;
      parts.push(
        arrow(
          [
            [x - blockGap, at],
            [x, at],
          ],
          network === 'psum' ? 'plain' : blocks[index - 1]!.network,
        ),
      );
    }
    x += blockWidth + blockGap;
  });
  const into = (at: number, network: Network, label: string): string[] => [
    arrow(
      [
        [at, y - 22],
        [at, y],
      ],
      network,
    ),
    text(at + 6, y - 10, label, { ink: `${network}-ink`, size: 10, width: 78 }),
  ];
  const psumsX = width - margin - blocks.at(-1)!.width;
  const weightsX = margin + blocks[0]!.width + blockGap;
  return [
    ...parts,
    ...into(margin + 16, 'iact', `iact: ${word}b`),
    ...into(weightsX + 16, 'weight', `weight: ${word}b`),
    ...into(psumsX + 16, 'psum', `psumIn: 2 × ${p.psumBits}b`),
    arrow(
      [
        [width - margin - 14, y],
        [width - margin - 14, y - 22],
      ],
      'psum',
    ),
    text(width - margin - 20, y - 10, `psumOut: 2 × ${p.psumBits}b`, {
      ink: 'psum-ink',
      size: 10,
      anchor: 'end',
      width: 80,
    }),
  ];
}

/** A memory or an instance, as it stands in its block. */
interface Item {
  readonly name: string;
  readonly memory: boolean;
  readonly size: string;
  readonly note: string;
}

function itemsOf(block: Block, order: readonly string[]): Item[] {
  const memories = block.memories.map((memory) => ({
    name: memory.name,
    memory: true,
    size: `${memory.depth} × ${memory.width}b`,
    note: memory.registered ? 'an SRAM: registered read, one write' : 'registers: read in the cycle',
  }));
  const instances = block.children.map((child) => ({
    name: child.name,
    memory: memoryBits(child) > 0,
    size: memoryBits(child) > 0 ? memoriesText(child.memories) : `${registerBits(child)}b`,
    note: roles[/^[A-Za-z]+/.exec(child.module)![0]] ?? child.module,
  }));
  const place = ({ name }: Item): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...memories, ...instances].sort((one, other) => place(one) - place(other));
}

/** `3 of 12 × 7b` */
function memoriesText(memories: readonly MemoryShape[]): string {
  const shapes = memories.map(({ depth, width: bits }) => `${depth} × ${bits}b`);
  return [...new Set(shapes)]
    .map((shape) => {
      const times = shapes.filter((each) => each === shape).length;
      return times === 1 ? shape : `${times} of ${shape}`;
    })
    .join(', ');
}

const blockHead = 26;
const registerStyle = { size: 9.5, ink: 'quiet-ink' } as const;
const registerLeading = 13;

function blockHeight(block: Block, blockWidth: number): number {
  const items = block.memories.length + block.children.length;
  const listed = registerList(block, blockWidth).length * registerLeading;
  return blockHead + items * (itemHeight + itemGap) + 20 + listed + 4;
}

/** The registers that are a block's own, those of one bundle together. */
function registerList({ registers }: Block, blockWidth: number): string[] {
  const bits = new Map<string, number>();
  for (const { name, width: each } of registers) {
    const bundle = name.replace(/_.*/, '');
    bits.set(bundle, (bits.get(bundle) ?? 0) + each);
  }
  const list = [...bits].map(([name, each]) => `${name}\u00a0${each}`).join(', ');
  return wrapped(list, blockWidth - 20, registerStyle);
}

function blockItems(block: Block, order: readonly string[], x: number, y: number, blockWidth: number): string[] {
  const left = x + 10;
  const itemWidth = blockWidth - 20;
  const own = block.registers.reduce((bits, { width: each }) => bits + each, 0);
  const items = itemsOf(block, order);
  const itemsBottom = y + blockHead + items.length * (itemHeight + itemGap);
  const parts = [
    text(left, y + 17, block.module.replace(/_.*/, ''), { bold: true, size: 12 }),
    text(left, itemsBottom + 14, `registers of its own, ${own}b:`, { size: 10 }),
    textLines(left, itemsBottom + 29, registerList(block, blockWidth), registerLeading, registerStyle),
  ];
  items.forEach(({ name, memory, size, note }, index) => {
    const top = y + blockHead + index * (itemHeight + itemGap);
    const sizeWidth = 78;
    parts.push(
      box(left, top, itemWidth, itemHeight, memory ? 'memory' : 'box'),
      text(left + 7, top + 15, name, { bold: true, width: itemWidth - sizeWidth - 10 }),
      text(left + itemWidth - 7, top + 15, size, { anchor: 'end', width: sizeWidth }),
      text(left + 7, top + 30, note, { size: 10, ink: 'quiet-ink', width: itemWidth - 14 }),
    );
  });
  return parts;
}

const stageNames = ['iact fetch', 'column look-up', 'weight read', 'multiply', 'accumulate'] as const;
const stageWidth = 142;
const stageHeight = 112;
const stagesHeight = 28 + stageHeight + 46;

/** The stages in a row, and what is registered from one to the next. */
function stages(p: PeParameters, pe: Block, y: number): string[] {
  const networks: Network[] = ['iact', 'weight', 'weight', 'plain', 'psum'];
  const two = p.macs === 2;
  const does = [
    p.sparse
      ? "a segment's end from the address SPad, an entry from the data SPad, its count to a column of the weights"
      : 'an iact from the data SPad; columns of the weights follow each other',
    p.sparse
      ? 'start and end of that column; an iact whose column is empty ends here, one whose column is still loading waits'
      : 'start and end of the next column; an iact whose column is still loading waits',
    two
      ? 'a word of two weights a cycle, from column to column without a gap'
      : 'a weight a cycle, two from each word, from column to column without a gap',
    `${p.sparse ? (two ? 'two counts to rows, two' : 'a count to a row, one') : two ? 'two' : 'one'} ${two ? 'products' : 'product'}; a zero leaves its ${p.dataBits}b × ${p.dataBits}b multiplier's registers still`,
    `${two ? 'two psums' : 'one psum'} read, added to and written back; the other bank drains two a cycle, psums from below added`,
  ];
  const column = blockAt(pe, ['weightSpads']).registers.filter(({ name }) => /^(column|waiting)/.test(name));
  const fetched = blockAt(pe, ['weightSpads', 'fetched']);
  const products = blockAt(pe, ['macLanes']).registers.reduce((bits, { width: each }) => bits + each, 0);
  const between = [
    [`fetched: ${registerBits(fetched)}b`, `${fieldsText(IactJob(p))}; valid`],
    [
      `columns: ${column.reduce((bits, { width: each }) => bits + each, 0)}b`,
      'one that is read and one that waits: value, next word, words left, whether it ends the window',
    ],
    [
      `word and job: ${2 * widthsOf(p).stored + widthOf(WeightJob(p))}b`,
      `the SPad's output; ${fieldsText(WeightJob(p))}`,
    ],
    [`products: ${products}b`, `${two ? 'two' : 'one'} of ${fieldsText(Product(p))}; end of the window`],
  ] as const;
  const gap = (inner - stageNames.length * stageWidth) / (stageNames.length - 1);
  const boxY = y + 20;
  const parts = [
    text(margin, y + 6, 'Pipeline', { bold: true, size: 13 }),
    text(margin + 64, y + 6, 'with the registers between its stages', { ink: 'quiet-ink' }),
  ];
  stageNames.forEach((name, index) => {
    const x = margin + index * (stageWidth + gap);
    const style = { size: 10 } as const;
    parts.push(
      box(x, boxY, stageWidth, stageHeight, `${networks[index]!}-box`),
      text(x + 8, boxY + 17, `${index + 1} ${name}`, { bold: true }),
      textLines(x + 8, boxY + 34, wrapped(does[index]!, stageWidth - 14, style), 14, style),
    );
    const registered = between[index];
    if (registered === undefined) return;
    const barX = x + stageWidth + gap / 2;
    const ends = [boxY + 8, boxY + stageHeight + 6] as const;
    const middle = boxY + stageHeight / 2;
    const [head, contents] = registered;
    const said = wrapped(contents, stageWidth + gap - 14, { size: 9.5 });
    const flow: Point[] = [
      [x + stageWidth, middle],
      [x + stageWidth + gap, middle],
    ];
    parts.push(
      arrow(flow, 'plain'),
      box(barX - 4, ends[0], 8, ends[1] - ends[0], 'memory', 2),
      text(barX, ends[1] + 14, head, { size: 10, bold: true, anchor: 'middle', width: stageWidth + gap - 10 }),
      textLines(barX, ends[1] + 28, said, 12, { size: 9.5, anchor: 'middle', ink: 'quiet-ink' }),
    );
  });
  return parts;
}

/** `value 8b, last 1b` */
function fieldsText({ fields }: BundleType): string {
  return Object.entries(fields)
    .map(([name, type]) => `${name} ${widthOf(type)}b`)
    .join(', ');
}
