/** What brings the iacts of a router in a layer: its bank with all that it walks over, or the way past it. */
import { type ClusterRole, groupOf, pieceOf, unitOf } from '../mapper/loops.ts';
import type { ArrayPlan } from './array-plan.ts';
import type { IactBlock } from './iact-block.ts';
import { BankModel, type BankPass, BypassModel, type IactModel } from './iact-model.ts';
import { iactLane } from './lane-share.ts';
import type { PeModel } from './pe-model.ts';
import type { Turn } from './turn-sample.ts';

/**
 * @param role of a cluster of those that share the router's words
 * @param takers PEs of each slot, in all of these clusters
 * @param slots the blocks of each slot in the order in which its PEs read them
 */
export function iactSource(
  plan: ArrayPlan,
  role: ClusterRole,
  router: number,
  takers: readonly (readonly PeModel[])[],
  slots: readonly (readonly IactBlock[])[],
): IactModel {
  const { mapping, ring } = plan.layer;
  const stream = { takers, blocks: slots, ...iactLane(plan.layer, role, router) };
  if (mapping.iacts === 'bypass') return new BypassModel(stream);
  const { fills, passes } = mapping.iacts === 'shared' ? sharedWalk(plan, role, router) : ownWalk(plan, slots);
  return new BankModel(stream, ring, fills, passes, ringBlocks(plan, fills));
}

/** The blocks that the PEs of a slot read, turn by turn, a row piece after the other. */
export function blocksOfSlot(plan: ArrayPlan, role: ClusterRole, router: number, slot: number): IactBlock[] {
  const { layer, turns, blocks } = plan;
  const { loops, mapping, ring } = layer;
  const shared = new Map<number, readonly IactBlock[]>();
  return turns.flatMap((turn) => {
    const rows = Array.from({ length: mapping.rows }, (_, row) => row);
    if (mapping.iacts === 'shared') {
      // A row that the layer does not have reads what its neighbours share with it.
      const ofChunk = shared.get(turn.chunk) ?? sharedBlocks(plan, role, router, turn);
      shared.set(turn.chunk, ofChunk);
      return rows.map((row) => ofChunk[slot * ring.slotBlocks + row * ring.rowBlocks + turn.pass * ring.passBlocks]!);
    }
    const unit = unitOf(loops, role, turn.pass, router);
    const group = groupOf(loops, role, turn.chunk);
    return rows.map((row) => blocks.blockOf(group, pieceOf(loops, role, slot, turn.chunk, row), unit));
  });
}

/** Blocks as they come from outside, and where each pass finds its own. */
interface BankWalk {
  readonly fills: readonly IactBlock[];
  readonly passes: readonly BankPass[];
}

/** Each pass has blocks of its own: with replay, in the first replay of a chunk they come, and in the last they become free. */
function ownWalk({ layer, turns }: ArrayPlan, slots: readonly (readonly IactBlock[])[]): BankWalk {
  const { rows, replay } = layer.mapping;
  const lastReplays = new Map(turns.map((turn) => [turn.chunk, turn.replay]));
  const passBlocks = slots.length * rows;
  const fills: IactBlock[] = [];
  let chunkStart = 0;
  const passes = turns.map((turn, index) => {
    const comes = !replay || turn.replay === 0;
    if (!replay || turn.chunk !== turns[index - 1]?.chunk) chunkStart = fills.length;
    if (comes) {
      for (let row = 0; row < rows; row++) for (const blocks of slots) fills.push(blocks[index * rows + row]!);
    }
    return {
      firstBlock: chunkStart + (replay ? turn.pass * passBlocks : 0),
      releases: !replay || turn.replay === lastReplays.get(turn.chunk) ? passBlocks : 0,
    };
  });
  return { fills, passes };
}

/** Passes share the blocks of a chunk, which become free all at once. Without replay they come again for each filter tile. */
function sharedWalk(plan: ArrayPlan, role: ClusterRole, router: number): BankWalk {
  const { layer, turns } = plan;
  const together = (one: Turn | undefined, other: Turn | undefined): boolean =>
    one?.chunk === other?.chunk && (layer.mapping.replay || one?.replay === other?.replay);
  const fills: IactBlock[] = [];
  let chunkStart = 0;
  const passes = turns.map((turn, index) => {
    if (!together(turn, turns[index - 1])) {
      chunkStart = fills.length;
      fills.push(...sharedBlocks(plan, role, router, turn));
    }
    const ends = !together(turn, turns[index + 1]);
    return { firstBlock: chunkStart + turn.pass, releases: ends ? layer.ring.chunkBlocks : 0 };
  });
  return { fills, passes };
}

/** Blocks of rows that row pieces and kernel rows have in common, in the order of their numbers. */
function sharedBlocks({ layer, blocks }: ArrayPlan, role: ClusterRole, router: number, { chunk }: Turn): IactBlock[] {
  const { loops, mapping, ring } = layer;
  const group = groupOf(loops, role, chunk);
  const nothing = blocks.blockOf(-1, undefined, undefined);
  const found = Array.from({ length: ring.chunkBlocks }, () => nothing);
  for (let pass = 0; pass < loops.passes; pass++) {
    const unit = unitOf(loops, role, pass, router);
    for (let row = 0; row < mapping.rows; row++) {
      for (let slot = 0; slot < ring.slots; slot++) {
        const block = blocks.blockOf(group, pieceOf(loops, role, slot, chunk, row), unit);
        if (block !== nothing) found[slot * ring.slotBlocks + row * ring.rowBlocks + pass * ring.passBlocks] = block;
      }
    }
  }
  return found;
}

/** The host cuts the bank by the longest block there is. */
function ringBlocks({ layer: { chip, ring } }: ArrayPlan, blocks: readonly IactBlock[]): number {
  const longest = blocks.reduce((most, { words }) => Math.max(most, words), 0);
  return Math.max(ring.ringBlocks, Math.floor(chip.iactBankWords / (1 + longest)));
}
