/** The rows of a wide mesh, linked with each other. */
import { all, type BoolVal, connect, instance } from '../../gen/index.ts';
import { nobodyTakes, nothingComes } from '../noc/links.ts';
import { type ChipParameters } from '../parameters.ts';
import { iactLinks, streamsInto } from './bus.ts';
import { MeshRow } from './mesh-row.ts';

/** All rows, from the north. The command comes in at the last, whose clusters' part is the highest, the counters leave at the first. */
export function meshRows(p: ChipParameters) {
  const rows = Array.from({ length: p.clusterRows }, (_, row) => instance(MeshRow(p), { name: `row_${row}` }));
  rows.forEach((row, index) => {
    const [north, south] = [rows[index - 1], rows[index + 1]];
    if (north === undefined) {
      nothingComes({ iact: iactLinks(row.fromNorth.iact), weight: streamsInto(row.fromNorth.psum) });
      nobodyTakes({ iact: iactLinks(row.toNorth.iact) });
    } else connect(row.fromNorth, north.toSouth);
    if (south === undefined) {
      nothingComes({ iact: iactLinks(row.fromSouth.iact) });
      nobodyTakes({ iact: iactLinks(row.toSouth.iact) });
      // Psums must not be lost.
      for (const ready of row.toSouth.psum.ready) ready.set(false);
    } else connect(row.fromSouth, south.toNorth);
    row.nextCounter.set(south?.firstCounter ?? 0);
  });
  return rows;
}

/** Whether a signal of every row is set. */
export function everyRow(signals: readonly BoolVal[]): BoolVal {
  const [first, ...others] = signals;
  return all(first!, ...others);
}
