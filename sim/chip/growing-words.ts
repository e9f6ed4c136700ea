/** Words of which nobody knows beforehand how many there will be. */
export class GrowingWords {
  #words: Uint32Array;
  #length = 0;

  constructor(capacity = 1024) {
    this.#words = new Uint32Array(Math.max(1, capacity));
  }

  get length(): number {
    return this.#length;
  }

  push(word: number): void {
    if (this.#length === this.#words.length) this.#grow(this.#length + 1);
    this.#words[this.#length++] = word;
  }

  append(words: Uint32Array): void {
    if (this.#length + words.length > this.#words.length) this.#grow(this.#length + words.length);
    this.#words.set(words, this.#length);
    this.#length += words.length;
  }

  /** Overwrites a word that is there. */
  set(index: number, word: number): void {
    this.#words[index] = word;
  }

  /** Words from `start` to before `end`: a view, until more are added. */
  slice(start: number, end: number): Uint32Array {
    return this.#words.subarray(start, end);
  }

  /** All words: a view, until more are added. */
  finish(): Uint32Array {
    return this.#words.subarray(0, this.#length);
  }

  #grow(least: number): void {
    const larger = new Uint32Array(Math.max(least, 2 * this.#words.length));
    larger.set(this.#words.subarray(0, this.#length));
    this.#words = larger;
  }
}
