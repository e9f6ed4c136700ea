import koffi from 'koffi';

/** A pointer to one simulation; only the functions of the library that made it can use it. */
export type Handle = object;

/** The functions of a built simulation, as templates/harness.hbs defines them. Numbers that count are doubles. */
export interface Library {
  create(trace: string | null, seed: number): Handle | null;
  destroy(handle: Handle): void;
  poke(handle: Handle, port: number, words: Uint32Array): void;
  pokeWord(handle: Handle, port: number, word: number): void;
  peek(handle: Handle, port: number, words: Uint32Array): void;
  peekWord(handle: Handle, port: number): number;
  /** Negative when the design stopped; so for step and go. */
  eval(handle: Handle): number;
  step(handle: Handle, cycles: number): number;
  cycles(handle: Handle): number;
  failure(handle: Handle): string;
  begin(handle: Handle, maxCycles: number, hangCycles: number, drainCycles: number): void;
  until(handle: Handle, port: number, value: number): void;
  bandwidth(handle: Handle, rate: number, burst: number): void;
  /** Infinitely many `beats` are as many as come; `scramble` is 0 or 1. */
  lane(
    handle: Handle,
    stream: number,
    words: Uint32Array,
    beats: number,
    stall: number,
    seed: number,
    scramble: number,
    bytes: number,
  ): number;
  count(handle: Handle, port: number): void;
  go(handle: Handle, limit: number): number;
  idle(handle: Handle): void;
  status(handle: Handle, out: Float64Array, counters: number): void;
  received(handle: Handle, stream: number, words: Uint32Array): void;
  offered(handle: Handle, stream: number, now: Uint32Array, before: Uint32Array): void;
}

const loaded = new Map<string, Library>();

/** Loads a library that `build` made; each simulation created from it has its own state. */
export function loadLibrary(path: string): Library {
  let library = loaded.get(path);
  if (library === undefined) {
    library = bind(path);
    loaded.set(path, library);
  }
  return library;
}

function bind(path: string): Library {
  const library = koffi.load(path);
  return {
    create: library.func('void *saccade_create(const char *trace, uint32_t seed)'),
    destroy: library.func('void saccade_destroy(void *s)'),
    poke: library.func('void saccade_poke(void *s, uint32_t port, const uint32_t *words)'),
    pokeWord: library.func('void saccade_poke_word(void *s, uint32_t port, uint32_t word)'),
    peek: library.func('void saccade_peek(void *s, uint32_t port, _Out_ uint32_t *words)'),
    peekWord: library.func('uint32_t saccade_peek_word(void *s, uint32_t port)'),
    eval: library.func('int saccade_eval(void *s)'),
    step: library.func('int saccade_step(void *s, double cycles)'),
    cycles: library.func('double saccade_cycles(void *s)'),
    failure: library.func('const char *saccade_failure(void *s)'),
    begin: library.func('void saccade_begin(void *s, double maxCycles, double hangCycles, double drainCycles)'),
    until: library.func('void saccade_until(void *s, uint32_t port, uint32_t value)'),
    bandwidth: library.func('void saccade_bandwidth(void *s, double rate, double burst)'),
    lane: library.func(
      'double saccade_lane(void *s, uint32_t stream, const uint32_t *words, double beats, uint32_t stall, uint32_t seed, int scramble, uint32_t bytes)',
    ),
    count: library.func('void saccade_count(void *s, uint32_t port)'),
    go: library.func('int saccade_go(void *s, double limit)'),
    idle: library.func('void saccade_idle(void *s)'),
    status: library.func('void saccade_status(void *s, _Out_ double *out, uint32_t counters)'),
    received: library.func('void saccade_received(void *s, uint32_t stream, _Out_ uint32_t *words)'),
    offered: library.func(
      'void saccade_offered(void *s, uint32_t stream, _Out_ uint32_t *now, _Out_ uint32_t *before)',
    ),
  };
}
