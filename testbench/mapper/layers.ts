/** Layers for property tests: all dimensions drawn, ragged as they come. */
import * as fc from 'fast-check';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { iactShape, macs, psumShape, weightShape } from '../../sim/layer/shape.ts';
import { elementCount } from '../../sim/tensor/tensor.ts';

/** Mostly small numbers, sometimes one that is as large as it may be. */
function size(most: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: Math.min(4, most) }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: Math.min(20, most) }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: most }) },
  );
}

/**
 * Any layer that the schema allows.
 *
 * @param limits MACs, and elements of each tensor, at most; the largest of a dimension
 */
export function anyLayer({ macs: mostMacs = Infinity, elements = 2 ** 22, most = 4096 } = {}): fc.Arbitrary<Layer> {
  const pad = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 2 }) }, fc.integer({ min: 0, max: 40 }));
  return fc
    .record({
      n: size(most),
      g: size(most),
      m: size(most),
      c: size(most),
      h: size(most),
      w: size(most),
      r: size(Math.min(most, 256)),
      s: size(Math.min(most, 256)),
      stride: fc.tuple(size(Math.min(most, 1024)), size(Math.min(most, 1024))),
      pad: fc.tuple(pad, pad, pad, pad),
      output: fc.option(fc.constant({ relu: true, multiplier: 3, shift: 9 }), { nil: undefined }),
    })
    .map((drawn) => {
      // A kernel that does not fit its input is made to.
      const r = Math.min(drawn.r, drawn.pad[0] + drawn.h + drawn.pad[2]);
      const s = Math.min(drawn.s, drawn.pad[1] + drawn.w + drawn.pad[3]);
      return { ...drawn, r, s };
    })
    .filter((drawn) => {
      const layer = { name: 'drawn', iactSigned: false, ...drawn } as unknown as Layer;
      const tensors = [iactShape(layer), weightShape(layer), psumShape(layer)];
      return macs(layer) <= mostMacs && tensors.every((shape) => elementCount(shape) <= elements);
    })
    .map(({ output, ...drawn }) => parseLayer({ ...drawn, ...(output === undefined ? {} : { output }) }, 'drawn'));
}
