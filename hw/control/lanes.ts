/** The lanes to the outside: from a lane to the routers that share it, and from clusters to the lane that they share. */
import {
  arbitrate,
  type BitsType,
  type BoolVal,
  Bundle,
  bitsFor,
  connect,
  type EnumVal,
  haltWhen,
  lit,
  mapStream,
  stage,
  type StreamSink,
  type StreamSource,
  UInt,
} from '../../gen/index.ts';
import type { RouterModeName } from '../noc/routing.ts';
import { OutputWord } from '../output/output-word.ts';
import { clusterCount, type ChipParameters } from '../parameters.ts';
import { type Dealing, dealIacts, dealWeights, type SegmentShape } from './lane-dealer.ts';

/** A word of an output lane: one of the clusters that share the lane, counted from the first of them, and what it says. */
export function LaneWord(p: ChipParameters) {
  const sharing = clusterCount(p) / p.outputLanes;
  return Bundle({ cluster: UInt(bitsFor(Math.max(2, sharing))), ...OutputWord(p).fields });
}

type ModeVal = EnumVal<RouterModeName>;

/** Words come in on some lanes, each of which serves as many of the routers. */
export interface LanesIn {
  readonly lanes: readonly StreamSource<BitsType>[];
  readonly routers: readonly StreamSink<BitsType>[];
  /** Of each router whether words from outside are for it. */
  readonly active: readonly BoolVal[];
}

/** When the layer runs. */
export interface LayerTiming {
  readonly start: BoolVal;
  readonly running: BoolVal;
}

/**
 * What comes before the layer runs waits at the boundary. A lane serves the routers of its number, or of its share of numbers.
 */
function deal(
  { lanes, routers, active }: LanesIn,
  { start, running }: LayerTiming,
  dealt: (lane: StreamSource<BitsType>, dealing: Dealing) => StreamSource<BitsType>[],
): void {
  const share = routers.length / lanes.length;
  lanes.forEach((lane, index) => {
    const [from, to] = [index * share, (index + 1) * share];
    const admitted = haltWhen(stage(lane), running.not());
    const streams = share === 1 ? [admitted] : dealt(admitted, { start, active: active.slice(from, to) });
    routers.slice(from, to).forEach((router, number) => connect(router, streams[number]!));
  });
}

/** Iacts, segment by segment. */
export function iactsFromLanes(p: ChipParameters, lanes: LanesIn, timing: LayerTiming, shape: SegmentShape): void {
  deal(lanes, timing, (lane, dealing) => dealIacts(p, lane, dealing, shape));
}

/** Weights, packet by packet. */
export function weightsFromLanes(lanes: LanesIn, timing: LayerTiming): void {
  deal(lanes, timing, dealWeights);
}

/**
 * What leaves on a lane, window by window of the clusters that share it: to go through a queue at the boundary.
 *
 * @param outputs of all clusters whose lanes are numbered from 0
 */
export function windowsFromClusters(
  p: ChipParameters,
  outputs: readonly StreamSource<ReturnType<typeof OutputWord>>[],
  index: number,
): StreamSource<ReturnType<typeof LaneWord>> {
  const sharing = clusterCount(p) / p.outputLanes;
  const sources = outputs
    .slice(index * sharing, (index + 1) * sharing)
    .map((source, number) =>
      mapStream(source, (data) => ({ cluster: lit(LaneWord(p).fields.cluster, number), ...data })),
    );
  return arbitrate(sources, { until: ({ last }) => last });
}

/** Of the routers of some clusters, row by row, whether they take words from outside. */
export function takers(
  clusters: readonly {
    readonly iactSource: BoolVal;
    readonly iactRouters: readonly { readonly local: ModeVal }[];
    readonly weightRouters: readonly { readonly local: ModeVal }[];
  }[],
): { readonly iacts: BoolVal[]; readonly weights: BoolVal[] } {
  return {
    iacts: clusters.flatMap(({ iactSource, iactRouters }) =>
      iactRouters.map(({ local }) => iactSource.and(local.ne('off'))),
    ),
    weights: clusters.flatMap(({ weightRouters }) => weightRouters.map(({ local }) => local.ne('off'))),
  };
}
