// oxlint-disable-next-line import/no-unassigned-import -- it registers itself as TensorFlow's backend
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from '../../sim/layer/layer.ts';
import { psumShape } from '../../sim/layer/shape.ts';
import type { Tensor } from '../../sim/tensor/tensor.ts';

/**
 * The convolution of a layer by TensorFlow.js, [n, g·m, e, f] in C order. It calculates in float32, so the caller makes
 * sure that no sum leaves ±2^24.
 */
export function tfjsConvolution(layer: Layer, iacts: Tensor, weights: Tensor): number[] {
  tf.env().set('IS_TEST', true); // keeps its advertisement for other backends out of the test's output
  return tf.tidy(() => {
    // TensorFlow's orders: images [n, h, w, channels], kernels [r, s, c, m].
    const images = tf.tensor(Array.from(iacts.data), [...iacts.shape] as [number, number, number, number], 'float32');
    const filters = tf.tensor(
      Array.from(weights.data),
      [...weights.shape] as [number, number, number, number],
      'float32',
    );
    const nhwc = tf.transpose(images, [0, 2, 3, 1]) as tf.Tensor4D;
    const [top, left, bottom, right] = layer.pad;
    const pad: [[number, number], [number, number], [number, number], [number, number]] = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    const stride: [number, number] = [...layer.stride];

    let outputs: tf.Tensor4D;
    if (layer.c === 1) {
      // Depthwise: kernels [r, s, group, filter in the group].
      const kernels = tf.transpose(tf.reshape(filters, [layer.g, layer.m, layer.r, layer.s]), [2, 3, 0, 1]);
      outputs = tf.depthwiseConv2d(nhwc, kernels as tf.Tensor4D, stride, pad, 'NHWC', [1, 1], 'floor');
    } else {
      const groups = Array.from({ length: layer.g }, (_, g) => {
        const channels = tf.slice(nhwc, [0, 0, 0, g * layer.c], [-1, -1, -1, layer.c]);
        const kernels = tf.transpose(tf.slice(filters, [g * layer.m], [layer.m]), [2, 3, 1, 0]) as tf.Tensor4D;
        return tf.conv2d(channels, kernels, stride, pad, 'NHWC', [1, 1], 'floor');
      });
      outputs = tf.concat(groups, 3);
    }
    const nchw = tf.transpose(outputs, [0, 3, 1, 2]);
    if (nchw.shape.join() !== psumShape(layer).join()) {
      throw new Error(`TensorFlow.js gives the shape ${nchw.shape.join()}, the layer ${psumShape(layer).join()}`);
    }
    return Array.from(nchw.dataSync(), (sum) => sum + 0); // float32's -0 becomes 0
  });
}
