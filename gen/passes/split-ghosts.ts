import type { GhostLayer } from '../ir/checked-module.ts';

/** Pass: takes what exists only for checks out of the RTL. */
export function splitGhosts({ combinational, sequential, writes }: GhostLayer): { rtl: GhostLayer; ghost: GhostLayer } {
  const layer = (isGhost: boolean): GhostLayer => ({
    combinational: new Map([...combinational].filter(([{ ghost = false }]) => ghost === isGhost)),
    sequential: sequential.filter(({ registers }) => (registers[0]!.ghost ?? false) === isGhost),
    writes: new Map([...writes].filter(([{ ghost = false }]) => ghost === isGhost)),
  });
  return { rtl: layer(false), ghost: layer(true) };
}
