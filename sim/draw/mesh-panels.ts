/** The mesh, drawn once for what its clusters work on and once for each network, row beside row. */
import { isSide, type RouterPort } from '../../hw/noc/router-ports.ts';
import type { RouterModeName } from '../../hw/noc/routing.ts';
import type { ChipParameters } from '../../hw/parameters.ts';
import type { ChipLayer } from '../chip/chip-layer.ts';
import type { LayerCommandValue } from '../chip/command-words.ts';
import { isChainLast } from '../chip/chip-layer.ts';
import { clusterPart } from './layer-parts.ts';
import { iactTraffic, psumLinks, type RouterIntake, type Traffic, weightTraffic } from './mesh-traffic.ts';
import { arrow, box, line, text, textLines } from './svg.ts';
import type { Network } from './theme.ts';

/** A letter in a router's square for each mode. */
export const modeLetters: Readonly<Record<RouterModeName, string>> = {
  off: '–',
  unicast: 'U',
  horizontal: 'H',
  vertical: 'V',
  broadcast: 'B',
};

const rowHeight = 62;
const rowGap = 20;
const panelGap = 12;
/** Width of a cluster, in the panel of parts and in the panels of networks, where the mesh has one column, and where it has more. */
const partWidths = [244, 118] as const;
const clusterWidths = [164, 70] as const;
const betweenParts = 8;
/** Of a line of panels, which has room for those of a mesh of two columns. */
const leastWidth = 868;
const lineGap = 28;
const betweenColumns = 24;
/** Room beside a network's mesh for arrows from and to the outside. */
const outsideWidth = 16;
const largestSquare = 13;
const titleHeight = 24;

/** Where the clusters of a panel stand. */
interface Panel {
  readonly layer: ChipLayer;
  readonly x: number;
  readonly y: number;
  readonly clusterWidth: number;
  readonly gap: number;
}

function place({ layer, x, y, clusterWidth: width, gap }: Panel, cluster: number): { x: number; y: number } {
  const { clusterColumns } = layer.chip;
  return {
    x: x + (cluster % clusterColumns) * (width + gap),
    y: y + titleHeight + Math.floor(cluster / clusterColumns) * (rowHeight + rowGap),
  };
}

/** Of clusters and panels, for a mesh of so many columns. */
function widths(columns: number) {
  const partWidth = columns === 1 ? partWidths[0] : partWidths[1];
  const clusterWidth = columns === 1 ? clusterWidths[0] : clusterWidths[1];
  const partsWidth = columns * partWidth + (columns - 1) * betweenParts;
  const networkWidth = columns * clusterWidth + (columns - 1) * betweenColumns + 2 * outsideWidth;
  return { partWidth, clusterWidth, partsWidth, networkWidth };
}

/** Where the four panels of a mesh stand: side by side, as many as a line holds. */
function arrangement({ clusterRows, clusterColumns }: ChipParameters) {
  const { partsWidth, networkWidth } = widths(clusterColumns);
  const width = Math.max(leastWidth, partsWidth, networkWidth);
  const height = titleHeight + clusterRows * (rowHeight + rowGap) - rowGap;
  const places = [{ x: 0, y: 0 }];
  let right = partsWidth;
  let y = 0;
  for (let network = 0; network < 3; network++) {
    const fits = right + panelGap + networkWidth <= width;
    if (!fits) y += height + lineGap;
    const x = fits ? right + panelGap : 0;
    places.push({ x, y });
    right = x + networkWidth;
  }
  return { places, width, height: y + height };
}

/** Height of the panels, titles included. */
export function panelsHeight({ chip }: ChipLayer): number {
  return arrangement(chip).height;
}

/** Width of the panels together. */
export function panelsWidth(chip: ChipParameters): number {
  return arrangement(chip).width;
}

