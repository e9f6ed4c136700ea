/** A router from near. */
import type { RouterPort } from '../../hw/noc/router-ports.ts';
import { allows, type RouterModeName } from '../../hw/noc/routing.ts';
import { box, text, textLines } from './svg.ts';

/** Width of a router's box; it is 50 high. */
export const routerWidth = 86;

const shortNames: Readonly<Record<RouterPort, string>> = {
  local: 'PEs',
  north: 'N',
  south: 'S',
  side: 'side',
  west: 'W',
  east: 'E',
};

/** A router with its mode, and where that lets words go. */
export function routerBox<P extends RouterPort>(
  x: number,
  middle: number,
  name: string,
  network: 'iact' | 'weight',
  modes: Readonly<Partial<Record<P, RouterModeName>>>,
  ports: readonly P[],
  isThere: (port: RouterPort) => boolean,
): string {
  const source = ports.find((port) => (modes[port] ?? 'off') !== 'off');
  const mode = source === undefined ? 'off' : (modes[source] ?? 'off');
  const destinations = ports.filter((port) => isThere(port) && source !== undefined && allows(mode, source, port));
  const lines =
    source === undefined
      ? ['off']
      : [`${source}: ${mode}`, `to ${destinations.map((port) => shortNames[port]).join(', ')}`];
  return [
    box(x, middle - 25, routerWidth, 50, source === undefined ? 'bare idle' : `${network}-box`),
    text(x + 6, middle - 10, name, { size: 10, bold: true, width: routerWidth - 10 }),
    textLines(x + 6, middle + 4, lines, 13, { size: 10, width: routerWidth - 10 }),
  ].join('\n');
}
