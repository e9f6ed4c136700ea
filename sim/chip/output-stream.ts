/** The words that leave the chip, read back into tensors. */
import { chipWidths } from '../../hw/parameters.ts';
import type { Layer } from '../layer/layer.ts';
import { psumShape } from '../layer/shape.ts';
import { filtersOfTile, filterTileOf, groupOf, pieceOf } from '../mapper/loops.ts';
import { HardwareFault } from '../pe/hardware-fault.ts';
import { type Tensor, zeros } from '../tensor/tensor.ts';
import { type ChipLayer, isChainLast } from './chip-layer.ts';
import type { WantedOutputs } from './layer-command.ts';
import { outputSegmentLength } from './output-plan.ts';

/** Output words of one cluster, in the order in which they came. */
export interface OutputWords {
  readonly count: number;
  data(index: number): number;
  /** PE column that the word's window is from. */
  column(index: number): number;
  /** Whether it is a psum, and not part of the outputs. */
  psum(index: number): boolean;
  /** Whether it is its window's last word. */
  last(index: number): boolean;
}

export interface ChipOutputs {
  /** Int32 [n, g·m, e, f] */
  readonly psums?: Tensor<Int32Array>;
  /** Int8 or uint8 [n, g·m, e, f] */
  readonly oacts?: Tensor<Int8Array | Uint8Array>;
}

/** @throws HardwareFault when what came is not what the layer gives: words, windows or segments too many or too few */
export function decodeOutputs(
  layer: ChipLayer,
  wanted: WantedOutputs,
  wordsOf: (cluster: number) => OutputWords,
): ChipOutputs {
  const decoder = new OutputDecoder(layer, wanted);
  layer.roles.forEach((role, cluster) => {
    const words = wordsOf(cluster);
    if (isChainLast(layer, role)) decoder.decodeCluster(cluster, words);
    else if (words.count > 0)
      throw decoder.fault(cluster, `${words.count} words came, but its psums go on to the cluster below`);
  });
  return decoder.outputs;
}

class OutputDecoder {
  readonly outputs: ChipOutputs;
  readonly #layer: ChipLayer;
  readonly #wanted: WantedOutputs;
  readonly #segmentLength: number;
  /** Filter for filter, of the window at hand. */
  readonly #psums: Int32Array;
  readonly #oacts: Int32Array;

  constructor(layer: ChipLayer, wanted: WantedOutputs) {
    this.#layer = layer;
    this.#wanted = wanted;
    this.#segmentLength = outputSegmentLength(layer);
    this.#psums = new Int32Array(layer.mapping.filters);
    this.#oacts = new Int32Array(layer.mapping.filters);
    const shape = psumShape(layer.layer);
    this.outputs = {
      ...(wanted.psums ? { psums: zeros('int32', shape) } : {}),
      ...(wanted.oacts ? { oacts: zeros(signed(layer.layer) ? 'int8' : 'uint8', shape) } : {}),
    };
  }

  fault(cluster: number, what: string): HardwareFault {
    return new HardwareFault(
      `the chip failed on layer ${this.#layer.layer.name}: outputs of cluster ${cluster}: ${what}`,
    );
  }

  decodeCluster(cluster: number, words: OutputWords): void {
    const { chip, loops, mapping } = this.#layer;
    const windows = loops.chunks * loops.replays * mapping.rows * mapping.windows;
    const seen = new Int32Array(chip.peColumns);
    let start = 0;
    while (start < words.count) {
      const column = words.column(start);
      let end = start;
      while (end < words.count && !words.last(end)) end++;
      if (end === words.count)
        throw this.fault(cluster, `the last window, of column ${column}, has no last word after word ${start}`);
      if (column >= chip.peColumns)
        throw this.fault(cluster, `word ${start} is of column ${column}: there are ${chip.peColumns}`);
      for (let at = start; at <= end; at++)
        if (words.column(at) !== column)
          throw this.fault(cluster, `word ${at} is of column ${words.column(at)}, within a window of column ${column}`);
      if (seen[column] === windows)
        throw this.fault(cluster, `column ${column} gives more than the ${windows} windows that were asked for`);
      this.#decodeWindow(cluster, words, start, end + 1);
      this.#place(cluster, column, seen[column]!);
      seen[column]!++;
      start = end + 1;
    }
    const short = seen.findIndex((count) => count !== windows);
    if (short >= 0) throw this.fault(cluster, `column ${short} gave ${seen[short]} windows of ${windows}`);
  }

