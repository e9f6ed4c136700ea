/**
 * How much work a layer is, and how a mapping deals it out to the PEs: in what a PE takes in a cycle, which is a word of two weights,
 * or with one MAC a weight.
 */
import { clusterCount } from '../../hw/parameters.ts';
import { columnCycles as cyclesOfColumns, columnIndex } from '../mapper/column-words.ts';
import {
  filterTileOf,
  filtersOfTile,
  type Loops,
  pieceOf,
  roleOf,
  type ClusterRole,
  unitOf,
  type Unit,
} from '../mapper/loops.ts';
import { columnCycles } from '../pe/column-cycles.ts';
import type { Operands } from '../chip/chip-program.ts';
import { weightColumns } from '../run/chip-work.ts';

export interface PeWork {
  /** MACs with both operands non-zero. */
  readonly effectualMacs: number;
  /** Words that these MACs take if all filters are in one tile: no mapping has fewer. Uncompressed, all MACs count. */
  readonly leastWords: number;
  /** Words of all PEs by the mapping. */
  readonly words: number;
  /** Words of the PE that has most. */
  readonly busiestWords: number;
  /** PEs that have any share of the layer, zeros included. */
  readonly activePes: number;
}

/** Every word is counted once, at the PE, the weight tile and the row piece that it belongs to. */
export function peWork(loops: Loops, { iacts, weights }: Pick<Operands, 'iacts' | 'weights'>): PeWork {
  const { work, mapping, chip, groupClusters } = loops;
  const dense = mapping.encoding === 'dense';
  const rolesOf: ClusterRole[][] = Array.from({ length: groupClusters }, () => []);
  const clusters = Array.from({ length: clusterCount(chip) }, (_, cluster) => roleOf(loops, cluster));
  for (const role of clusters) rolesOf[role.group]!.push(role);
  const pesOfCluster = chip.peRows * chip.peColumns;
  const wordsOfPe = new Float64Array(clusters.length * pesOfCluster);
  const active = new Uint8Array(wordsOfPe.length);
  let effectualMacs = 0;
  let leastWords = 0;
  for (let group = 0; group < work.g; group++) {
    const nonZeroWeights = weightColumns(loops, weights.data, group).weights;
    const met = iactsMet(loops, iacts.data, group);
    for (const [column, count] of nonZeroWeights.entries()) {
      const all = met.total[column]!;
      effectualMacs += count * all;
      leastWords += dense
        ? columnCycles(work.m, chip.pe) * work.n * work.e * work.f
        : columnCycles(count, chip.pe) * all;
    }
    const tiles = Array.from({ length: loops.filterTiles }, (_, tile) =>
      cyclesOfColumns(work, weights.data, group, filtersOfTile(loops, tile), mapping.encoding, chip.pe),
    );
    for (const role of rolesOf[group % groupClusters]!) {
      const first = (role.row * chip.clusterColumns + role.column) * pesOfCluster;
      const chunk = Math.floor(group / groupClusters) * loops.pieceChunks;
      addShares(loops, role, chunk, (peRow, peColumn, unit, tile, piece) => {
        const pe = first + peRow * chip.peColumns + peColumn;
        active[pe] = 1;
        wordsOfPe[pe]! += unitWords(loops, unit, tiles[tile]!, met.pieces, piece);
      });
    }
  }
  return {
    effectualMacs,
    leastWords,
    words: wordsOfPe.reduce((sum, words) => sum + words, 0),
    busiestWords: wordsOfPe.reduce((most, words) => Math.max(most, words), 0),
    activePes: active.reduce((sum, one) => sum + one, 0),
  };
}

type AddShare = (peRow: number, peColumn: number, unit: Unit, tile: number, piece: number) => void;

/** All that a cluster does of one group: `firstChunk` is the group's first, the others follow it. */
function addShares(loops: Loops, role: ClusterRole, firstChunk: number, add: AddShare): void {
  const { mapping, chip, passes, replays, pieceChunks, work, piecesPerRow } = loops;
  for (let peColumn = 0; peColumn < chip.peColumns; peColumn++) {
    const tiles = Array.from({ length: replays }, (_, replay) => filterTileOf(loops, role, peColumn, replay));
    const pieces: number[] = [];
    for (let chunk = firstChunk; chunk < firstChunk + pieceChunks; chunk++) {
      for (let row = 0; row < mapping.rows; row++) {
        const piece = pieceOf(loops, role, peColumn, chunk, row);
        if (piece !== undefined)
          pieces.push((piece.n * work.e + piece.e) * piecesPerRow + Math.floor(piece.f / mapping.windows));
      }
    }
    for (let pass = 0; pass < passes; pass++) {
      for (let peRow = 0; peRow < chip.peRows; peRow++) {
        const unit = unitOf(loops, role, pass, peRow);
        if (unit === undefined) continue;
        for (const tile of tiles) if (tile >= 0) for (const piece of pieces) add(peRow, peColumn, unit, tile, piece);
      }
    }
  }
}

/** Words that the iacts of a row piece meet in a weight tile. */
function unitWords({ work, pieces }: Loops, unit: Unit, tile: Uint16Array, met: Uint32Array, piece: number): number {
  const { kernelRow, kernelColumns, channels } = unit;
  let words = 0;
  for (let channel = channels.start; channel < channels.start + channels.size; channel++) {
    const first = columnIndex(work, channel, kernelRow, kernelColumns.start);
    for (let column = first; column < first + kernelColumns.size; column++)
      words += tile[column]! * met[column * pieces + piece]!;
  }
  return words;
}

/**
 * Iacts that each weight column of a group meets.
 *
 * @returns for each row piece, [column, piece]: non-zero ones, or uncompressed all; and the non-zero ones of the whole layer
 */
function iactsMet(
  { work, mapping, pieces, piecesPerRow }: Loops,
  iacts: Int8Array | Uint8Array,
  group: number,
): { pieces: Uint32Array; total: Uint32Array } {
  const { stride, pad, iactIndex } = work;
  const columns = work.c * work.r * work.s;
  const ofPieces = new Uint32Array(columns * pieces);
  const total = new Uint32Array(columns);
  for (let column = 0; column < columns; column++) {
    const kernelColumn = column % work.s;
    const kernelRow = Math.floor(column / work.s) % work.r;
    const channel = Math.floor(column / (work.s * work.r));
    for (let line = 0; line < work.n * work.e; line++) {
      const image = Math.floor(line / work.e);
      const y = (line - image * work.e) * stride[0] + kernelRow - pad[0];
      for (let f = 0; f < work.f; f++) {
        const index = iactIndex(image, group, channel, y, f * stride[1] + kernelColumn - pad[1]);
        const nonZero = index >= 0 && iacts[index] !== 0;
        if (nonZero) total[column]!++;
        if (nonZero || mapping.encoding === 'dense')
          ofPieces[column * pieces + line * piecesPerRow + Math.floor(f / mapping.windows)]!++;
      }
    }
  }
  return { pieces: ofPieces, total };
}
