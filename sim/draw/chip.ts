/** The whole chip as blocks: controller, mesh and lanes; and one cluster from the inside. */
import { widthOf } from '../../gen/index.ts';
import { LaneWord } from '../../hw/control/lanes.ts';
import { COUNTER_WORD_BITS } from '../../hw/control/counters.ts';
import { type ChipParameters, chipWidths, clusterCount, peCount } from '../../hw/parameters.ts';
import { COMMAND_WORD_BITS, commandFields } from '../chip/command-words.ts';
import { arrow, box, drawing, line, text, textLines } from './svg.ts';
import type { Network } from './theme.ts';

const margin = 16;
const width = 900;
const top = 92;

/** @param name what the chip is called */
export function drawChip(chip: ChipParameters, name: string): string {
  const title = `The chip ${name}`;
  const sram = clusterCount(chip) * (chip.iactBanks * iactBankBytes(chip) + chip.peColumns * psumBankBytes(chip));
  const header = `${chip.clusterRows} × ${chip.clusterColumns} clusters of ${chip.peRows} × ${chip.peColumns} PEs: ${peCount(chip)} PEs, ${chip.pe.macs * peCount(chip)} MACs, ${sram} bytes of global buffer`;
  const description = `${header}. A system controller takes the command and starts the layer; iacts and weights come on lanes from outside into the clusters of the mesh, outputs leave on lanes. A cluster has a global buffer, routers, PEs and an output unit.`;
  const bottom = Math.max(meshBottom(chip), clusterBottom(chip));
  return drawing({ title, description, width, height: bottom + margin + 4 }, [
    text(margin, margin + 10, title, { size: 16, bold: true }),
    text(margin, margin + 32, header, { ink: 'quiet-ink' }),
    ...mesh(chip),
    ...cluster(chip),
  ]);
}

const meshX = 104;
const meshWidth = 150;
const meshTop = top + 92;
const smallHeight = 34;
const smallGap = 10;
/** Width of a cluster's box that has room for its name. */
const leastNamed = 30;

function meshBottom({ clusterRows }: ChipParameters): number {
  // Room for the ports on the left, however few clusters there are.
  return meshTop + Math.max(190, 20 + clusterRows * (smallHeight + smallGap));
}

function mesh(chip: ChipParameters): string[] {
  const { clusterRows, clusterColumns, iactLanes, weightLanes, outputLanes } = chip;
  const { word } = chipWidths(chip);
  const bottom = meshBottom(chip);
  const command = commandFields(chip).at(-1)!;
  const bits = command.low + command.width;
  const inWidth = meshWidth - 20;
  const gap = Math.min(20, inWidth / (3 * clusterColumns));
  const smallWidth = (inWidth - (clusterColumns - 1) * gap) / clusterColumns;
  const parts = [
    box(meshX, top, meshWidth, 52, 'plain-box'),
    text(meshX + 10, top + 17, 'system controller', { bold: true }),
    textLines(meshX + 10, top + 32, [`command: ${bits} bits`, 'start, end, counters'], 13, { size: 10 }),
    ...port('plain', 'in', top + 16, `command ${COMMAND_WORD_BITS}b`),
    ...port('plain', 'out', top + 38, `counters ${COUNTER_WORD_BITS}b`),
    arrow(
      [
        [meshX + meshWidth / 2, top + 52],
        [meshX + meshWidth / 2, meshTop],
      ],
      'plain',
    ),
    text(meshX + meshWidth / 2 + 6, top + 74, 'command', { size: 10, ink: 'quiet-ink' }),
    box(meshX, meshTop, meshWidth, bottom - meshTop, 'bare'),
    text(meshX + 10, meshTop + 15, 'mesh', { bold: true }),
    ...port('iact', 'in', meshTop + 50, `${iactLanes} × ${word}b`, 'iacts'),
    ...port('weight', 'in', meshTop + 110, `${weightLanes} × ${word}b`, 'weights'),
    ...port('output', 'out', bottom - 24, `${outputLanes} × ${widthOf(LaneWord(chip))}b`, 'outputs'),
  ];
  for (let row = 0; row < clusterRows; row++) {
    for (let column = 0; column < clusterColumns; column++) {
      const x = meshX + 10 + column * (smallWidth + gap);
      const y = meshTop + 24 + row * (smallHeight + smallGap);
      parts.push(
        box(x, y, smallWidth, smallHeight, 'box'),
        ...(smallWidth < leastNamed
          ? []
          : [text(x + smallWidth / 2, y + 21, `${row},${column}`, { anchor: 'middle' })]),
      );
      const [middle, side] = [x + smallWidth / 2, y + smallHeight / 2];
      if (row > 0) {
        parts.push(
          line(
            [
              [middle - 6, y - smallGap],
              [middle - 6, y],
            ],
            'iact-line',
          ),
        );
        parts.push(
          line(
            [
              [middle + 6, y - smallGap],
              [middle + 6, y],
            ],
            'psum-line',
          ),
        );
      }
      if (column > 0) {
        parts.push(
          line(
            [
              [x - gap, side - 5],
              [x, side - 5],
            ],
            'iact-line',
          ),
        );
        parts.push(
          line(
            [
              [x - gap, side + 5],
              [x, side + 5],
            ],
            'weight-line',
          ),
        );
      }
    }
  }
  return parts;
}

