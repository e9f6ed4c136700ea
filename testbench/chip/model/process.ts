/** Processes that pass words to each other through queues: what the functional model of the chip is made of. */

/** A process runs until it can do nothing more, then yields. */
export type Process = Generator<undefined, void, undefined>;

/** Where a model's processes note that something moved. */
export class Activity {
  moves = 0;
}

/** A queue of a few places between two processes. */
export class Queue<T> {
  readonly #items: T[] = [];
  readonly #capacity: number;
  readonly #activity: Activity;
  /** Items that ever went through. */
  total = 0;

  constructor(activity: Activity, capacity: number) {
    this.#activity = activity;
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#items.length;
  }

  get hasRoom(): boolean {
    return this.#items.length < this.#capacity;
  }

  push(item: T): void {
    if (!this.hasRoom) throw new Error('the model pushes into a full queue');
    this.#items.push(item);
    this.#activity.moves++;
    this.total++;
  }

  pop(): T {
    const item = this.#items.shift();
    if (item === undefined) throw new Error('the model pops from an empty queue');
    this.#activity.moves++;
    return item;
  }
}

/** Waits for an item. */
export function* take<T>(queue: Queue<T>): Generator<undefined, T, undefined> {
  while (queue.length === 0) yield;
  return queue.pop();
}

/** Waits until all the queues have room, and puts the item into each of them. */
export function* give<T>(queues: readonly Queue<T>[], item: T): Process {
  while (!queues.every((queue) => queue.hasRoom)) yield;
  for (const queue of queues) queue.push(item);
}

/** Waits until something holds. */
export function* until(condition: () => boolean): Process {
  while (!condition()) yield;
}

/**
 * Runs processes until nothing moves any more, in rounds; with `random`, each round leaves some of them out, as stalls would.
 *
 * @param random from 0 to below 1
 */
export function runToRest(processes: readonly Process[], activity: Activity, random?: () => number): void {
  let waiting = [...processes];
  for (let quiet = 0; quiet < 2 && waiting.length > 0;) {
    const before = activity.moves;
    // A quiet round counts only if nobody was left out of it.
    const thin = random !== undefined && quiet === 0;
    waiting = waiting.filter((process) => (thin && random() < 0.5) || process.next().done !== true);
    quiet = activity.moves === before ? quiet + 1 : 0;
  }
}
