/** One cluster from near: banks, routers, every PE with its part of the layer, and the ways between them. */
import { iactPortsOf, type RouterPort, weightPortsOf } from '../../hw/noc/router-ports.ts';
import { psumsReach } from '../../hw/noc/routing.ts';
import type { ChipParameters } from '../../hw/parameters.ts';
import type { ChipLayer } from '../chip/chip-layer.ts';
import type { LayerCommandValue } from '../chip/command-words.ts';
import { pePart } from './layer-parts.ts';
import { neighbour } from './mesh-traffic.ts';
import { routerBox, routerWidth } from './router-box.ts';
import { arrow, box, line, text, textLines } from './svg.ts';

/** Gaps and sizes from the left to the right, and from the top to the bottom. */
const outside = 20;
const bankWidth = 72;
const gap = 12;
const peHeight = 66;
/** Between two rows of PEs: the iact line of the upper one and the weight line of the lower one. */
const rowGap = 36;
const top = 30;
const psumRouterHeight = 36;
const psumBankHeight = 36;
const outputHeight = 28;
const peMargin = 20;
const leastPitch = 116;
/** Banks, routers and gaps on both sides of the PEs. */
const besidePes = 2 * outside + bankWidth + 2 * routerWidth + 3 * gap + 12;

/** What stands where. */
interface Frame {
  readonly layer: ChipLayer;
  readonly command: LayerCommandValue;
  readonly cluster: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly arrayX: number;
  readonly arrayRight: number;
  readonly pitch: number;
  readonly peWidth: number;
}

export function clusterViewHeight({ chip }: ChipLayer): number {
  return belowPes(chip.peRows) + 24 + psumRouterHeight + 20 + psumBankHeight + 20 + outputHeight;
}

export function clusterView(
  layer: ChipLayer,
  command: LayerCommandValue,
  cluster: number,
  [x, y, width]: readonly [number, number, number],
): string[] {
  const arrayX = x + outside + bankWidth + gap + routerWidth + gap + 6;
  const arrayRight = x + width - outside - routerWidth - gap - 6;
  const pitch = Math.min(160, (arrayRight - arrayX) / layer.chip.peColumns);
  const frame = { layer, command, cluster, x, y, width, arrayX, arrayRight, pitch, peWidth: pitch - peMargin };
  return [...iactSide(frame), ...weightSide(frame), ...pes(frame), ...psumSide(frame)];
}

/** Width that the PEs need to be legible. */
export function clusterViewWidth({ peColumns }: ChipParameters): number {
  return besidePes + peColumns * leastPitch;
}

/** From the top of the view to the bottom of the last row of PEs. */
function belowPes(rows: number): number {
  return top + rows * (peHeight + rowGap) - rowGap;
}

function rowY({ y }: Frame, row: number): number {
  return y + top + row * (peHeight + rowGap);
}

function columnX({ arrayX, pitch }: Frame, column: number): number {
  return arrayX + column * pitch;
}

/** Whether a row of PEs has an iact router of its own, and so work. */
function works({ layer }: Frame, row: number): boolean {
  return row < layer.loops.peRows;
}

function iactSide(frame: Frame): string[] {
  const { layer, command, x, cluster } = frame;
  const { chip } = layer;
  const iactPorts = iactPortsOf(chip);
  const parts: string[] = [];
  for (let router = 0; router < chip.iactBanks; router++) {
    const middle = rowY(frame, router) + peHeight / 2;
    const modes = command.clusters[cluster]!.iactRouters[router]!;
    const source = iactPorts.find((port) => (modes[port] ?? 'off') !== 'off');
    const bankX = x + outside;
    const routerX = bankX + bankWidth + gap;
    if (source === 'local')
      parts.push(
        arrow(
          [
            [x, middle],
            [bankX, middle],
          ],
          'iact',
        ),
        arrow(
          [
            [bankX + bankWidth, middle],
            [routerX, middle],
          ],
          'iact',
        ),
      );
    const { bypass, blockWords } = command.iactBank;
    const held = bypass
      ? ['words go past']
      : [`${Math.floor(chip.iactBankWords / blockWords)} blocks of`, `${blockWords} words`];
    parts.push(
      box(bankX, middle - 25, bankWidth, 50, bypass || source === undefined ? 'bare idle' : 'memory'),
      text(bankX + 6, middle - 10, `iact bank ${router}`, { size: 10, bold: true, width: bankWidth - 10 }),
      textLines(bankX + 6, middle + 4, source === undefined ? ['idle'] : held, 13, { size: 10, width: bankWidth - 10 }),
      routerBox(routerX, middle, `iact router ${router}`, 'iact', modes, iactPorts, destinationsThere(frame)),
    );
    if (source === undefined || !works(frame, router)) continue;
    const lineY = rowY(frame, router) + peHeight + 11;
    const lastX = columnX(frame, chip.peColumns - 1) + 34;
    const turn = routerX + routerWidth + gap / 2;
    parts.push(
      line(
        [
          [routerX + routerWidth, middle],
          [turn, middle],
          [turn, lineY],
          [lastX, lineY],
        ],
        'iact-line',
      ),
    );
    for (let column = 0; column < chip.peColumns; column++) {
      const at = columnX(frame, column) + 34;
      parts.push(
        arrow(
          [
            [at, lineY],
            [at, lineY - 11],
          ],
          'iact',
        ),
      );
    }
  }
  return parts;
}

