import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { formatNpy, parseNpy, readNpy, writeNpy } from '../../sim/tensor/npy.ts';
import type { Dtype, Tensor } from '../../sim/tensor/tensor.ts';
import { dtypeOf } from '../../sim/tensor/tensor.ts';

const folder = mkdtempSync(join(tmpdir(), 'saccade-npy-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tensors: Record<Dtype, Tensor> = {
  int8: { shape: [2, 3], data: Int8Array.from([-128, -1, 0, 1, 2, 127]) },
  uint8: { shape: [1, 2, 3, 1], data: Uint8Array.from([0, 1, 127, 128, 254, 255]) },
  int32: { shape: [3], data: Int32Array.from([-(2 ** 31), 0, 2 ** 31 - 1]) },
};

const weights = { dtype: 'int8', shape: [2, 3], what: 'weights of layer pw4' } as const;

/** A version 1.0 file with this header. */
function npy(header: string, data: number[]): Buffer {
  const lengths = Buffer.from([1, 0, header.length & 0xff, header.length >> 8]);
  return Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), lengths, Buffer.from(header), Buffer.from(data)]);
}

const good = "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3), }";

describe('.npy files', () => {
  it('come back as they were written', () => {
    for (const [name, tensor] of Object.entries(tensors)) {
      const path = join(folder, `${name}.npy`);
      writeNpy(path, tensor, name);
      expect(readNpy(path, { dtype: dtypeOf(tensor), shape: tensor.shape, what: name })).toEqual(tensor);
    }
  });

  it('of any shape begin their data at a multiple of 64', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 12 }), (shape) => {
        const size = shape.reduce((product, dimension) => product * dimension, 1);
        fc.pre(size < 5000);
        const tensor = { shape, data: Int8Array.from({ length: size }, (_, i) => i) };
        const bytes = formatNpy(tensor);
        expect((bytes.length - size) % 64).toBe(0);
        expect(parseNpy(bytes, { dtype: 'int8', shape, what: 'x' }, 'x.npy')).toEqual(tensor);
      }),
    );
  });

  it('are read from the middle of a larger buffer, and written from a part of an array', () => {
    const bytes = formatNpy({ shape: [2], data: Int32Array.from([1, 2, 3, 4]).subarray(1, 3) });
    const buffer = Buffer.concat([Buffer.from([1]), bytes]);
    expect(parseNpy(buffer.subarray(1), { dtype: 'int32', shape: [2], what: 'x' }, 'x.npy').data).toEqual(
      Int32Array.from([2, 3]),
    );
  });

  it('of versions 2 and 3 are read', () => {
    for (const version of [2, 3]) {
      const bytes = npy(good, [1, 2, 3, 4, 5, 6]);
      const lengths = Buffer.from([version, 0, good.length, 0, 0, 0]);
      const newer = Buffer.concat([bytes.subarray(0, 6), lengths, bytes.subarray(10)]);
      expect(Array.from(parseNpy(newer, weights, 'w.npy').data)).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });
});

