/** The array as a layer is mapped on it: every cluster and router, one cluster from near. */
import type { ChipProgram } from '../chip/chip-program.ts';
import type { LayerCommandValue } from '../chip/command-words.ts';
import type { ChipLayer } from '../chip/chip-layer.ts';
import { clusterView, clusterViewHeight, clusterViewWidth } from './cluster-view.ts';
import { letters } from './layer-parts.ts';
import { mappingFacts } from './mapping-facts.ts';
import { meshPanels, modeLetters, panelsHeight, panelsWidth } from './mesh-panels.ts';
import { arrow, box, drawing, text, textLines } from './svg.ts';

const margin = 16;
const leastWidth = 900;
const leading = 16;

/** @param configName what the chip is called */
export function drawArray({ chipLayer: layer, command }: ChipProgram, configName: string): string {
  const { chip } = layer;
  const title = `${layer.layer.name} on ${configName}`;
  const width = Math.max(leastWidth, clusterViewWidth(chip) + 2 * margin, panelsWidth(chip) + 2 * margin);
  const inner = width - 2 * margin;
  const header = mappingFacts(layer);
  const cluster = fedCluster(command);
  const shown = `${Math.floor(cluster / chip.clusterColumns)},${cluster % chip.clusterColumns}`;
  const panelsY = margin + 16 + header.length * leading + 24;
  const viewTitleY = panelsY + panelsHeight(layer) + 40;
  const viewY = viewTitleY + 8;
  const legendY = viewY + clusterViewHeight(layer) + 34;
  return drawing(
    {
      title,
      description: `${header.map(([name, fact]) => `${name}: ${fact}`).join('. ')}. All ${chip.clusterRows} × ${chip.clusterColumns} clusters with the part of the layer that each has and the modes of its routers, and the PEs of cluster ${shown}.`,
      width,
      height: legendY + legendHeight,
    },
    [
      text(margin, margin + 10, title, { size: 16, bold: true }),
      ...header.flatMap(([name, fact], index) => [
        text(margin, margin + 32 + index * leading, name, { bold: true, ink: 'quiet-ink' }),
        text(margin + 62, margin + 32 + index * leading, fact, { ink: 'quiet-ink', width: inner - 62 }),
      ]),
      ...meshPanels(layer, command, margin, panelsY),
      text(margin, viewTitleY, `Cluster ${shown} in the first chunk, replay and pass`, { size: 13, bold: true }),
      ...clusterView(layer, command, cluster, [margin, viewY, inner]),
      ...legend(layer, margin, legendY, inner),
    ],
  );
}

/** The first cluster that gets both iacts and weights from outside. */
function fedCluster({ clusters }: LayerCommandValue): number {
  const fed = clusters.findIndex(
    ({ iactSource, weightRouters }) => iactSource && weightRouters.some(({ local }) => local !== 'off'),
  );
  return Math.max(0, fed);
}

const legendHeight = 104;

function legend(layer: ChipLayer, x: number, y: number, width: number): string[] {
  const modes = Object.entries(modeLetters).map(([mode, letter]) => `${letter} ${mode}`);
  const arrows = [
    ['iact', 'iacts'],
    ['weight', 'weights'],
    ['psum', 'psums'],
    ['output', 'outputs'],
  ] as const;
  const keys = arrows.map(([network, name], index) => [
    arrow(
      [
        [x + index * 92, y + 28],
        [x + index * 92 + 24, y + 28],
      ],
      network,
    ),
    text(x + index * 92 + 30, y + 32, name),
  ]);
  const at = x + arrows.length * 92;
  return [
    text(x, y + 8, 'Legend', { bold: true, size: 12 }),
    ...keys.flat(),
    arrow(
      [
        [at, y + 28],
        [at + 24, y + 28],
      ],
      'iact',
      { dashed: true },
    ),
    text(at + 30, y + 32, 'dropped by the router it comes to'),
    box(at + 240, y + 21, 24, 13, 'memory', 2),
    text(at + 270, y + 32, 'memory in use'),
    box(at + 370, y + 21, 24, 13, 'bare idle', 2),
    text(at + 400, y + 32, 'not used'),
    textLines(
      x,
      y + 52,
      [
        `modes of a router's source: ${modes.join(', ')}; all but off reach the PEs of the cluster`,
        'horizontal: to the neighbour beside as well; vertical: to those above and below; broadcast: to all of these',
        `${letters(layer).join('; ')}; iacts 1.2: the PE listens to iact router 1, slot 2`,
      ],
      leading,
      { ink: 'quiet-ink', width },
    ),
  ];
}