function weightSide(frame: Frame): string[] {
  const { layer, command, x, width, cluster, arrayRight } = frame;
  const { chip, loops } = layer;
  const parts: string[] = [];
  for (let router = 0; router < chip.peRows; router++) {
    const middle = rowY(frame, router) + peHeight / 2;
    const modes = command.clusters[cluster]!.weightRouters[router]!;
    const routerX = arrayRight + gap + 6;
    parts.push(
      routerBox(
        routerX,
        middle,
        `weight router ${router}`,
        'weight',
        modes,
        weightPortsOf(chip),
        destinationsThere(frame),
      ),
    );
    if (modes.local !== 'off')
      parts.push(
        arrow(
          [
            [x + width, middle],
            [routerX + routerWidth, middle],
          ],
          'weight',
        ),
      );
    const lineY = rowY(frame, router) - 11;
    const turn = routerX - gap / 2;
    const lastX = columnX(frame, 0) + 16;
    parts.push(
      line(
        [
          [routerX, middle],
          [turn, middle],
          [turn, lineY],
          [lastX, lineY],
        ],
        'weight-line',
      ),
    );
    for (let column = 0; column < chip.peColumns; column++) {
      const at = columnX(frame, column) + 16;
      parts.push(
        arrow(
          [
            [at, lineY],
            [at, lineY + 11],
          ],
          'weight',
        ),
      );
    }
  }
  const shared = loops.filterColumns === 1 ? 'the same tile for a whole row of PEs' : 'a tile of its own for each PE';
  parts.push(
    text(arrayRight, rowY(frame, 0) - 17, `weights: ${shared}`, { size: 10, anchor: 'end', ink: 'weight-ink' }),
  );
  return parts;
}

function pes(frame: Frame): string[] {
  const { layer, command, cluster, peWidth } = frame;
  const { chip, roles } = layer;
  const parts: string[] = [];
  for (let row = 0; row < chip.peRows; row++) {
    for (let column = 0; column < chip.peColumns; column++) {
      const [x, y] = [columnX(frame, column), rowY(frame, row)];
      const part = pePart(layer, roles[cluster]!, row, column);
      const { router, slot } = command.peSelect[row * chip.peColumns + column]!;
      parts.push(
        box(x, y, peWidth, peHeight, part === undefined ? 'bare idle' : 'plain-box'),
        text(x + 6, y + 14, `PE ${row},${column}`, { bold: true }),
        text(x + peWidth - 6, y + 14, works(frame, row) ? `iacts ${router}.${slot}` : '', {
          size: 9,
          anchor: 'end',
          ink: 'iact-ink',
          width: peWidth - 54,
        }),
        textLines(x + 6, y + 30, part ?? ['idle: zeros'], 14, {
          width: peWidth - 10,
          ...(part === undefined ? { ink: 'quiet-ink' } : {}),
        }),
      );
      if (row > 0) {
        const at = x + peWidth / 2 + 8;
        parts.push(
          arrow(
            [
              [at, y],
              [at, y - rowGap],
            ],
            'psum',
          ),
        );
      }
    }
  }
  return parts;
}