/** All four panels, from `x` and `y` on. */
export function meshPanels(layer: ChipLayer, command: LayerCommandValue, x: number, y: number): string[] {
  const { chip } = layer;
  const { partWidth, clusterWidth } = widths(chip.clusterColumns);
  const [partsPlace, ...networkPlaces] = arrangement(chip).places;
  const parts: Panel = {
    layer,
    x: x + partsPlace!.x,
    y: y + partsPlace!.y,
    clusterWidth: partWidth,
    gap: betweenParts,
  };
  const network = (index: number): Panel => ({
    layer,
    x: x + networkPlaces[index]!.x + outsideWidth,
    y: y + networkPlaces[index]!.y,
    clusterWidth,
    gap: betweenColumns,
  });
  return [
    ...partsPanel(parts),
    ...routersPanel(network(0), 'iact', 'iact routers', chip.iactBanks, iactTraffic(chip, command), (source) =>
      source === 'local' ? (command.iactBank.bypass ? 'from outside' : 'from its bank') : `from ${source}`,
    ),
    ...routersPanel(network(1), 'weight', 'weight routers', chip.peRows, weightTraffic(chip, command), (source) =>
      source === 'local' ? 'from outside' : `from ${source}`,
    ),
    ...psumPanel(network(2), command),
  ];
}

function partsPanel(panel: Panel): string[] {
  const { layer } = panel;
  return [
    panelTitle(panel, 'part in the first chunk', 'ink'),
    ...layer.roles.flatMap((role, cluster) => {
      const { x, y } = place(panel, cluster);
      const part = clusterPart(layer, role);
      const width = panel.clusterWidth - 12;
      return [
        box(x, y, panel.clusterWidth, rowHeight, part === undefined ? 'bare idle' : 'box'),
        text(x + 6, y + 15, `cluster ${role.row},${role.column}`, { bold: true }),
        textLines(x + 6, y + 30, part ?? ['nothing left for it'], 13, {
          width,
          ...(part === undefined ? { ink: 'quiet-ink' } : {}),
        }),
      ];
    }),
  ];
}

/** @param nameOf a source, as it is written in a cluster */
function routersPanel(
  panel: Panel,
  network: Network,
  title: string,
  routers: number,
  { intakes, links }: Traffic,
  nameOf: (source: RouterPort) => string,
): string[] {
  const { clusterWidth } = panel;
  const parts = [panelTitle(panel, title, `${network}-ink`)];
  panel.layer.roles.forEach((_, cluster) => {
    const { x, y } = place(panel, cluster);
    const own = intakes.filter((intake) => intake.cluster === cluster);
    parts.push(box(x, y, clusterWidth, rowHeight, own.length === 0 ? 'bare idle' : 'box'));
    for (let router = 0; router < routers; router++)
      parts.push(
        routerSquare(
          panel,
          cluster,
          router,
          routers,
          network,
          own.filter((each) => each.router === router),
        ),
      );
    const said = [...new Set(own.flatMap(({ source, mode }) => [nameOf(source), mode]))];
    parts.push(
      textLines(x + clusterWidth / 2, y + 38, said, 14, { size: 10, anchor: 'middle', width: clusterWidth - 6 }),
    );
    for (const { router, source } of own)
      if (source === 'local') parts.push(outsideArrow(panel, cluster, router, routers, network, 'in'));
  });
  for (const { from, to, router, way, dropped } of links) {
    const [start, end] = [place(panel, from), place(panel, to)];
    if (isSide(way)) {
      const eastwards = end.x > start.x;
      const at = start.y + trackAt(router, routers);
      const points = eastwards
        ? ([
            [start.x + clusterWidth, at],
            [end.x, at],
          ] as const)
        : ([
            [start.x, at],
            [end.x + clusterWidth, at],
          ] as const);
      parts.push(arrow(points, network, { dashed: dropped }));
    } else {
      // Words that go north beside words that come from there.
      const { left, size } = squareAt(panel, router, routers);
      const at = start.x + left + size / 2 + (way === 'north' ? 3 : 0);
      const points =
        way === 'south'
          ? ([
              [at, start.y + rowHeight],
              [at, end.y],
            ] as const)
          : ([
              [at, start.y],
              [at, end.y + rowHeight],
            ] as const);
      parts.push(arrow(points, network, { dashed: dropped }));
    }
  }
  return parts;
}

