/** What the words of a chip hold, bit by bit, and the paper's example of the encoding. */
import { widthOf } from '../../gen/index.ts';
import { LaneWord } from '../../hw/control/lanes.ts';
import { ChannelParameters } from '../../hw/output/requantiser.ts';
import { type ChipParameters, chipWidths } from '../../hw/parameters.ts';
import { WEIGHT_HEADER } from '../../hw/pe-cluster/weight-packet.ts';
import { type PeParameters, widthsOf } from '../../hw/pe/parameters.ts';
import { packedFields } from '../chip/command-words.ts';
import { type BitField, bitFields, bitNumberHeight, wordHeight } from './bit-fields.ts';
import { cscExample, cscExampleHeight } from './csc-example.ts';
import { drawing, text, textLines, wrapped } from './svg.ts';

const margin = 16;
const width = 900;
const inner = width - 2 * margin;
const labelWidth = 168;
const noteLeading = 15;
const rowHeight = bitNumberHeight + wordHeight + 6;

/** Words that belong together: rows from the first that travels to the last, and what is to be said about them. */
interface Section {
  readonly title: string;
  readonly rows: readonly { readonly label: string; readonly fields: readonly BitField[] }[];
  readonly note: string;
}

export function drawFormats(chip: ChipParameters): string {
  const sections = [links(chip.pe), iactSegment(chip.pe), weightPacket(chip), parameterPacket(chip), outputWord(chip)];
  const title = 'Data formats';
  const header = `Words of ${chipWidths(chip).word} bits on the links; the highest bit on the left, the low end travels first.`;
  const parts = [
    text(margin, margin + 10, title, { size: 16, bold: true }),
    text(margin, margin + 32, header, { ink: 'quiet-ink' }),
  ];
  let y = margin + 66;
  for (const section of sections) {
    parts.push(...drawSection(section, y));
    y += sectionHeight(section);
  }
  parts.push(...cscExample(chip.pe, margin, y, inner));
  return drawing(
    {
      title,
      description: `${sections.map(sectionText).join(' ')} At the end the matrix of the paper's Fig 16, encoded.`,
      width,
      height: y + cscExampleHeight + margin,
    },
    parts,
  );
}

function noteLines({ note }: Section): string[] {
  return wrapped(note, inner);
}

function sectionHeight(section: Section): number {
  return 12 + section.rows.length * rowHeight + noteLines(section).length * noteLeading + 34;
}

function drawSection(section: Section, y: number): string[] {
  const { title, rows } = section;
  const most = Math.max(...rows.map(({ fields }) => bitsOf(fields)));
  const bitWidth = Math.min(27, (inner - labelWidth) / most);
  const parts = [text(margin, y, title, { size: 13, bold: true })];
  rows.forEach(({ label, fields }, index) => {
    const top = y + 12 + index * rowHeight + bitNumberHeight;
    // Aligned on the right, where the low bits are.
    const left = margin + labelWidth + (most - bitsOf(fields)) * bitWidth;
    parts.push(text(margin, top + 15, label, { width: labelWidth - 12 }), ...bitFields(left, top, bitWidth, fields));
  });
  const noteY = y + 12 + rows.length * rowHeight + 15;
  return [...parts, textLines(margin, noteY, noteLines(section), noteLeading, { ink: 'quiet-ink' })];
}

/** The same in words, for those who don't see it. */
function sectionText({ title, rows, note }: Section): string {
  const words = rows.map(
    ({ label, fields }) => `${label}: ${fields.map(({ name, bits }) => `${name} ${bits}b`).join(', ')}`,
  );
  return `${title}. ${words.join('; ')}. ${note}`;
}

function bitsOf(fields: readonly BitField[]): number {
  return fields.reduce((sum, { bits }) => sum + bits, 0);
}

function field(name: string, bits: number, look = 'box'): BitField {
  return { name, bits, look };
}

function entry(number: string, { countBits, dataBits }: PeParameters, look: string): BitField[] {
  return [field(`count ${number}`, countBits, 'box'), field(`data ${number}`, dataBits, look)];
}

function links(pe: PeParameters): Section {
  const { word } = widthsOf(pe);
  const value = (index: number): BitField => field(`value ${index}`, pe.dataBits, 'plain-box');
  const rest = word - 3 * pe.dataBits;
  return {
    title: 'Word of the iact and weight links',
    rows: [
      { label: 'compressed: two entries', fields: [...entry('1', pe, 'plain-box'), ...entry('0', pe, 'plain-box')] },
      {
        label: 'uncompressed: three values',
        fields: [...(rest > 0 ? [field('', rest, 'bare')] : []), value(2), value(1), value(0)],
      },
    ],
    note: `An entry is a non-zero and the number of zeros before it, 0 to ${2 ** pe.countBits - 1}. A longer run has an entry of data 0 and count ${2 ** pe.countBits - 1}, which stands for ${2 ** pe.countBits} zeros.`,
  };
}