/** A port on the left of the chip. */
function port(network: Network, way: 'in' | 'out', y: number, size: string, name = ''): string[] {
  const far = margin;
  return [
    arrow(
      way === 'in'
        ? [
            [far, y],
            [meshX, y],
          ]
        : [
            [meshX, y],
            [far, y],
          ],
      network,
    ),
    text(far, y - 5, size, { size: 10, ink: `${network}-ink` }),
    text(far, y + 13, name, { size: 10, ink: `${network}-ink` }),
  ];
}

const clusterX = 316;
const clusterWidth = width - margin - clusterX;
const glbHeight = 92;
const routersHeight = 70;
const peHeight = 30;
const layerGap = 34;
/** Inside a cluster: where the three networks run. */
const iactX = clusterX + 50;
const iactWidth = 148;
const psumX = iactX + iactWidth + 14;
const psumWidth = 168;
const weightX = psumX + psumWidth + 14;
const weightWidth = clusterX + clusterWidth - weightX - 28;

function clusterLayers(chip: ChipParameters) {
  const glb = top + 44;
  const routers = glb + glbHeight + layerGap;
  const pes = routers + routersHeight + layerGap;
  const output = pes + 34 + chip.peRows * (peHeight + 6) + layerGap;
  return { glb, routers, pes, output, bottom: output + 44 };
}

function clusterBottom(chip: ChipParameters): number {
  return clusterLayers(chip).bottom + 16;
}

