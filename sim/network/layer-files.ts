import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { closest } from '../../gen/diagnostics/closest.ts';
import { InputError } from '../errors.ts';
import { reason } from '../user-file.ts';
import { layersOf, type Network } from './network.ts';

/**
 * Files in a folder that are named for layers of a network: a layer's name and one of the endings. A layer has all of them, or none.
 *
 * @param what what is in them, as messages say it
 * @returns their paths in the order of the endings, by the name of the layer; at least one layer's
 * @throws InputError when the folder has none, a part of a layer's, or those of a layer that the network does not have
 */
export function layerFiles(
  folder: string,
  network: Network,
  what: string,
  endings: readonly string[],
): Map<string, string[]> {
  const files = new Set(filesOf(folder, what));
  const names = layersOf(network).map(({ name }) => name);
  const found = new Map<string, string[]>();
  for (const file of [...files].sort()) {
    const ending = endings.find((each) => file.endsWith(each));
    if (ending === undefined) continue;
    const name = file.slice(0, -ending.length);
    if (!names.includes(name)) {
      const meant = closest(name, names);
      const hint = meant === undefined ? `its layers are ${names.join(', ')}` : `did you mean "${meant}"?`;
      throw new InputError(`${join(folder, file)}: network ${network.name} has no layer "${name}": ${hint}`);
    }
    const missing = endings.find((each) => !files.has(name + each));
    if (missing !== undefined) {
      throw new InputError(
        `${folder}: there is ${file}, but no ${name}${missing}: expected both, or none, of each layer`,
      );
    }
    found.set(
      name,
      endings.map((each) => join(folder, name + each)),
    );
  }
  if (found.size > 0) return found;
  const wanted = endings.map((ending) => names[0]! + ending).join(' and ');
  throw new InputError(
    `${folder}: no ${what} of a layer of network ${network.name} in it: expected files such as ${wanted}`,
  );
}

function filesOf(folder: string, what: string): string[] {
  try {
    // Names of layers may have slashes in them.
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOTDIR' ? 'it is a file; name the folder that it is in' : reason(error);
    throw new InputError(`${folder}: cannot read the folder of ${what}: ${why}`, { cause: error });
  }
}
