/** Where the search for a free suffix of a name goes on: names are never given back, so that it need not start again. */
const nextSuffixes = new WeakMap<Set<string>, Map<string, number>>();

/** `base`, or `base_1`, `base_2`, … where that is taken; takes the result. */
export function uniqueName(base: string, taken: Set<string>): string {
  let name = base;
  if (taken.has(base)) {
    const nextSuffix = nextSuffixes.get(taken) ?? new Map<string, number>();
    nextSuffixes.set(taken, nextSuffix);
    let suffix = nextSuffix.get(base) ?? 1;
    while (taken.has(`${base}_${suffix}`)) suffix++;
    name = `${base}_${suffix}`;
    nextSuffix.set(base, suffix + 1);
  }
  taken.add(name);
  return name;
}
