import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where content-addressed caches live: SACCADE_CACHE, else `saccade` in the user's XDG cache folder. */
export function cacheDirectory(): string {
  const own = process.env['SACCADE_CACHE'];
  if (own !== undefined && own !== '') return own;
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'saccade');
}