function cluster(chip: ChipParameters): string[] {
  const { peRows, peColumns, iactBanks, iactBankWords, psumBankWords, pe } = chip;
  const { word } = chipWidths(chip);
  const layers = clusterLayers(chip);
  const right = clusterX + clusterWidth;
  const between = (y: number): [number, number] => [y, y + layerGap];
  const iactAt = iactX + iactWidth / 2;
  const psumAt = psumX + psumWidth / 2;
  const weightAt = weightX + weightWidth / 2;
  const [glbEnd, routersStart] = between(layers.glb + glbHeight);
  const [routersEnd, pesStart] = between(layers.routers + routersHeight);
  const pesEnd = layers.output - layerGap;
  const firstBottom = meshTop + 24 + smallHeight;
  return [
    // The first cluster of the mesh, from near.
    line(
      [
        [meshX + meshWidth - 10, meshTop + 24],
        [clusterX, top],
      ],
      'plain-line dashed',
    ),
    line(
      [
        [meshX + meshWidth - 10, firstBottom],
        [clusterX, layers.bottom + 12],
      ],
      'plain-line dashed',
    ),
    box(clusterX, top, clusterWidth, layers.bottom + 12 - top, 'ground'),
    text(clusterX + 12, top + 20, 'a cluster', { bold: true, size: 13 }),

    box(iactX - 14, layers.glb, psumX + psumWidth + 28 - iactX, glbHeight, 'box'),
    text(iactX, layers.glb + 16, 'global buffer', { bold: true }),
    ...row(iactX, layers.glb + 26, iactWidth, 26, iactBanks, 'memory', ''),
    ...row(psumX, layers.glb + 26, psumWidth, 26, peColumns, 'memory', ''),
    textLines(iactX, layers.glb + 68, ['iact banks', `${iactBankWords} × ${word}b, ${iactBankBytes(chip)} bytes`], 14, {
      size: 10,
      width: iactWidth,
    }),
    textLines(
      psumX,
      layers.glb + 68,
      ['psum banks', `${psumBankWords} × ${2 * pe.psumBits}b, ${psumBankBytes(chip)} bytes`],
      14,
      { size: 10, width: psumWidth },
    ),

    box(iactX - 14, layers.routers, right - 14 - iactX + 14, routersHeight, 'box'),
    text(iactX, layers.routers + 16, 'routers', { bold: true }),
    text(right - 22, layers.routers + 16, 'to and from the clusters above, below and beside', {
      size: 10,
      anchor: 'end',
      ink: 'quiet-ink',
    }),
    ...row(iactX, layers.routers + 24, iactWidth, 20, iactBanks, 'iact-box', ''),
    ...row(psumX, layers.routers + 24, psumWidth, 20, peColumns, 'psum-box', ''),
    ...row(weightX, layers.routers + 24, weightWidth, 20, peRows, 'weight-box', ''),
    text(iactX, layers.routers + 60, `${iactBanks} for iacts, ${word}b`, { size: 10, width: iactWidth }),
    text(psumX, layers.routers + 60, `${peColumns} for psums, 2 × ${pe.psumBits}b`, { size: 10, width: psumWidth }),
    text(weightX, layers.routers + 60, `${peRows} for weights, ${word}b`, { size: 10, width: weightWidth }),

    box(iactX - 14, layers.pes, right - 14 - iactX + 14, pesEnd - layers.pes, 'box'),
    text(iactX, layers.pes + 16, 'PEs', { bold: true }),
    text(
      iactX + 30,
      layers.pes + 16,
      'a row shares a weight router; psums go up the columns; each PE listens to a slot of an iact router',
      { size: 10, ink: 'quiet-ink', width: right - 70 - iactX },
    ),
    ...Array.from({ length: peRows }, (_, index) =>
      row(
        iactX,
        layers.pes + 28 + index * (peHeight + 6),
        right - 28 - iactX,
        peHeight,
        peColumns,
        'plain-box',
        `PE ${index},`,
      ),
    ).flat(),

    box(iactX - 14, layers.output, right - 14 - iactX + 14, 44, 'output-box'),
    text(iactX, layers.output + 18, 'output unit', { bold: true }),
    text(
      iactX,
      layers.output + 34,
      'bias, multiplier and shift of each channel, clamp: 8b outputs, compressed for the next layer',
      { size: 10, width: right - 40 - iactX },
    ),

    arrow(
      [
        [iactAt, top + 12],
        [iactAt, layers.glb],
      ],
      'iact',
    ),
    text(iactAt + 6, top + 28, 'iacts', { size: 10, ink: 'iact-ink' }),
    arrow(
      [
        [weightAt, top + 12],
        [weightAt, layers.routers],
      ],
      'weight',
    ),
    text(weightAt + 6, top + 28, 'weights', { size: 10, ink: 'weight-ink' }),
    arrow(
      [
        [iactAt, glbEnd],
        [iactAt, routersStart],
      ],
      'iact',
    ),
    arrow(
      [
        [psumAt - 10, glbEnd],
        [psumAt - 10, routersStart],
      ],
      'psum',
    ),
    arrow(
      [
        [psumAt + 10, routersStart],
        [psumAt + 10, glbEnd],
      ],
      'psum',
    ),
    arrow(
      [
        [iactAt, routersEnd],
        [iactAt, pesStart],
      ],
      'iact',
    ),
    arrow(
      [
        [psumAt - 10, routersEnd],
        [psumAt - 10, pesStart],
      ],
      'psum',
    ),
    arrow(
      [
        [psumAt + 10, pesStart],
        [psumAt + 10, routersEnd],
      ],
      'psum',
    ),
    arrow(
      [
        [weightAt, routersEnd],
        [weightAt, pesStart],
      ],
      'weight',
    ),
    arrow(
      [
        [weightAt, pesEnd],
        [weightAt, layers.output],
      ],
      'weight',
    ),
    text(weightAt - 6, pesEnd + 20, 'parameters, among the weights of row 0', {
      size: 10,
      anchor: 'end',
      ink: 'weight-ink',
    }),
    arrow(
      [
        [iactX - 14, layers.glb + 60],
        [clusterX + 18, layers.glb + 60],
        [clusterX + 18, layers.output + 22],
        [iactX - 14, layers.output + 22],
      ],
      'psum',
    ),
    text(clusterX + 23, pesEnd + 20, 'psums of the last pass', { size: 10, ink: 'psum-ink' }),
    arrow(
      [
        [right - 14, layers.output + 22],
        [right + 8, layers.output + 22],
      ],
      'output',
    ),
  ];
}

/** Boxes side by side; numbered where they have a name. */
function row(x: number, y: number, whole: number, height: number, count: number, look: string, name: string): string[] {
  const pitch = (whole + 6) / count;
  return Array.from({ length: count }, (_, index) => {
    const shape = box(x + index * pitch, y, pitch - 6, height, look);
    if (name === '') return shape;
    return `${shape}\n${text(x + (index + 0.5) * pitch - 3, y + height / 2 + 4, `${name}${index}`, { anchor: 'middle' })}`;
  });
}

function iactBankBytes(chip: ChipParameters): number {
  return (chip.iactBankWords * chipWidths(chip).word) / 8;
}

function psumBankBytes({ psumBankWords, pe }: ChipParameters): number {
  return (psumBankWords * 2 * pe.psumBits) / 8;
}
