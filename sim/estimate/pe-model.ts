/** A PE as the model sees it: what moves in it in a cycle, without the values. */
import type { IactBlock } from './iact-block.ts';
import type { PeActivityCounts, PeShape } from './pe-shape.ts';
import type { WeightTile } from './weight-tile.ts';

/**
 * The pipeline of `hw/pe` with counts in place of data. `step` is a clock cycle: everything reads the state that the cycle before
 * has left. What comes from outside is brought by `takeWeight` and `takeIact` after that, where `weightReady` and `iactReady`, which
 * `step` has set, let it.
 */
export class PeModel {
  weightReady = false;
  iactReady = false;
  /** Windows read and not drained, and those that can drain. */
  held = 0;
  complete = 0;
  /** A word of psums stands at the PE's output. */
  leaving = false;
  /** Words of the window that drains that have left. */
  drained = 0;
  /** The window that drained has left in this cycle. */
  released = false;
  /** Tiles that have been read to their end. */
  tilesRead = 0;
  /** Counts the windows that can drain, of all PEs of the column. */
  column = { windows: 0 };

  // Iacts: words in the queue; where the loader stands; what the SPads hold.
  private queued = 0;
  private loadBlock = 0;
  private loadSegment = 0;
  private entriesLeft = 0;
  private place = 0;
  private entries = 0;
  private segments = 0;
  private closedSegments = 0;
  // The walk.
  private walkBlock = 0;
  private window = 0;
  private segment = 0;
  private entry = 0;
  // Look-up.
  private fetched = false;
  private fetchedColumn = 0;
  private fetchedEmpty = false;
  private fetchedLast = false;
  private fetchedLastWindow = false;
  private lookupTile = 0;
  // The column that is read, and the one that waits.
  private columnValid = false;
  private columnCycles = 0;
  private columnEnd = 0;
  private columnLast = false;
  private columnLastWindow = false;
  private waiting = false;
  private waitingCycles = 0;
  private waitingEnd = 0;
  private waitingLast = false;
  private waitingLastWindow = false;
  // An iact waits behind both of them, and the walk behind it: as long as the column is read, nothing else can move.
  private stuck = false;
  // Weights: tiles held; where the loader stands; words written and freed since the beginning.
  private tilesHeld = 0;
  private tilesAhead = 0;
  private loadTile = 0;
  private addressesLeft: number;
  private wordsLoaded = 0;
  private phase = 0;
  private written = 0;
  private freed = 0;
  private tileStart = 0;
  // Windows whose last word has been read one, two cycles ago.
  private ended = false;
  private done = false;
  // Nothing moved in the cycle before, and nothing has come: this cycle is like that one.
  private asleep = false;
  private woken = false;
  private pastime: keyof PeActivityCounts | undefined;

  private readonly shape: PeShape;
  private readonly blocks: readonly IactBlock[];
  private readonly tiles: readonly WeightTile[];
  private readonly counts: PeActivityCounts;

  constructor(shape: PeShape, blocks: readonly IactBlock[], tiles: readonly WeightTile[], counts: PeActivityCounts) {
    this.shape = shape;
    this.blocks = blocks;
    this.tiles = tiles;
    this.counts = counts;
    this.addressesLeft = shape.dense ? 0 : (tiles[0]?.addressWords ?? 0);
  }

