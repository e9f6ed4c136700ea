import { basename } from 'node:path';
import { readUserJson } from '../user-file.ts';
import type { Layer } from './layer.ts';
import { checkLayer } from './schema.ts';

/**
 * Checks the contents of a layer file and fills in the defaults: n 1, g 1, stride [1, 1], pad [0, 0, 0, 0], iactSigned
 * false; in output relu false, multiplier 1, shift 0, zeroPoint 0, signed false; the name is the file's.
 *
 * @param json the parsed JSON
 * @param source where it came from: begins every message
 * @throws InputError naming every fault: key, what it holds, what was expected
 */
export function parseLayer(json: unknown, source: string): Layer {
  return checkLayer(json, source, basename(source).replace(/\.json$/i, ''));
}

/**
 * Reads a layer file.
 *
 * @throws InputError when it cannot be read, is not JSON, or does not describe a layer
 */
export function readLayer(path: string): Layer {
  return parseLayer(readUserJson(path, 'layer file'), path);
}
