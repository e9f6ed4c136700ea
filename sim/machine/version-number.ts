/** The first version number (digits with dots) in what a program prints about itself, or undefined. */
export function versionIn(text: string): string | undefined {
  return /\d+(\.\d+)+/.exec(text)?.[0];
}

/**
 * Whether a version is at least another one, number by number: 0.23 is newer than 0.9, and 5.006 is 5.6.
 *
 * @param version digits with dots; what is absent counts as zero
 */
export function isAtLeast(version: string, minimum: string): boolean {
  const have = version.split('.').map(Number);
  const need = minimum.split('.').map(Number);
  for (const [i, needed] of need.entries()) {
    const difference = (have[i] ?? 0) - needed;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
