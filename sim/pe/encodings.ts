/** Which encodings of its operands a PE reads. */
import type { PeParameters } from '../../hw/pe/parameters.ts';
import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import type { Encoding } from './mapping.ts';

/**
 * The encodings that a layer can have on a PE.
 *
 * @param wanted to take only one
 * @throws InputError when it is one that the PE does not read
 */
export function encodingsFor(
  layer: Pick<Layer, 'name'>,
  { sparse }: Pick<PeParameters, 'sparse'>,
  wanted?: Encoding,
): readonly Encoding[] {
  if (sparse) return wanted === undefined ? ['csc', 'dense'] : [wanted];
  if (wanted === 'csc') {
    throw new InputError(
      `layer ${layer.name}: the encoding is csc, and pe.sparse is false: this PE reads uncompressed data only; take the encoding dense or auto, or hardware whose pe.sparse is true`,
    );
  }
  return ['dense'];
}
