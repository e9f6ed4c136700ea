import { expect, test } from 'vitest';
import { captureSite } from '../../../gen/source/capture-site.ts';

/** Calls `look` with so many frames below it, on a stack of its own. */
function atDepth<T>(depth: number, look: () => T): Promise<T> {
  const descend = (left: number): T => (left === 0 ? look() : descend(left - 1));
  return new Promise((resolve) => setTimeout(() => resolve(descend(depth))));
}

test('a call is found wherever the stack ends', async () => {
  for (let depth = 0; depth < 70; depth++) {
    const first = await atDepth(depth, () => captureSite());
    const second = await atDepth(depth, () => captureSite());
    const lines = [first, second].map(({ frames }) => frames[0]!.line);
    expect(lines, `depth ${depth}`).toEqual([12, 13]);
  }
});