  /** Reads the words from `start` to before `end`. */
  #decodeWindow(cluster: number, words: OutputWords, start: number, end: number): void {
    const { mapping, chip } = this.#layer;
    const oactWords: number[] = [];
    const unused = 32 - chipWidths(chip).word;
    let psums = 0;
    for (let at = start; at < end; at++) {
      const data = words.data(at);
      if (!words.psum(at)) oactWords.push(data);
      else if (psums < mapping.filters) this.#psums[psums++] = (data << unused) >> unused;
      else psums++;
    }
    const expected = this.#wanted.psums ? mapping.filters : 0;
    if (psums !== expected)
      throw this.fault(cluster, `a window has ${psums} psums in place of ${expected}, at word ${start}`);
    const used = this.#wanted.oacts ? this.#decodeOacts(cluster, oactWords, start) : 0;
    if (used !== oactWords.length)
      throw this.fault(
        cluster,
        `a window has ${oactWords.length} words of outputs in place of ${used}, at word ${start}`,
      );
  }

  /** @returns the number of words that the window's segments take */
  #decodeOacts(cluster: number, words: readonly number[], start: number): number {
    const { mapping, dense, layer, chip } = this.#layer;
    const { dataBits, countBits } = chip.pe;
    const length = this.#segmentLength;
    const value = (bits: number): number =>
      signed(layer) ? (bits << (32 - dataBits)) >> (32 - dataBits) : bits & (2 ** dataBits - 1);
    const entryBits = dataBits + countBits;
    this.#oacts.fill(0);
    let at = 0;
    for (let first = 0; first < mapping.filters; first += length) {
      const size = Math.min(length, mapping.filters - first);
      if (dense) {
        for (let filter = 0; filter < size; filter++)
          this.#oacts[first + filter] = value((words[at + Math.floor(filter / 3)] ?? 0) >>> (dataBits * (filter % 3)));
        at += Math.ceil(size / 3);
        continue;
      }
      const entry = (index: number): number =>
        ((words[at + (index >> 1)] ?? 0) >>> (entryBits * (index & 1))) & (2 ** entryBits - 1);
      const entries = entry(0) & (2 ** dataBits - 1);
      let filter = -1;
      for (let index = 1; index <= entries; index++) {
        filter += (entry(index) >>> dataBits) + 1;
        if (filter >= size)
          throw this.fault(
            cluster,
            `a segment of ${size} outputs has one at place ${filter}, in the window at word ${start}`,
          );
        this.#oacts[first + filter] = value(entry(index));
      }
      at += Math.ceil((entries + 1) / 2);
    }
    return at;
  }

  /** Puts the window at hand, number `index` of its column, where it belongs. */
  #place(cluster: number, column: number, index: number): void {
    const { loops, mapping, roles, work, layer } = this.#layer;
    const role = roles[cluster]!;
    const window = index % mapping.windows;
    const row = Math.floor(index / mapping.windows) % mapping.rows;
    const tile = Math.floor(index / (mapping.windows * mapping.rows));
    const chunk = Math.floor(tile / loops.replays);
    const group = groupOf(loops, role, chunk);
    const filterTile = filterTileOf(loops, role, column, tile % loops.replays);
    const piece = pieceOf(loops, role, column, chunk, row);
    if (group < 0 || filterTile < 0 || piece === undefined || window >= piece.windows) return;
    const filters = filtersOfTile(loops, filterTile);
    const channels = layer.g * layer.m;
    for (let filter = 0; filter < filters.size; filter++) {
      const channel = work.outputChannel(group, filters.start + filter);
      if (channel < 0) continue;
      const place = ((piece.n * channels + channel) * work.e + piece.e) * work.f + piece.f + window;
      if (this.outputs.psums !== undefined) this.outputs.psums.data[place] = this.#psums[filter]!;
      if (this.outputs.oacts !== undefined) this.outputs.oacts.data[place] = this.#oacts[filter]!;
    }
  }
}

function signed(layer: Layer): boolean {
  return layer.output?.signed === true;
}