function psumSide(frame: Frame): string[] {
  const { layer, command, cluster, y, peWidth, arrayX, arrayRight } = frame;
  const { chip, loops } = layer;
  const { psumRouter, chainLast } = command.clusters[cluster]!;
  const bottom = y + belowPes(chip.peRows);
  const routerY = bottom + 24;
  const bankY = routerY + psumRouterHeight + 20;
  const outputY = bankY + psumBankHeight + 20;
  const parts: string[] = [];
  for (let column = 0; column < chip.peColumns; column++) {
    const left = columnX(frame, column);
    const up = left + peWidth / 2 + 8;
    const track = left + peWidth + 10;
    const ways = Object.entries(psumRouter).filter(([, target]) => target !== 'none');
    const bankX = left + 22;
    const keeps = loops.passes > 1;
    parts.push(
      // Up the column and, from the top PE, back down beside it.
      arrow(
        [
          [up, routerY],
          [up, bottom],
        ],
        'psum',
      ),
      arrow(
        [
          [up, rowY(frame, 0)],
          [up, rowY(frame, 0) - 6],
          [track, rowY(frame, 0) - 6],
          [track, routerY + psumRouterHeight / 2],
          [left + peWidth, routerY + psumRouterHeight / 2],
        ],
        'psum',
      ),
      box(left, routerY, peWidth, psumRouterHeight, 'psum-box'),
      text(left + 6, routerY + 14, `psum router ${column}`, { size: 10, bold: true, width: peWidth - 10 }),
      text(left + 6, routerY + 28, ways.map(([source, target]) => `${source} → ${target}`).join(', '), {
        size: 10,
        width: peWidth - 10,
      }),
      box(bankX, bankY, peWidth - 22, psumBankHeight, keeps ? 'memory' : 'bare'),
      text(bankX + 6, bankY + 14, `psum bank ${column}`, { size: 10, bold: true, width: peWidth - 32 }),
      text(bankX + 6, bankY + 28, keeps ? `${command.psumBank.lastWord + 1} words a pass` : 'gives zeros', {
        size: 10,
        width: peWidth - 32,
      }),
    );
    if (psumsReach(psumRouter.bank, 'bank', 'pe'))
      parts.push(
        arrow(
          [
            [up, bankY],
            [up, routerY + psumRouterHeight],
          ],
          'psum',
        ),
      );
    if (psumsReach(psumRouter.pe, 'pe', 'bank')) {
      const down = bankX + 12;
      parts.push(
        arrow(
          [
            [down, routerY + psumRouterHeight],
            [down, bankY],
          ],
          'psum',
        ),
      );
      parts.push(
        arrow(
          [
            [down, bankY + psumBankHeight],
            [down, outputY],
          ],
          'output',
        ),
      );
    }
    if (psumsReach(psumRouter.pe, 'pe', 'south')) {
      const down = left + 10;
      parts.push(
        arrow(
          [
            [down, routerY + psumRouterHeight],
            [down, outputY - 2],
          ],
          'psum',
        ),
      );
    }
  }
  const says = chainLast
    ? 'output unit: psums of the last pass to 8b outputs, encoded for the next layer'
    : 'psums go on to the cluster below; the last of the chain makes outputs of them';
  parts.push(
    box(arrayX, outputY, arrayRight - arrayX, outputHeight, chainLast ? 'output-box' : 'bare idle'),
    text((arrayX + arrayRight) / 2, outputY + 18, says, { anchor: 'middle', width: arrayRight - arrayX - 12 }),
  );
  if (chainLast) parts.push(...outputWays(frame, outputY));
  return parts;
}

/** The parameters that come to the output unit among the weights of row 0, and the words that leave it. */
function outputWays(frame: Frame, outputY: number): string[] {
  const { x, width, arrayRight } = frame;
  const at = arrayRight - 4;
  const middle = outputY + outputHeight / 2;
  return [
    arrow(
      [
        [at, rowY(frame, 0) - 11],
        [at, outputY],
      ],
      'weight',
    ),
    text(at - 4, outputY - 6, 'parameters', { size: 10, anchor: 'end', ink: 'weight-ink' }),
    arrow(
      [
        [arrayRight, middle],
        [x + width, middle],
      ],
      'output',
    ),
  ];
}

/** Which neighbours the cluster has. */
function destinationsThere({ layer, cluster }: Frame): (port: RouterPort) => boolean {
  return (port) => neighbour(layer.chip, cluster, port) !== undefined;
}