describe('readNpy refuses', () => {
  const wanted = 'expected int8 [2, 3] for the weights of layer pw4';
  const six = [1, 2, 3, 4, 5, 6];
  const cases: Record<string, [Buffer | string, string]> = {
    text: ['0.1 0.2\n', `not an .npy file, but text: ${wanted}; write it with numpy.save`],
    'an empty file': ['', `not an .npy file, but empty: ${wanted}; write it with numpy.save`],
    'an .npz': [
      'PK\x03\x04',
      `not an .npy file, but a zip archive (perhaps .npz): ${wanted}; write it with numpy.save`,
    ],
    'other bytes': [
      Buffer.from([0x80, 4]),
      `not an .npy file, but something else: ${wanted}; write it with numpy.save`,
    ],
    'a file cut in its length': [
      npy(good, six).subarray(0, 9),
      `its .npy header is damaged or cut short: ${wanted}; write it again`,
    ],
    'a file cut in its header': [
      npy(good, six).subarray(0, 40),
      `its .npy header is damaged or cut short: ${wanted}; write it again`,
    ],
    'a header without a shape': [
      npy("{'descr': '|i1', 'fortran_order': False}", six),
      `its .npy header is damaged or cut short: ${wanted}; write it again`,
    ],
    'a file cut in its data': [
      npy(good, six.slice(0, 4)),
      `holds int8 [2, 3], but is truncated, with 4 of 6 bytes of data: ${wanted}; copy it again`,
    ],
    'bytes after the data': [
      npy(good, [...six, 7]),
      `holds int8 [2, 3], but has 7 bytes of data, not 6: ${wanted}; write it again with numpy.save`,
    ],
    uint8: [npy(good.replace('i1', 'u1'), six), `holds uint8 [2, 3]: ${wanted}; convert it with .astype(numpy.int8)`],
    float32: [
      npy(good.replace('|i1', '<f4'), six),
      `holds float32 [2, 3]: ${wanted}; convert it with .astype(numpy.int8)`,
    ],
    int64: [npy(good.replace('|i1', '<i8'), six), `holds int64 [2, 3]: ${wanted}; convert it with .astype(numpy.int8)`],
    bool: [npy(good.replace('i1', 'b1'), six), `holds bool [2, 3]: ${wanted}; convert it with .astype(numpy.int8)`],
    'a structured type': [
      npy(good.replace("'|i1'", "[('a', '<i4')]"), six),
      `holds structured [2, 3]: ${wanted}; convert it with .astype(numpy.int8)`,
    ],
    'Fortran order': [
      npy(good.replace('False', 'True'), six),
      `holds int8 [2, 3] in Fortran order: ${wanted}; convert it with numpy.ascontiguousarray`,
    ],
    'another rank of as many elements': [
      npy(good.replace('(2, 3)', '(6,)'), six),
      `holds int8 [6]: ${wanted}; if its order is right, convert it with .reshape(2, 3)`,
    ],
    'another shape': [
      npy(good.replace('(2, 3)', '(2, 2)'), six.slice(0, 4)),
      `holds int8 [2, 2]: ${wanted}; check that file and layer belong together`,
    ],
  };
  it.each(Object.entries(cases))('%s', (_, [contents, message]) => {
    const path = join(folder, 'bad.npy');
    writeFileSync(path, contents, 'latin1');
    expect(() => readNpy(path, weights)).toThrow(new InputError(`${path}: ${message}`));
  });

  it('big-endian integers', () => {
    const bytes = npy("{'descr': '>i4', 'fortran_order': False, 'shape': (1,), }", [0, 0, 0, 1]);
    expect(() => parseNpy(bytes, { dtype: 'int32', shape: [1], what: 'bias' }, 'b.npy')).toThrow(
      new InputError(
        'b.npy: holds big-endian int32 [1]: expected int32 [1] for the bias; ' +
          'convert its byte order with .astype(numpy.int32)',
      ),
    );
  });

  it('a file that is not there', () => {
    expect(() => readNpy('nowhere.npy', weights)).toThrow(
      new InputError('nowhere.npy: cannot read the weights of layer pw4: no such file or folder; check the path'),
    );
  });
});

it('writeNpy refuses a folder that is not there', () => {
  const path = join(folder, 'no', 'psums.npy');
  expect(() => writeNpy(path, tensors.int32, 'psums')).toThrow(
    new InputError(`${path}: cannot write the psums: no such file or folder; check the path`),
  );
});

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

/** Runs lines of Python in the test's folder, and returns what they print. */
function python(lines: string[]): string {
  return execFileSync('python3', ['-c', ['import numpy', ...lines].join('\n')], { cwd: folder, encoding: 'utf8' });
}

/** A tensor as a Python expression. */
function inPython(dtype: Dtype, { shape, data }: Tensor): string {
  return `numpy.array([${data.join()}], dtype='${dtype}').reshape(${shape.join()})`;
}

describe.skipIf(!hasNumpy)('numpy', () => {
  const all = Object.entries(tensors) as [Dtype, Tensor][];

  it('writes what readNpy reads, with the same header', () => {
    python(all.map(([dtype, tensor]) => `numpy.save('their-${dtype}.npy', ${inPython(dtype, tensor)})`));
    for (const [dtype, tensor] of all) {
      const path = join(folder, `their-${dtype}.npy`);
      expect(readNpy(path, { dtype, shape: tensor.shape, what: dtype })).toEqual(tensor);
      expect(Buffer.from(formatNpy(tensor)).equals(readFileSync(path))).toBe(true);
    }
  });

  it('reads what writeNpy writes', () => {
    for (const [dtype, tensor] of all) writeNpy(join(folder, `our-${dtype}.npy`), tensor, dtype);
    const printed = python(
      all.flatMap(([dtype, tensor]) => [
        `a = numpy.load('our-${dtype}.npy')`,
        `print(a.dtype, a.shape == (${tensor.shape.join()},), (a == ${inPython(dtype, tensor)}).all())`,
      ]),
    );
    expect(printed.split('\n')).toEqual([...all.map(([dtype]) => `${dtype} True True`), '']);
  });

  it('writes big-endian and Fortran-order files that readNpy refuses', () => {
    python([
      "a = numpy.arange(6, dtype='int32').reshape(2, 3)",
      "numpy.save('big.npy', a.astype('>i4'))",
      "numpy.save('fortran.npy', a.copy(order='F'))",
    ]);
    const expected = { dtype: 'int32', shape: [2, 3], what: 'x' } as const;
    expect(() => readNpy(join(folder, 'big.npy'), expected)).toThrow(/holds big-endian int32 \[2, 3\]/);
    expect(() => readNpy(join(folder, 'fortran.npy'), expected)).toThrow(/holds int32 \[2, 3\] in Fortran order/);
  });
});