  step(): void {
    if (this.asleep && !this.woken && !this.released) {
      if (this.pastime !== undefined) this.counts[this.pastime]++;
      return;
    }
    this.asleep = false;
    // What leaves now has room for another in the next cycle.
    this.woken = this.released;
    const { shape } = this;
    if (this.tilesRead === this.tiles.length) {
      // Nothing comes any more.
      if (this.held > 0 || this.leaving) this.counts.drain++;
      this.weightReady = false;
      this.iactReady = true;
      this.settle(false);
      return;
    }
    // What others may bring in this cycle.
    const room = this.tilesHeld < 2 && this.loadTile < this.tiles.length;
    const wordRoom = this.written - this.freed < shape.weightWords;
    this.weightReady = room && (wordRoom || this.addressesLeft > 0) && this.phase !== 2;
    const carried = this.phase === 2 && room && wordRoom;
    this.iactReady = this.queued < shape.queueWords - 1;
    const loads =
      this.queued > 0 &&
      this.entries < shape.iactEntries &&
      (this.entriesLeft > 0 || this.segments < shape.iactSegments);

    // Read.
    let stays = false;
    let windowRead = false;
    let starves = false;
    let works = false;
    let pastime: keyof PeActivityCounts | undefined;
    if (this.columnValid) {
      if (this.held >= shape.inFlight) {
        this.counts.waitPsum++;
        pastime = 'waitPsum';
        stays = true;
      } else {
        works = true;
        if (this.columnCycles > 0) {
          this.counts.compute++;
          if (this.columnLastWindow) {
            const wordsLeft = Math.ceil(((this.columnCycles - 1) * shape.macs) / 2);
            this.freed = this.tileStart + this.columnEnd - wordsLeft;
          }
        } else this.counts.windowEnd++;
        stays = this.columnCycles > 1;
        if (stays) this.columnCycles--;
        else windowRead = this.columnLast;
      }
    } else starves = true;
    if (stays && this.stuck) {
      if (loads) this.loadIact();
      if (carried) this.storeWord();
      this.settle(false);
      this.sleepUnless(works || loads || carried, pastime);
      return;
    }
    const endsTile = windowRead && this.columnLastWindow;

    // Look-up.
    let takesFetched = false;
    let found = false;
    let cycles = 0;
    let end = 0;
    let waitsWeight = false;
    if (this.fetched) {
      const tile = this.tiles[this.lookupTile]!;
      cycles = this.fetchedEmpty ? 0 : tile.cycles[this.fetchedColumn]!;
      end = tile.ends[this.fetchedColumn]!;
      const last = this.fetchedLast;
      const present =
        this.tilesAhead > 0 ||
        (this.addressesLeft === 0 &&
          !(last && this.fetchedLastWindow) &&
          (cycles === 0 || end <= this.wordsLoaded) &&
          this.loadTile === this.lookupTile);
      waitsWeight = !present;
      const dropped = cycles === 0 && !last;
      if (present && (!this.waiting || dropped)) {
        takesFetched = true;
        found = !dropped;
      }
    }
    if (starves) {
      pastime = this.starvesFor(waitsWeight);
      if (pastime !== undefined) this.counts[pastime]++;
    }
    if (takesFetched && this.fetchedLast && this.fetchedLastWindow) {
      this.tilesAhead--;
      this.lookupTile++;
    }
    const { fetchedLast, fetchedLastWindow } = this;
    if (stays) {
      if (found) {
        this.waiting = true;
        this.waitingCycles = cycles;
        this.waitingEnd = end;
        this.waitingLast = fetchedLast;
        this.waitingLastWindow = fetchedLastWindow;
      }
    } else if (this.waiting) {
      this.waiting = false;
      this.columnValid = true;
      this.columnCycles = this.waitingCycles;
      this.columnEnd = this.waitingEnd;
      this.columnLast = this.waitingLast;
      this.columnLastWindow = this.waitingLastWindow;
    } else if (found) {
      this.columnValid = true;
      this.columnCycles = cycles;
      this.columnEnd = end;
      this.columnLast = fetchedLast;
      this.columnLastWindow = fetchedLastWindow;
    } else this.columnValid = false;
    if (endsTile) {
      this.tileStart += this.tiles[this.tilesRead]!.total;
      this.freed = this.tileStart;
      this.tilesHeld--;
      this.tilesRead++;
    }

    const walked = this.walk(takesFetched);
    this.stuck = stays && this.waiting && this.fetched && !takesFetched && !waitsWeight && !walked;
    if (loads) this.loadIact();
    if (carried) this.storeWord();
    this.settle(windowRead);
    this.sleepUnless(works || takesFetched || walked || loads || carried, pastime);
  }

  /** What a PE without a column waits for. */
  private starvesFor(waitsWeight: boolean): keyof PeActivityCounts | undefined {
    if (waitsWeight) return 'load';
    if (this.tilesHeld > 0 || this.fetched || this.midTile) return 'waitIact';
    if (this.holdsIacts) return 'load';
    return this.held > 0 || this.leaving ? 'drain' : undefined;
  }

  /** Until something comes, if nothing moves. */
  private sleepUnless(moved: boolean, pastime: keyof PeActivityCounts | undefined): void {
    this.asleep = !moved && !this.ended && !this.done && pastime !== 'drain';
    this.pastime = pastime;
  }

