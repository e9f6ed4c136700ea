/** The weight words that come from outside: packets of tiles, and of what the outputs are made with. */
import { packWeightHeader } from '../../hw/pe-cluster/weight-packet.ts';
import { filterTileOf, filtersOfTile, groupOf, unitOf } from '../mapper/loops.ts';
import { type ChipLayer, isChainLast, isWeightSource } from './chip-layer.ts';
import { GrowingWords } from './growing-words.ts';
import type { RouterStream } from './lanes.ts';
import { TilePackets } from './tile-packets.ts';
import { outputPlan } from './output-plan.ts';
import type { WeightTiles } from './weight-tiles.ts';

/**
 * The words of every weight router that is fed from outside, in ascending order of clusters and routers: for every chunk, replay
 * and pass the packets with the PE row's tiles. Where outputs are made,
 * their parameters come before the tile of the last pass, by way of PE row 0, whenever the filters change.
 *
 * @param bias [g·m]
 */
export function weightStreams(
  layer: ChipLayer,
  tiles: WeightTiles,
  bias: Int32Array | undefined,
  oacts: boolean,
): RouterStream[] {
  const { chip, roles } = layer;
  const streams: RouterStream[] = [];
  // Clusters that differ in nothing but their positions get the same words.
  const known = new Map<string, Uint32Array>();
  roles.forEach((role, cluster) => {
    if (!isWeightSource(layer, role)) return;
    for (let router = 0; router < chip.peRows; router++) {
      const same = [role.group, role.filter, role.chain, router].join();
      const words = known.get(same) ?? routerWords(layer, tiles, bias, oacts, cluster, router);
      known.set(same, words);
      streams.push({ cluster, router, words });
    }
  });
  return streams;
}

function routerWords(
  layer: ChipLayer,
  tiles: WeightTiles,
  bias: Int32Array | undefined,
  oacts: boolean,
  cluster: number,
  router: number,
): Uint32Array {
  const { loops, roles } = layer;
  const role = roles[cluster]!;
  const { filterColumns } = loops;
  const stream = new GrowingWords();
  const packets = new TilePackets(stream, layer);
  const sendsParameters = oacts && router === 0 && isChainLast(layer, role);
  const { changesEvery } = outputPlan(layer);
  for (let chunk = 0; chunk < loops.chunks; chunk++) {
    const group = groupOf(loops, role, chunk);
    for (let replay = 0; replay < loops.replays; replay++) {
      for (let pass = 0; pass < loops.passes; pass++) {
        const changes = chunk % changesEvery === 0 && pass === loops.passes - 1;
        if (sendsParameters && changes) {
          const parameters = parameterWords(layer, bias, cluster, chunk, replay);
          stream.push(packWeightHeader({ columns: 0, output: true, words: parameters.length }));
          stream.append(parameters);
        }
        const unit = unitOf(loops, role, pass, router);
        const keys = Array.from({ length: filterColumns }, (_, column) =>
          tiles.keyOf(group, filterTileOf(loops, role, column, replay), unit),
        );
        packets.append(keys.map((key) => tiles.wordsOf(key)));
      }
    }
  }
  return stream.finish();
}

/**
 * Bias, multiplier and shift of M0 channels, for each PE column where these have filters of their own; zeros beyond a tile's filters.
 * Three words a channel: bias bits 23-0; multiplier bits 15-0 above bias bits 31-24; shift (bits 20-16) above multiplier bits 30-16.
 */
function parameterWords(
  layer: ChipLayer,
  bias: Int32Array | undefined,
  cluster: number,
  chunk: number,
  replay: number,
): Uint32Array {
  const { loops, roles, mapping, work } = layer;
  const role = roles[cluster]!;
  const { multiplier = 0, shift = 0 } = layer.layer.output ?? {};
  const group = groupOf(loops, role, chunk);
  const words = new Uint32Array(3 * mapping.filters * loops.filterColumns);
  for (let column = 0; column < loops.filterColumns; column++) {
    const tile = filterTileOf(loops, role, column, replay);
    if (group < 0 || tile < 0) continue;
    const filters = filtersOfTile(loops, tile);
    for (let filter = 0; filter < filters.size; filter++) {
      const channel = work.outputChannel(group, filters.start + filter);
      if (channel < 0) continue;
      const at = 3 * (column * mapping.filters + filter);
      const addend = bias?.[channel] ?? 0;
      const factor = typeof multiplier === 'number' ? multiplier : multiplier[channel]!;
      const places = typeof shift === 'number' ? shift : shift[channel]!;
      words[at] = addend & 0xff_ffff;
      words[at + 1] = ((addend >>> 24) & 0xff) | ((factor & 0xffff) << 8);
      words[at + 2] = (factor >>> 16) | (places << 16);
    }
  }
  return words;
}
