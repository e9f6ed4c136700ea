/** What is published about networks on Eyeriss v2, to stand beside what is measured here. */

/** PEs and clock that the results are of. */
const paperChip = { pes: 192, clockMHz: 200 };

/** Throughput that is lost when off-chip memory gives and takes no more than this. */
interface LimitedResult {
  readonly megabytesPerSecond: number;
  /** Share of the inferences per second, 0 to 1. */
  readonly loss: number;
}

export interface PaperResult {
  /** One image at a time, off-chip bandwidth unlimited. */
  readonly inferencesPerSecond: number;
  /** The same in cycles of the paper's clock. */
  readonly cycles: number;
  readonly limited?: LimitedResult;
  /** By layers' names: MACs of two non-zeros on the pruned network's real tensors. */
  readonly effectualMacs?: Readonly<Record<string, number>>;
}

/** Inferences per second: J19 Table VI. Losses at 25,600 MB/s: J19 section V-B. */
const throughput: Readonly<Record<string, readonly [inferencesPerSecond: number, loss?: number]>> = {
  alexnet: [102.1],
  'alexnet sparse': [278.7, 0.16],
  'mobilenet-v1-0.5-128': [1282.1],
  'mobilenet-v1-0.5-128 sparse': [1470.6, 0.24],
};

/**
 * L01 to L28 of MobileNet v1 0.5/128 in Sparseloop's validation (MICRO 2022, ground_truth_cycles.yaml), in this order: MACs that
 * are not skipped. Of depthwise layers and CONV1 they count zeros of iacts as well.
 */
const sparseloopMacs = [
  1769472, 544768, 461302, 278528, 873643, 513024, 1702140, 145920, 1499682, 270848, 2491491, 73728, 1144158, 147456,
  2238663, 147456, 2173758, 124096, 1457458, 147456, 1677684, 147456, 1821557, 36864, 948572, 73728, 775316, 95443,
];

const effectualMacs = {
  'mobilenet-v1-0.5-128 sparse': Object.fromEntries(
    sparseloopMacs.map((macs, index) => [`L${String(index + 1).padStart(2, '0')}`, macs]),
  ),
};

/** What a run is compared by. */
export interface ComparedRun {
  readonly network: string;
  readonly sparse: boolean;
  readonly totals: { readonly totalPes: number; readonly images: number };
}

/** Undefined where nothing is published, or where the run is of a chip or a batch of another size. */
export function paperResult({ network, sparse, totals }: ComparedRun): PaperResult | undefined {
  const key = sparse ? `${network} sparse` : network;
  const known = throughput[key];
  if (known === undefined || totals.totalPes !== paperChip.pes || totals.images !== 1) return undefined;
  const [inferencesPerSecond, loss] = known;
  const macs = key in effectualMacs ? effectualMacs[key as keyof typeof effectualMacs] : undefined;
  return {
    inferencesPerSecond,
    cycles: Math.round((paperChip.clockMHz * 1e6) / inferencesPerSecond),
    ...(loss === undefined ? {} : { limited: { megabytesPerSecond: 25_600, loss } }),
    ...(macs === undefined ? {} : { effectualMacs: macs }),
  };
}
