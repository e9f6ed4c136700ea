/** Shares the lanes from outside among the routers, as the chip's lane dealers take them apart. */
import { WEIGHT_HEADER } from '../../hw/pe-cluster/weight-packet.ts';
import type { ChipLayer } from './chip-layer.ts';

/** The words for one router. */
export interface RouterStream {
  readonly cluster: number;
  readonly router: number;
  readonly words: Uint32Array;
}

/** What comes in turn: the first word at `at` tells how many follow it, and whether the same router is next again. */
type PacketAt = (words: Uint32Array, at: number) => { more: number; again: boolean };

/** The words of each iact lane; where several routers share one, they take turns segment by segment. */
export function iactLanes({ chip, dense, ring }: ChipLayer, routers: readonly RouterStream[]): Uint32Array[] {
  const { iactBanks, iactLanes: lanes } = chip;
  const countMask = (1 << chip.pe.dataBits) - 1;
  return deal(routers, iactBanks, chip.clusterRows * chip.clusterColumns * iactBanks, lanes, (words, at) => ({
    more: dense ? ring.segmentWords - 1 : (words[at]! & countMask) >> 1,
    again: false,
  }));
}

/**
 * The words of each weight lane; where several routers share one, they take turns packet by packet, parameters of the output unit
 * together with the tile that follows them.
 */
export function weightLanes({ chip }: ChipLayer, routers: readonly RouterStream[]): Uint32Array[] {
  const { peRows, weightLanes: lanes } = chip;
  const { words: length, output } = WEIGHT_HEADER;
  return deal(routers, peRows, chip.clusterRows * chip.clusterColumns * peRows, lanes, (words, at) => ({
    more: (words[at]! >>> length.from) & (2 ** length.width - 1),
    again: ((words[at]! >>> output.from) & 1) === 1,
  }));
}

function deal(
  routers: readonly RouterStream[],
  perCluster: number,
  total: number,
  lanes: number,
  packetAt: PacketAt,
): Uint32Array[] {
  const perLane = total / lanes;
  return Array.from({ length: lanes }, (_, lane) => {
    const sharers = routers
      .filter(({ cluster, router }) => Math.floor((cluster * perCluster + router) / perLane) === lane)
      .map(({ words }) => words);
    if (sharers.length <= 1) return sharers[0] ?? new Uint32Array(0);
    return takeTurns(sharers, packetAt);
  });
}

function takeTurns(sharers: readonly Uint32Array[], packetAt: PacketAt): Uint32Array {
  const whole = new Uint32Array(sharers.reduce((sum, words) => sum + words.length, 0));
  const next = sharers.map(() => 0);
  let at = 0;
  for (let turn = 0; at < whole.length; turn = (turn + 1) % sharers.length) {
    const words = sharers[turn]!;
    for (let again = true; again && next[turn]! < words.length;) {
      const start = next[turn]!;
      const packet = packetAt(words, start);
      again = packet.again;
      next[turn] = start + 1 + packet.more;
      whole.set(words.subarray(start, next[turn]), at);
      at += 1 + packet.more;
    }
  }
  return whole;
}