/** All psum routers of a cluster work alike. */
function psumPanel(panel: Panel, command: LayerCommandValue): string[] {
  const { layer, clusterWidth } = panel;
  const columns = layer.chip.peColumns;
  const parts = [panelTitle(panel, 'psum routers', 'psum-ink')];
  layer.roles.forEach((role, cluster) => {
    const { x, y } = place(panel, cluster);
    const { psumRouter } = command.clusters[cluster]!;
    parts.push(box(x, y, clusterWidth, rowHeight, 'box'));
    for (let router = 0; router < columns; router++) {
      const { left, size } = squareAt(panel, router, columns);
      parts.push(box(x + left, y + 10, size, size, 'psum-box', 2));
    }
    // How psums come in, then how they leave.
    const ways = (['bank', 'north', 'pe'] as const)
      .map((source) => [source, psumRouter[source]] as const)
      .filter(([, target]) => target !== 'none');
    parts.push(
      textLines(
        x + clusterWidth / 2,
        y + 38,
        ways.map(([source, target]) => `${source} → ${target}`),
        14,
        {
          size: 10,
          anchor: 'middle',
          width: clusterWidth - 6,
        },
      ),
    );
    if (isChainLast(layer, role)) parts.push(outsideArrow(panel, cluster, 0, 1, 'output', 'out'));
  });
  for (const { from, to } of psumLinks(layer.chip, command)) {
    const [start, end] = [place(panel, from), place(panel, to)];
    for (let router = 0; router < columns; router++) {
      const { left, size } = squareAt(panel, router, columns);
      const at = start.x + left + size / 2;
      parts.push(
        arrow(
          [
            [at, start.y + rowHeight],
            [at, end.y],
          ],
          'psum',
        ),
      );
    }
  }
  return parts;
}

function routerSquare(
  panel: Panel,
  cluster: number,
  router: number,
  routers: number,
  network: Network,
  intakes: readonly RouterIntake[],
): string {
  const { x, y } = place(panel, cluster);
  const square = squareAt(panel, router, routers);
  const left = x + square.left;
  const letter = intakes.map(({ mode }) => modeLetters[mode]).join('') || modeLetters.off;
  const on = intakes.length > 0;
  return [
    box(left, y + 10, square.size, square.size, on ? `${network}-box` : 'bare', 2),
    text(left + square.size / 2, y + 20.5, letter, {
      size: 10,
      bold: on,
      anchor: 'middle',
      ink: on ? 'ink' : 'quiet-ink',
      width: square.size - 1,
    }),
  ].join('\n');
}

/** Between a cluster and the outside, on that side of the mesh where its column stands. */
function outsideArrow(
  panel: Panel,
  cluster: number,
  router: number,
  routers: number,
  network: Network,
  way: 'in' | 'out',
): string {
  const { x, y } = place(panel, cluster);
  const { clusterColumns } = panel.layer.chip;
  const west = cluster % clusterColumns === 0;
  // Beside the links to the next column, where there is one.
  const inside = !west && cluster % clusterColumns < clusterColumns - 1;
  const edge = west ? x : x + panel.clusterWidth;
  const far = west ? edge - outsideWidth + 2 : edge + outsideWidth - 2;
  const at = y + trackAt(router, routers) - (inside ? 5 : 0);
  return arrow(
    way === 'in'
      ? [
          [far, at],
          [edge, at],
        ]
      : [
          [edge, at],
          [far, at],
        ],
    network,
  );
}

/** Left edge and size of a router's square in its cluster. */
function squareAt({ clusterWidth: width }: Panel, router: number, routers: number): { left: number; size: number } {
  const pitch = Math.min(largestSquare + 6, (width - 6) / routers);
  const size = Math.min(largestSquare, pitch - 2);
  return { left: (width - (routers - 1) * pitch - size) / 2 + router * pitch, size };
}

/** Height at which a router's horizontal links meet its cluster. */
function trackAt(router: number, routers: number): number {
  return (rowHeight * (router + 1)) / (routers + 1);
}

function panelTitle({ layer, x, y, clusterWidth: width, gap }: Panel, title: string, ink: string): string {
  const { clusterColumns } = layer.chip;
  const whole = clusterColumns * width + (clusterColumns - 1) * gap;
  return [
    text(x + whole / 2, y + 8, title, { bold: true, anchor: 'middle', ink, size: 12 }),
    line(
      [
        [x, y + 14],
        [x + whole, y + 14],
      ],
      'plain-line',
    ),
  ].join('\n');
}
