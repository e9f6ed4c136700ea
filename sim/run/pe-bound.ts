import type { PeParameters } from '../../hw/pe/parameters.ts';
import { entryCount } from '../csc/csc.ts';
import type { Layer } from '../layer/layer.ts';
import { outputShape } from '../layer/shape.ts';
import { columnCycles } from '../pe/column-cycles.ts';
import type { PeMapping } from '../pe/mapping.ts';
import { outputRows, spans, weightColumns } from '../pe/tiles.ts';
import type { Tensor, TensorData } from '../tensor/tensor.ts';

/**
 * Cycles that one PE cannot do without, however well it is fed: each non-zero iact of each window meets the weights of
 * its column two at a time, one word a cycle (J19 section IV-C), or with one MAC one at a time. With compressed weights these
 * are the entries of the column; uncompressed, all of its filters. A PE that reads nothing compressed meets the zeros, too,
 * and the padding beside rows.
 *
 * @param iacts [n, g·c, h, w]
 * @param weights [g·m, c, r, s]
 */
export function boundCycles(
  layer: Layer,
  iacts: Tensor<Int8Array | Uint8Array>,
  weights: Tensor<Int8Array>,
  mapping: PeMapping,
  pe: PeParameters,
): number {
  const { g, m, c, r, s } = layer;
  const outputs = outputShape(layer);
  const filterSpans = spans(m, mapping.filters);
  let cycles = 0;
  for (let group = 0; group < g; group++) {
    for (let channel = 0; channel < c; channel++) {
      for (let kernelRow = 0; kernelRow < r; kernelRow++) {
        for (let x = 0; x < s; x++) {
          let cyclesPerIact = 0;
          for (const filters of filterSpans) {
            const tile = { group, filters, channels: { start: channel, size: 1 }, kernelRow };
            const [column] = weightColumns(layer, weights.data, { ...tile, kernelColumns: { start: x, size: 1 } });
            const weightsMet = mapping.encoding === 'dense' ? filters.size : entryCount(column!, pe);
            cyclesPerIact += columnCycles(weightsMet, pe);
          }
          if (cyclesPerIact === 0) continue;
          const iactsMet = pe.sparse
            ? nonZerosUnder(layer, iacts.data, group * c + channel, kernelRow, x)
            : outputRows(layer, outputs.e, kernelRow).length * outputs.f;
          cycles += cyclesPerIact * iactsMet;
        }
      }
    }
  }
  return cycles;
}

/** Non-zero iacts of one channel that one place of the kernel meets, over all windows of all images. */
function nonZerosUnder(layer: Layer, iacts: TensorData, channel: number, kernelRow: number, kernelColumn: number) {
  const { n, g, c, h, w, stride, pad } = layer;
  const { e, f } = outputShape(layer);
  let nonZeros = 0;
  for (let image = 0; image < n; image++) {
    for (let row = 0; row < e; row++) {
      const y = row * stride[0] + kernelRow - pad[0];
      if (y < 0 || y >= h) continue;
      const start = ((image * g * c + channel) * h + y) * w;
      for (let column = 0; column < f; column++) {
        const x = column * stride[1] + kernelColumn - pad[1];
        if (x >= 0 && x < w && iacts[start + x] !== 0) nonZeros++;
      }
    }
  }
  return nonZeros;
}
