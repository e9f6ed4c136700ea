/** What all PEs of a layer have in common. */
export interface PeShape {
  readonly dense: boolean;
  /** Weights that are worked on in a cycle, of the two of a word. */
  readonly macs: 1 | 2;
  /** Columns of a weight tile. */
  readonly columns: number;
  readonly segmentLength: number;
  /** Segments of a window, of a step, of a block. */
  readonly windowSegments: number;
  readonly stepSegments: number;
  readonly blockSegments: number;
  /** Windows of a block, and blocks for each tile. */
  readonly windows: number;
  readonly rows: number;
  /** Words of psums of a window. */
  readonly psumWords: number;
  /** Windows whose psums have room. */
  readonly inFlight: number;
  /** Entries and segments of the iact SPads, words of the weight data SPad, words of the queue in front of the iact port. */
  readonly iactEntries: number;
  readonly iactSegments: number;
  readonly weightWords: number;
  readonly queueWords: number;
}

/** What the PEs did, in PE cycles, by the names of the activity counters. */
export interface PeActivityCounts {
  compute: number;
  load: number;
  waitPsum: number;
  waitIact: number;
  windowEnd: number;
  drain: number;
}
