import { InputError } from '../errors.ts';
import { readUserFile, writeUserFile } from '../user-file.ts';
import type { Dtype, DtypeArrays, Tensor } from './tensor.ts';
import { describeTensor, dtypeOf, elementCount, zeros } from './tensor.ts';

// Our own reader and writer, because npyjs 1.2.0 takes files that are too short or too long without a word, leaves cut
// headers to a RangeError, and brings an HTTP client (cross-fetch) along.

/** What a .npy file must hold to be used. */
export interface ExpectedTensor<T extends Dtype = Dtype> {
  readonly dtype: T;
  readonly shape: readonly number[];
  /** What the tensor is for, as messages say it: "weights of layer pw4". */
  readonly what: string;
}

/** numpy's type strings for the three types; bytes have no order. */
const descriptions: Readonly<Record<Dtype, string>> = { int8: '|i1', uint8: '|u1', int32: '<i4' };

const magic = Buffer.from('\x93NUMPY', 'latin1');

/**
 * Reads a .npy file (format versions 1 to 3) of exactly the expected type and shape, little-endian, in C order.
 *
 * @throws InputError naming the file, what it holds, what was expected and how to convert it
 */
export function readNpy<T extends Dtype>(path: string, expected: ExpectedTensor<T>): Tensor<DtypeArrays[T]> {
  return parseNpy(readUserFile(path, expected.what), expected, path);
}

/**
 * Writes a tensor as .npy, version 1.0, as numpy itself would.
 *
 * @param what what it is for, for the message when the file cannot be written
 */
export function writeNpy(path: string, tensor: Tensor, what: string): void {
  writeUserFile(path, formatNpy(tensor), what);
}

/**
 * The bytes of a .npy file as a tensor of exactly the expected type and shape.
 *
 * @param source where the bytes come from: begins every message
 * @throws InputError as `readNpy` does
 */
export function parseNpy<T extends Dtype>(
  bytes: Uint8Array,
  expected: ExpectedTensor<T>,
  source: string,
): Tensor<DtypeArrays[T]> {
  const wanted = describeTensor(expected.dtype, expected.shape);
  const refuse = (holds: string, fix: string): never => {
    throw new InputError(`${source}: ${holds}: expected ${wanted} for the ${expected.what}; ${fix}`);
  };

  if (!magic.equals(bytes.subarray(0, magic.length))) {
    refuse(`not an .npy file, but ${guessContents(bytes)}`, 'write it with numpy.save');
  }
  const header = readHeader(bytes);
  if (header === undefined) return refuse('its .npy header is damaged or cut short', 'write it again');

  const is = describeType(header.description);
  const holds = `holds ${describeTensor(is, header.shape)}`;
  if (is !== expected.dtype) {
    const fix = is === `big-endian ${expected.dtype}` ? 'convert its byte order' : 'convert it';
    return refuse(holds, `${fix} with .astype(numpy.${expected.dtype})`);
  }
  if (header.fortranOrder) refuse(`${holds} in Fortran order`, 'convert it with numpy.ascontiguousarray');
  if (header.shape.join() !== expected.shape.join()) {
    const sameCount = elementCount(header.shape) === elementCount(expected.shape);
    refuse(
      holds,
      sameCount
        ? `if its order is right, convert it with .reshape(${expected.shape.join(', ')})`
        : 'check that file and layer belong together',
    );
  }

  const tensor = zeros(expected.dtype, expected.shape);
  const elements = bytes.subarray(header.length);
  const size = tensor.data.byteLength;
  if (elements.length < size) {
    refuse(`${holds}, but is truncated, with ${elements.length} of ${size} bytes of data`, 'copy it again');
  }
  if (elements.length > size) {
    refuse(`${holds}, but has ${elements.length} bytes of data, not ${size}`, 'write it again with numpy.save');
  }
  // Copied, because an Int32Array cannot begin just anywhere in the file.
  new Uint8Array(tensor.data.buffer).set(elements);
  return tensor;
}

/** The bytes of a .npy file, version 1.0, that holds the tensor. */
export function formatNpy(tensor: Tensor): Uint8Array {
  const { shape, data } = tensor;
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${descriptions[dtypeOf(tensor)]}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // Magic, version and length take 10 bytes; the format wants the data to begin at a multiple of 64, after a newline.
  const padded = `${dictionary.padEnd(Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 11)}\n`;
  const lengths = Buffer.from([1, 0, padded.length & 0xff, padded.length >> 8]);
  const elements = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([magic, lengths, Buffer.from(padded, 'latin1'), elements]);
}

interface Header {
  /** numpy's type string. */
  readonly description: string;
  readonly fortranOrder: boolean;
  readonly shape: number[];
  /** Bytes before the data. */
  readonly length: number;
}

/** The header's dictionary, or undefined when there is none to be read. */
function readHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, dictionaryLength] = bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const length = start + dictionaryLength;
  if (length > bytes.length) return undefined;
  const text = Buffer.from(bytes.subarray(start, length)).toString('latin1');
  // The description is a quoted string; only structured types, which are always wrong here, have a list.
  const description = /'descr':\s*(?:'([^']*)'|(\[))/.exec(text);
  const order = /'fortran_order':\s*(True|False)/.exec(text);
  const shape = /'shape':\s*\(([\d, L]*)\)/.exec(text);
  if (description === null || order === null || shape === null) return undefined;
  return {
    description: description[1] ?? 'structured',
    fortranOrder: order[1] === 'True',
    shape: (shape[1]!.match(/\d+/g) ?? []).map(Number),
    length,
  };
}

/** A numpy type string in words: `<f4` is float32, `>i4` big-endian int32. */
function describeType(description: string): string {
  const kinds: Readonly<Record<string, string>> = { i: 'int', u: 'uint', f: 'float', c: 'complex' };
  const [, order, kind, size] = /^([<>|=]?)([iufc])(\d+)$/.exec(description) ?? [];
  if (kind === undefined) return description === '|b1' ? 'bool' : description;
  const bigEndian = order === '>' && size !== '1';
  return `${bigEndian ? 'big-endian ' : ''}${kinds[kind]}${Number(size) * 8}`;
}

/** What a file that is no .npy seems to be. */
function guessContents(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty';
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return 'a zip archive (perhaps .npz)';
  const text = bytes.subarray(0, 512).every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));
  return text ? 'text' : 'something else';
}