  /** Some of a tile has come, and not all. */
  private get midTile(): boolean {
    const tile = this.tiles[this.loadTile];
    return (
      tile !== undefined && (this.wordsLoaded > 0 || (!this.shape.dense && this.addressesLeft < tile.addressWords))
    );
  }

  private get holdsIacts(): boolean {
    return this.segments > 0 || this.entriesLeft > 0 || this.segment > 0;
  }

  /** Psums of windows get ready some cycles after their last word. */
  private settle(windowRead: boolean): void {
    if (this.done) {
      this.complete++;
      this.column.windows++;
    }
    this.done = this.ended;
    this.ended = windowRead;
    if (windowRead) this.held++;
    if (this.released) {
      this.held--;
      this.released = false;
    }
  }

  /** @returns whether it went on */
  private walk(takesFetched: boolean): boolean {
    const ready = !this.fetched || takesFetched;
    if (takesFetched) this.fetched = false;
    const { shape } = this;
    if (this.walkBlock * shape.blockSegments + this.window * shape.stepSegments + this.segment >= this.closedSegments)
      return false;
    const block = this.blocks[this.walkBlock]!;
    const at = this.window * shape.stepSegments + this.segment;
    const count = block.counts[at]!;
    const exhausted = this.entry >= count;
    const column = exhausted
      ? shape.columns
      : this.segment * shape.segmentLength + block.positions[block.starts[at]! + this.entry]!;
    const present = column < shape.columns;
    const lastSegment = this.segment === shape.windowSegments - 1;
    if ((present || lastSegment) && !ready) return false;
    const leaves = this.entry + 1 >= count || column + 1 >= shape.columns;
    const lastWindow = this.window === shape.windows - 1;
    if (present || lastSegment) {
      this.fetched = true;
      this.fetchedColumn = present ? column : 0;
      this.fetchedEmpty = !present;
      this.fetchedLast = lastSegment && leaves;
      this.fetchedLastWindow = lastWindow && (this.walkBlock + 1) % shape.rows === 0;
    }
    if (lastWindow || this.segment < shape.stepSegments) {
      this.entries -= leaves ? count - this.entry : 1;
      if (leaves) this.segments--;
    }
    if (!leaves) {
      this.entry++;
      return true;
    }
    this.entry = 0;
    if (!lastSegment) {
      this.segment++;
      return true;
    }
    this.segment = 0;
    if (lastWindow) {
      this.window = 0;
      this.walkBlock++;
    } else this.window++;
    return true;
  }

  private loadIact(): void {
    const { shape } = this;
    if (this.entriesLeft === 0) {
      const block = this.blocks[this.loadBlock]!;
      this.entriesLeft = block.counts[this.loadSegment]!;
      this.segments++;
      this.place = shape.dense ? 0 : 1;
      if (this.entriesLeft === 0) {
        this.queued--;
        this.closeSegment();
        return;
      }
    }
    this.entries++;
    this.entriesLeft--;
    const wordEnds = this.entriesLeft === 0 || this.place === (shape.dense ? 2 : 1);
    if (wordEnds) {
      this.queued--;
      this.place = 0;
    } else this.place++;
    if (this.entriesLeft === 0) this.closeSegment();
  }

  private closeSegment(): void {
    this.closedSegments++;
    if (++this.loadSegment < this.shape.blockSegments) return;
    this.loadSegment = 0;
    this.loadBlock++;
  }

  takeIact(): void {
    this.woken = true;
    this.queued++;
  }

  takeWeight(): void {
    this.woken = true;
    if (this.addressesLeft > 0) {
      if (--this.addressesLeft === 0 && this.tiles[this.loadTile]!.total === 0) this.closeTile();
      return;
    }
    this.storeWord();
  }

  private storeWord(): void {
    this.written++;
    this.wordsLoaded++;
    if (this.shape.dense) this.phase = this.phase === 2 ? 0 : this.phase + 1;
    if (this.wordsLoaded === this.tiles[this.loadTile]!.total) this.closeTile();
  }

  private closeTile(): void {
    this.loadTile++;
    this.tilesHeld++;
    this.tilesAhead++;
    this.wordsLoaded = 0;
    this.phase = 0;
    this.addressesLeft = this.shape.dense ? 0 : (this.tiles[this.loadTile]?.addressWords ?? 0);
  }
}
