/**
 * The command of a layer: one, static, broadcast to all clusters (J19 section III-D). It sets up every loop counter, every address
 * generator and every router's mode; nothing else tells the hardware what to do.
 */
import { Bits, Bool, Bundle, type BundleType, Enum, SInt, UInt, Vec } from '../../gen/index.ts';
import { forPorts, type SidePort, sidesOf } from '../noc/router-ports.ts';
import { isWide, type MeshColumns } from '../noc/wide.ts';
import { chipWidths, clusterCount, type ChipParameters } from '../parameters.ts';
import { PeCommand } from '../pe/command.ts';

/** Bits of a word of the command stream. */
export const COMMAND_WORD_BITS = 32;

/** Bits of the counters of passes, replays, chunks and groups. */
export const LOOP_BITS = 16;

/** Bits of the number of words of a segment of iacts, where these are uncompressed. */
export const SEGMENT_WORDS_BITS = 4;

/** Bits of the number of outputs of a segment. */
export const OUTPUT_SEGMENT_BITS = 6;

/**
 * Where words from a source of a router may go (J19 Fig 11), besides `off`: to the PEs of this cluster (unicast), to the horizontal
 * neighbours too, to the vertical neighbours too, to all of them.
 */
export const RouterMode = Enum(['off', 'unicast', 'horizontal', 'vertical', 'broadcast']);

/** Where the psums of a source go. */
export const PsumTarget = Enum(['none', 'bank', 'pe', 'south']);

/** Which iact router a PE listens to, and to which of its slots. */
export function PeSelect(p: ChipParameters) {
  return Bundle({
    /** Iact router. */
    router: UInt(chipWidths(p).router),
    /** Its slot; there is one for each PE column. */
    slot: UInt(chipWidths(p).column),
  });
}

/** The walk of every iact bank over its blocks: see `IactBank`. */
export function IactBankCommand(p: ChipParameters) {
  const { iactAddress, iactWords, iactPlace } = chipWidths(p);
  return Bundle({
    /** Words go from the outside straight to the router, to all slots; the bank idles. */
    bypass: Bool,
    /** Segments of a block. */
    segments: UInt(LOOP_BITS),
    /** Words of a segment, where iacts are uncompressed. */
    segmentWords: UInt(SEGMENT_WORDS_BITS),
    /** Iacts are uncompressed. */
    dense: Bool,
    /** Words from one block to the next; the first of them says where the block ends. */
    blockWords: UInt(iactWords),
    /** Each slot has blocks of its own; otherwise all slots get the same ones. */
    ownSlots: Bool,
    // All that follows up to the counts of the loops are blocks times blockWords, as a `BlockPlace`: laps of the bank modulo four,
    // and the rest. A chunk may have more words than that.
    /** Words of the blocks that fit the bank. */
    ringWords: UInt(iactPlace),
    /** Words from slot 0's blocks to each slot's. */
    slotWords: Vec(p.peColumns, UInt(iactPlace)),
    /** Words from a row piece's block to the next one's. */
    rowWords: UInt(iactPlace),
    /** Words from a pass's blocks to the next one's. */
    passWords: UInt(iactPlace),
    /** Words from a chunk's first block to the next chunk's. */
    chunkWords: UInt(iactPlace),
    /** Words of the blocks that become free after each pass of a chunk's last replay. */
    passRelease: UInt(iactPlace),
    /** Words of the blocks that become free after the chunk, besides. */
    chunkRelease: UInt(iactPlace),
    /** Blocks of a slot in a pass. */
    rows: UInt(iactAddress),
    /** Passes of a replay. */
    passes: UInt(LOOP_BITS),
    /** Times that a chunk's blocks are walked over. */
    replays: UInt(LOOP_BITS),
    /** Chunks of the layer. */
    chunks: UInt(LOOP_BITS),
  });
}

/** The psums that go round between the psum banks and the PE columns. */
export const PsumBankCommand = Bundle({
  /** The last of a pass's words, counted from 0; two psums each: rows · windows · ceil(filters / 2), or, with one pass, a part. */
  lastWord: UInt(LOOP_BITS),
  /** Passes over the same psums. */
  passes: UInt(LOOP_BITS),
});

