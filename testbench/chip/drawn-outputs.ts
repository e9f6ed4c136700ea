/** Requantisation drawn at random, such that outputs take most of the values that 8 bits can have. */
import type { Operands } from '../../sim/chip/chip-program.ts';
import type { Layer, Requantisation } from '../../sim/layer/layer.ts';
import type { Random } from '../../sim/tensor/random.ts';
import { densityOf } from '../../sim/tensor/density.ts';

/** Standard deviation of the psums of a layer whose operands are drawn evenly, 20b psums at most being all alike likely. */
function psumDeviation(layer: Layer, { iacts, weights }: Operands): number {
  // Root mean squares of what is not zero: int8 74, uint8 148.
  const products = layer.c * layer.r * layer.s * densityOf(iacts.data) * densityOf(weights.data);
  return Math.min(2 ** 19 / Math.sqrt(3), Math.max(1, 74 * (layer.iactSigned ? 74 : 148) * Math.sqrt(products)));
}

/** How outputs are made: a multiplier and a shift for every channel or for all, any zero point, with and without ReLU. */
export function drawOutput(
  random: Random,
  layer: Layer,
  operands: Operands,
  { signed, relu, perChannel }: { signed: boolean; relu: boolean; perChannel: boolean },
): Requantisation {
  const scale = 60 / psumDeviation(layer, operands);
  const drawn = Array.from({ length: perChannel ? layer.g * layer.m : 1 }, () => {
    // Some channels are as extreme as a layer may have them.
    if (perChannel && random.fraction() < 0.05)
      return { shift: random.integer(0, 31), multiplier: random.integer(0, 2 ** 31 - 1) };
    const shift = random.integer(Math.min(31, Math.ceil(5 - Math.log2(scale))), 31);
    const multiplier = Math.round(scale * (0.5 + random.fraction()) * 2 ** shift);
    return { shift, multiplier: Math.min(multiplier, 2 ** 31 - 1) };
  });
  const multiplier = drawn.map((channel) => channel.multiplier);
  const shift = drawn.map((channel) => channel.shift);
  return {
    multiplier: perChannel ? multiplier : multiplier[0]!,
    shift: perChannel ? shift : shift[0]!,
    zeroPoint: signed ? random.integer(-128, 40) : random.integer(0, 160),
    signed,
    relu,
  };
}

/** Biases of the size of the layer's psums. */
export function drawBias(random: Random, layer: Layer, operands: Operands): Int32Array {
  const most = Math.round(psumDeviation(layer, operands));
  return Int32Array.from({ length: layer.g * layer.m }, () => random.integer(-most, most));
}
