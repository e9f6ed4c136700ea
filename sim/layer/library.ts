import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { packageRoot } from '../../gen/source/package-root.ts';
import { closest } from '../../gen/diagnostics/closest.ts';
import type { Layer } from './layer.ts';
import { readLayer } from './read-layer.ts';

const folder = join(packageRoot(), 'sim', 'layer', 'library');

/** Names of the layers that come with the product, sorted. */
export function libraryLayers(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/**
 * A layer by the name it has in the library, such as "mobilenet-conv4-pw", or by the path of a layer file. A file of
 * that name, if there is one, comes first.
 *
 * @throws InputError when it is neither, or when the file is not a valid layer
 */
export function findLayer(nameOrPath: string): Layer {
  if (existsSync(nameOrPath)) return readLayer(nameOrPath);
  const names = libraryLayers();
  if (names.includes(nameOrPath)) return readLayer(join(folder, `${nameOrPath}.json`));
  const meant = closest(nameOrPath, names);
  throw new InputError(
    `${nameOrPath}: there is no such layer file, and no such layer in the library: ` +
      (meant === undefined ? `the library has ${names.join(', ')}` : `did you mean "${meant}"?`),
  );
}
