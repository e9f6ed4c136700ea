/** The words of output lanes, sorted by the clusters that they come from. */
import type { ChipParameters } from '../../hw/parameters.ts';
import { clusterCount } from '../../hw/parameters.ts';
import { fieldsOf } from '../simulation/beats.ts';
import { type SimulatedDesign, streamOf } from '../simulation/design.ts';
import type { OutputWords } from './output-stream.ts';

/**
 * @param received packed beats of each output stream of the chip, by its name
 * @returns the words of a cluster
 */
export function sortOutputWords(
  p: ChipParameters,
  design: SimulatedDesign,
  received: Readonly<Record<string, Uint32Array>>,
): (cluster: number) => OutputWords {
  const sharing = clusterCount(p) / p.outputLanes;
  const lanes = Array.from({ length: p.outputLanes }, (_, lane) => {
    const stream = outputStream(lane);
    const names = fieldsOf(design, streamOf(design, stream)).map(({ name }) => name);
    const place = (name: string): number => {
      const at = names.indexOf(name);
      if (at < 0) throw new Error(`stream "${stream}" of design "${design.top}" has no field "${name}"`);
      return at;
    };
    // Each field of a beat is a word of its own: none has more than 32 bits.
    const places = {
      cluster: place('cluster'),
      data: place('data'),
      column: place('column'),
      psum: place('psum'),
      last: place('last'),
    };
    const words = received[stream] ?? new Uint32Array(0);
    return { words, size: names.length, places, of: byCluster(words, names.length, places.cluster, sharing) };
  });
  return (cluster) => {
    const { words, size, places, of } = lanes[Math.floor(cluster / sharing)]!;
    const mine = of[cluster % sharing]!;
    const field = (index: number, place: number): number => words[mine[index]! * size + place]!;
    return {
      count: mine.length,
      data: (index) => field(index, places.data),
      column: (index) => field(index, places.column),
      psum: (index) => field(index, places.psum) === 1,
      last: (index) => field(index, places.last) === 1,
    };
  };
}

/** Name of the stream of an output lane. */
export function outputStream(lane: number): string {
  return `output_${lane}`;
}

/** For each cluster that shares a lane, the numbers of its beats. */
function byCluster(words: Uint32Array, size: number, place: number, sharing: number): Uint32Array[] {
  const beats = words.length / size;
  const counts = new Uint32Array(sharing);
  for (let beat = 0; beat < beats; beat++) counts[words[beat * size + place]!]!++;
  const of = Array.from(counts, (count) => new Uint32Array(count));
  const next = new Uint32Array(sharing);
  for (let beat = 0; beat < beats; beat++) {
    const cluster = words[beat * size + place]!;
    of[cluster]![next[cluster]!++] = beat;
  }
  return of;
}
