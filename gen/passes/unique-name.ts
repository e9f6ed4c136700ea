/** `base`, or `base_1`, `base_2`, … where that is taken; takes the result. */
export function uniqueName(base: string, taken: Set<string>): string {
  let name = base;
  for (let suffix = 1; taken.has(name); suffix++) name = `${base}_${suffix}`;
  taken.add(name);
  return name;
}