/** From psums to outputs. */
export function OutputCommand(p: ChipParameters) {
  return Bundle({
    /** Raw psums leave; with `oacts`, before the outputs of their window. One of the two is set. */
    psums: Bool,
    /** Outputs leave. */
    oacts: Bool,
    /** The last of a window's filters, counted from 0: M0 - 1. */
    lastFilter: UInt(PeCommand(p.pe).fields.filters.width),
    /** The parameters of two tiles fit the table, one in each half. */
    tableHalves: Bool,
    /** Windows of a column between two changes of the filters. */
    windows: UInt(2 * LOOP_BITS),
    /** Times that the filters change, the first time included: chunks · replays. */
    tiles: UInt(2 * LOOP_BITS),
    /** Each PE column has filters of its own, and so channels of its own. */
    ownColumns: Bool,
    /** The output that stands for zero. */
    zeroPoint: SInt(9),
    /** The least output. */
    low: SInt(9),
    /** The greatest output. */
    high: SInt(9),
    /** Outputs leave uncompressed. */
    dense: Bool,
    /** Outputs of a segment; divides the filters where there are several. */
    segmentLength: UInt(OUTPUT_SEGMENT_BITS),
  });
}

/** The modes of the horizontal neighbours that the routers of a mesh have. */
function ofSides(mesh: MeshColumns, { fields }: BundleType<Readonly<Record<SidePort, typeof RouterMode>>>) {
  return forPorts(sidesOf(mesh), (side) => fields[side]);
}

/** Modes of iacts from horizontal neighbours. */
export function IactSideModes(mesh: MeshColumns) {
  return ofSides(
    mesh,
    Bundle({
      /** Mode of iacts from the horizontal neighbour. */
      side: RouterMode,
      /** Mode of iacts from the neighbour to the west. */
      west: RouterMode,
      /** Mode of iacts from the neighbour to the east. */
      east: RouterMode,
    }),
  );
}

/** Modes of weights from horizontal neighbours. */
export function WeightSideModes(mesh: MeshColumns) {
  return ofSides(
    mesh,
    Bundle({
      /** Mode of weights from the horizontal neighbour. */
      side: RouterMode,
      /** Mode of weights from the neighbour to the west. */
      west: RouterMode,
      /** Mode of weights from the neighbour to the east. */
      east: RouterMode,
    }),
  );
}

/** What differs from cluster to cluster. */
export function ClusterCommand(p: ChipParameters) {
  const iactRouter = Bundle({
    /** Mode of iacts from the bank, or from outside past it. */
    local: RouterMode,
    /** Mode of iacts from the cluster above. */
    north: RouterMode,
    /** Mode of iacts from the cluster below. */
    south: RouterMode,
    ...IactSideModes(p),
  });
  const weightRouter = Bundle({
    /** Mode of weights from outside. */
    local: RouterMode,
    ...WeightSideModes(p),
  });
  const psumRouter = Bundle({
    /** Target of psums from the bank. */
    bank: PsumTarget,
    /** Target of psums from the top PE of the column. */
    pe: PsumTarget,
    /** Target of psums from the cluster above. */
    north: PsumTarget,
  });
  return Bundle({
    iactRouters: Vec(p.iactBanks, iactRouter),
    weightRouters: Vec(p.peRows, weightRouter),
    /** All psum routers of a cluster work alike. */
    psumRouter,
    /** The cluster's psum banks give the first psums of a chain. */
    chainFirst: Bool,
    /** The cluster's psum banks take the last psums of a chain, and its output unit makes outputs of them. */
    chainLast: Bool,
    /** The cluster's iact banks are filled from outside and send. */
    iactSource: Bool,
  });
}

export function LayerCommand(p: ChipParameters) {
  return Bundle({
    pe: PeCommand(p.pe),
    peSelect: Vec(p.peRows * p.peColumns, PeSelect(p)),
    iactBank: IactBankCommand(p),
    psumBank: PsumBankCommand,
    output: OutputCommand(p),
    clusters: Vec(clusterCount(p), ClusterCommand(p)),
  });
}

/**
 * The part of the command that the system controller keeps: all of it, but in a wide mesh, whose rows keep what is for their
 * clusters.
 */
export function ControllerCommand(p: ChipParameters) {
  const { clusters, ...common } = LayerCommand(p).fields;
  return Bundle({ ...common, ...(isWide(p) ? {} : { clusters }) });
}

/** How a row of a wide mesh gets what is for its clusters. */
export const ClusterCommandLink = Bundle({
  /** The next word of the command. */
  word: Bits(COMMAND_WORD_BITS),
  /** It moves in. */
  shift: Bool,
  /** The layer begins or runs: otherwise everything in the clusters is off. */
  on: Bool,
});

/** What every cluster is told alike. */
export function CommonCommand(p: ChipParameters) {
  const { clusters: _clusters, ...common } = LayerCommand(p).fields;
  return Bundle(common);
}
