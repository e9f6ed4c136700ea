import type { Progress } from '../cli/progress.ts';
import { macs } from '../layer/shape.ts';
import { weightDensity } from './golden-network.ts';
import type { LayerEntry } from './network.ts';

/** Until layers have shown how they do: cycles by those of their effectual MACs, all multipliers at work. */
const FIRST_GUESS = 1.5;

/** The share of non-zeros in iacts, for layers that nobody has seen any of. */
const LIKELY_DENSITY = 0.6;

/** Shows how far a network is: the layer, the cycles so far, and an estimate of those of all layers. */
export class NetworkProgress {
  readonly #progress: Progress;
  readonly #layers: readonly LayerEntry[];
  readonly #work: ReadonlyMap<string, number>;
  readonly #finished = new Map<string, number>();

  /**
   * @param layers those that are to run, finished ones included
   * @param macs MACs of all PEs together in a cycle
   */
  constructor(
    progress: Progress,
    layers: readonly LayerEntry[],
    { sparse, macs: available }: { sparse: boolean; macs: number },
  ) {
    this.#progress = progress;
    this.#layers = layers;
    const work = (entry: LayerEntry): number =>
      (macs(entry.layer) * weightDensity(entry, { sparse }) * LIKELY_DENSITY) / available;
    this.#work = new Map(layers.map((entry) => [entry.name, work(entry)]));
  }

  /** A layer has run, or had run earlier. */
  finished(name: string, cycles: number): void {
    this.#finished.set(name, cycles);
    this.#show(`${this.#finished.size} of ${this.#layers.length} layers done`, 0, 0);
  }

  /** For one layer: its own progress as a part of the network's. */
  ofLayer(name: string): Progress {
    const place = `${name} (${this.#layers.findIndex((entry) => entry.name === name) + 1} of ${this.#layers.length})`;
    const { shown } = this.#progress;
    return {
      shown,
      // A build takes long, once; the other stages do not, and come with every layer.
      stage: (label) => {
        if (this.#finished.size === 0) this.#progress.stage(label);
      },
      advance: (_label, done, total) => this.#show(place, done, total, name),
      finish: () => undefined,
    };
  }

  /** How many cycles all layers are expected to take. */
  expectedCycles(running?: { readonly name: string; readonly total: number }): number {
    let [cycles, work] = [0, 0];
    for (const [name, taken] of this.#finished) {
      cycles += taken;
      work += this.#work.get(name) ?? 0;
    }
    const rate = work === 0 ? FIRST_GUESS : cycles / work;
    let left = running?.total ?? 0;
    for (const [name, expected] of this.#work) {
      if (!this.#finished.has(name) && name !== running?.name) left += rate * expected;
    }
    return Math.round(cycles + left);
  }

  #show(place: string, done: number, total: number, name?: string): void {
    const before = [...this.#finished.values()].reduce((sum, cycles) => sum + cycles, 0);
    const expected = this.expectedCycles(name === undefined ? undefined : { name, total });
    this.#progress.advance(`${place}, cycles`, before + done, expected);
  }
}