function iactSegment(pe: PeParameters): Section {
  const { entry: entryBits } = widthsOf(pe);
  const number = [field('', pe.countBits, 'bare'), field('number of entries', pe.dataBits, 'output-box')];
  return {
    title: 'Iact segment, compressed',
    rows: [
      { label: 'its first word', fields: [...entry('0', pe, 'iact-box'), ...number] },
      { label: 'then', fields: [...entry('2', pe, 'iact-box'), ...entry('1', pe, 'iact-box')] },
      {
        label: 'last, for an even number',
        fields: [field('zeros', entryBits, 'bare'), ...entry('n - 1', pe, 'iact-box')],
      },
    ],
    note: `A segment is the C0·U iacts that a step of the window brings, encoded by themselves: up to ${pe.iactDataDepth - 1} entries. Each begins a word. Uncompressed, it is segmentLength values, three to a word. Segments of one PE, row piece and pass make a block; the bank counts them.`,
  };
}

/** @param forOutputUnit the bit that tells both kinds of packet apart */
function packetHeader(pe: ChipParameters['pe'], columns: BitField, forOutputUnit: 0 | 1): BitField[] {
  const { word } = widthsOf(pe);
  const { dealt, words } = WEIGHT_HEADER;
  return [
    ...(word > words.from + words.width ? [field('', word - words.from - words.width, 'bare')] : []),
    field('number of words', words.width, 'output-box'),
    field('', words.from - dealt.from - 1, 'bare'),
    field(forOutputUnit === 1 ? '' : 'dealt', 1, forOutputUnit === 1 ? 'bare' : 'output-box'),
    field(`= ${forOutputUnit}`, 1, 'output-box'),
    columns,
  ];
}

function weightPacket({ pe, peColumns }: ChipParameters): Section {
  const end = (index: number): BitField => field(`end of column ${index}`, pe.dataBits, 'weight-box');
  return {
    title: 'Weight packet: a tile',
    rows: [
      {
        label: 'header',
        fields: packetHeader(pe, field('PE columns', WEIGHT_HEADER.columns.width, 'output-box'), 0),
      },
      { label: 'ends, 3 columns to a word', fields: [end(2), end(1), end(0)] },
      { label: 'words, column by column', fields: [...entry('1', pe, 'weight-box'), ...entry('0', pe, 'weight-box')] },
    ],
    note: `Bit j of the mask is PE column j, of ${peColumns}: all of them take the words in one cycle. Ends count words, 0 to ${pe.weightDataDepth}, from the beginning of the tile; a column of an odd number of non-zeros ends with an entry of zeros. Uncompressed, there are no ends, and values come three to a word, columns filled up to an even number; where PE columns have filters of their own, one packet is dealt to all of them, a word to each in turn.`,
  };
}

function parameterPacket(chip: ChipParameters): Section {
  const { word } = widthsOf(chip.pe);
  const { bias, multiplier, shift } = ChannelParameters.fields;
  const [biasBits, multiplierBits, shiftBits] = [widthOf(bias), widthOf(multiplier), widthOf(shift)];
  const upperBias = biasBits - word;
  const lowerMultiplier = word - upperBias;
  const upperMultiplier = multiplierBits - lowerMultiplier;
  return {
    title: 'Parameter packet: what the output unit is told, by way of PE row 0',
    rows: [
      {
        label: 'header',
        fields: packetHeader(chip.pe, field('', WEIGHT_HEADER.columns.width, 'bare'), 1),
      },
      { label: 'for each channel', fields: [field(`bias ${word - 1}–0`, word, 'weight-box')] },
      {
        label: '',
        fields: [
          field(`multiplier ${lowerMultiplier - 1}–0`, lowerMultiplier, 'weight-box'),
          field(`bias ${biasBits - 1}–${word}`, upperBias, 'weight-box'),
        ],
      },
      {
        label: '',
        fields: [
          field('', word - 16 - shiftBits, 'bare'),
          field('shift', shiftBits, 'weight-box'),
          field('', 16 - upperMultiplier, 'bare'),
          field(`multiplier ${multiplierBits - 1}–${lowerMultiplier}`, upperMultiplier, 'weight-box'),
        ],
      },
    ],
    note: 'An output is zeroPoint + (psum + bias) · multiplier / 2^shift, rounded half up, and kept between low and high. The packet comes before the tile of the last pass, whenever the filters change: the channels of a filter tile in order, with ownColumns those of PE column 0 first.',
  };
}

function outputWord(chip: ChipParameters): Section {
  const type = LaneWord(chip);
  const looks: Readonly<Record<string, string>> = { data: 'output-box' };
  return {
    title: 'Word of an output lane',
    rows: [
      {
        label: `${widthOf(type)} bits`,
        fields: packedFields(type)
          .toReversed()
          .map(({ path, width: bits }) => field(path, bits, looks[path] ?? 'box')),
      },
    ],
    note: `cluster: of those that share the lane; column: the PE column that the window comes from; psum: data is a psum, sign-extended from ${chip.pe.psumBits} bits, and not a word of a segment; last: the window's last word. The outputs of a window are segments of segmentLength, in the format of the iact links: the next layer reads them as they are.`,
  };
}
