import { elementCount } from '../tensor/tensor.ts';
import type { Layer } from './layer.ts';
import { iactShape, psumShape, weightShape } from './shape.ts';

/** The most elements a tensor may have: ten times any published layer, and 1 GiB of psums. */
const mostElements = 2 ** 28;

/**
 * What is wrong with a layer whose keys are each right on their own: kernels that do not fit, lists that do not match
 * the channels, zero points that the output type cannot hold, tensors beyond memory. One sentence a fault.
 */
export function layerFaults(layer: Layer): string[] {
  const faults = [...kernelFaults(layer), ...outputFaults(layer)];
  return faults.length > 0 ? faults : sizeFaults(layer); // a kernel that does not fit has no output to size
}

function kernelFaults({ h, w, r, s, pad: [top, left, bottom, right] }: Layer): string[] {
  const faults: string[] = [];
  if (r > top + h + bottom) {
    faults.push(
      `the kernel is higher than the padded input: "r" is ${r}, but "h" ${h} with "pad" ${top} above and ${bottom} ` +
        `below is ${top + h + bottom}; make "r" smaller or pad more`,
    );
  }
  if (s > left + w + right) {
    faults.push(
      `the kernel is wider than the padded input: "s" is ${s}, but "w" ${w} with "pad" ${left} left and ${right} ` +
        `right is ${left + w + right}; make "s" smaller or pad more`,
    );
  }
  return faults;
}

function outputFaults({ g, m, output }: Layer): string[] {
  if (output === undefined) return [];
  const faults: string[] = [];
  for (const key of ['multiplier', 'shift'] as const) {
    const value = output[key];
    if (typeof value !== 'number' && value.length !== g * m) {
      faults.push(
        `"output.${key}" lists ${value.length} numbers: expected ${g * m}, one per output channel ` +
          `(g ${g} times m ${m}), or a single number for all`,
      );
    }
  }
  const [min, max, type] = output.signed ? [-128, 127, 'int8'] : [0, 255, 'uint8'];
  if (output.zeroPoint < min || output.zeroPoint > max) {
    faults.push(
      `"output.zeroPoint" is ${output.zeroPoint}: expected ${min} to ${max}, because outputs are ` +
        `${type} when "output.signed" is ${output.signed}`,
    );
  }
  return faults;
}

function sizeFaults(layer: Layer): string[] {
  const tensors = { iacts: iactShape(layer), weights: weightShape(layer), psums: psumShape(layer) };
  return Object.entries(tensors)
    .map(([name, shape]) => ({ name, shape, elements: elementCount(shape) }))
    .filter(({ elements }) => elements > mostElements)
    .map(
      ({ name, shape, elements }) =>
        `the ${name} are [${shape.join(', ')}], ${elements} elements: expected at most ${mostElements}; ` +
        'split the layer',
    );
}
