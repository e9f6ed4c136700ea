import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { parseLayer, readLayer } from '../../sim/layer/read-layer.ts';
import { biasShape, iactShape, macs, outputShape, psumShape, weightShape } from '../../sim/layer/shape.ts';

const folder = mkdtempSync(join(tmpdir(), 'saccade-layer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const good = { m: 4, c: 2, h: 5, w: 6, r: 3, s: 2 };

/** What messages expect of a dimension. */
function dimension(what: string, most = 65536): string {
  return `expected a whole number from 1 to ${most} (the ${what})`;
}

describe('a layer file', () => {
  it('needs only m, c, h, w, r, s', () => {
    expect(parseLayer({ ...good, output: {} }, 'some/where/small.json')).toEqual({
      ...good,
      name: 'small',
      n: 1,
      g: 1,
      stride: [1, 1],
      pad: [0, 0, 0, 0],
      iactSigned: false,
      output: { relu: false, multiplier: 1, shift: 0, zeroPoint: 0, signed: false },
    });
    expect(parseLayer(good, 'small.json')).not.toHaveProperty('output');
  });

  it('may say everything', () => {
    const full = {
      ...good,
      name: 'full',
      n: 2,
      g: 2,
      stride: [2, 1],
      pad: [1, 0, 2, 3],
      iactSigned: true,
      output: { relu: true, multiplier: [1, 2, 3, 4, 5, 6, 7, 8], shift: 31, zeroPoint: -128, signed: true },
    };
    expect(parseLayer(full, 'x.json')).toEqual(full);
  });

  it('is read from disk, with or without a byte order mark', () => {
    const path = join(folder, 'pw.json');
    for (const mark of ['', '\uFEFF']) {
      writeFileSync(path, mark + JSON.stringify(good));
      expect(readLayer(path)).toMatchObject({ name: 'pw', ...good });
    }
  });

  it('gives the shapes of its tensors', () => {
    const layer = parseLayer({ ...good, n: 2, g: 3, stride: [2, 3], pad: [1, 2, 3, 0] }, 'x');
    expect(outputShape(layer)).toEqual({ e: 4, f: 3 }); // (5+1+3-3)/2+1 and (6+2+0-2)/3+1
    expect(iactShape(layer)).toEqual([2, 6, 5, 6]);
    expect(weightShape(layer)).toEqual([12, 2, 3, 2]);
    expect(biasShape(layer)).toEqual([12]);
    expect(psumShape(layer)).toEqual([2, 12, 4, 3]);
    expect(macs(layer)).toBe(2 * 12 * 2 * 3 * 2 * 4 * 3);
  });

  it('may have a kernel as large as the padded input, not larger', () => {
    expect(outputShape(parseLayer({ ...good, r: 7, s: 9, pad: [1, 1, 1, 2] }, 'x'))).toEqual({ e: 1, f: 1 });
  });
});

describe('a layer file is refused with', () => {
  const { m: _, ...withoutM } = good;
  const cases: Record<string, [unknown, string]> = {
    'a mistyped key': [{ ...good, strid: [1, 1] }, ': unknown key "strid": did you mean "stride"?'],
    'a key in capitals': [{ ...good, N: 1 }, ': unknown key "N": did you mean "n"?'],
    "another tool's key": [{ ...good, padding: 1 }, ': unknown key "padding": did you mean "pad"?'],
    'a key like no other': [
      { ...good, dilation: 2 },
      ': unknown key "dilation": expected one of name, n, g, m, c, h, w, r, s, stride, pad, iactSigned, output',
    ],
    'an unknown key of output': [
      { ...good, output: { shfit: 8 } },
      ': unknown key "output.shfit": did you mean "output.shift"?',
    ],
    'a missing dimension': [withoutM, `: "m" is missing: ${dimension('filters per group')}`],
    'a dimension of 0': [{ ...good, c: 0 }, `: "c" is 0: ${dimension('input channels per group')}`],
    'a broken dimension': [{ ...good, h: -1.5 }, `: "h" is -1.5: ${dimension('height of the input')}`],
    'a dimension as text': [{ ...good, w: '6' }, `: "w" is "6": ${dimension('width of the input')}`],
    'a huge kernel': [{ ...good, r: 257 }, `: "r" is 257: ${dimension('height of the kernel', 256)}`],
    'a negative stride': [
      { ...good, stride: [1, -2] },
      ': "stride[1]" is -2: expected a whole number from 1 to 1024 (the horizontal stride)',
    ],
    'one stride for two': [
      { ...good, stride: 2 },
      ': "stride" is 2: expected two whole numbers, such as [1, 1] (vertical, horizontal)',
    ],
    'two paddings for four': [
      { ...good, pad: [1, 1] },
      ': "pad" is [1,1]: expected four whole numbers, such as [0, 0, 0, 0] (zeros at top, left, bottom, right)',
    ],
    'negative padding': [
      { ...good, pad: [0, 0, -1, 0] },
      ': "pad[2]" is -1: expected a whole number from 0 to 1024 (rows of zeros below)',
    ],
    'a flag that is none': [
      { ...good, iactSigned: 'yes' },
      ': "iactSigned" is "yes": expected true or false (whether iacts are int8 and not uint8)',
    ],
    'no name in name': [{ ...good, name: '' }, ': "name" is "": expected a name, or no such key'],
    'a kernel higher than the padded input': [
      { ...good, r: 8, pad: [1, 0, 1, 0] },
      ': the kernel is higher than the padded input: "r" is 8, but "h" 5 with "pad" 1 above and 1 below is 7; ' +
        'make "r" smaller or pad more',
    ],
    'a kernel wider than the padded input': [
      { ...good, s: 7 },
      ': the kernel is wider than the padded input: "s" is 7, but "w" 6 with "pad" 0 left and 0 right is 6; ' +
        'make "s" smaller or pad more',
    ],
    'too few multipliers': [
      { ...good, g: 2, output: { multiplier: [1, 2, 3] } },
      ': "output.multiplier" lists 3 numbers: expected 8, one per output channel (g 2 times m 4), ' +
        'or a single number for all',
    ],
    'too many shifts': [
      { ...good, output: { shift: [1, 2, 3, 4, 5] } },
      ': "output.shift" lists 5 numbers: expected 4, one per output channel (g 1 times m 4), or a single number for all',
    ],
    'a multiplier of 32b': [
      { ...good, output: { multiplier: 2 ** 31 } },
      ': "output.multiplier" is 2147483648: expected a whole number from 0 to 2147483647 ' +
        '(the multiplier of psum plus bias)',
    ],
    'a bad shift in a list': [
      { ...good, output: { shift: [1, 2, 32, 4] } },
      ': "output.shift[2]" is 32: expected a whole number from 0 to 31 (the shift right after the multiplication)',
    ],
    'a shift that is no number': [
      { ...good, output: { shift: 'a' } },
      ': "output.shift" is "a": expected a whole number from 0 to 31, or a list of them ' +
        '(the shift right after the multiplication)',
    ],
    'a negative zero point of uint8': [
      { ...good, output: { zeroPoint: -1 } },
      ': "output.zeroPoint" is -1: expected 0 to 255, because outputs are uint8 when "output.signed" is false',
    ],
    'a large zero point of int8': [
      { ...good, output: { zeroPoint: 128, signed: true } },
      ': "output.zeroPoint" is 128: expected -128 to 127, because outputs are int8 when "output.signed" is true',
    ],
    'null for output': [
      { ...good, output: null },
      ': "output" is null: expected an object with the keys relu, multiplier, shift, zeroPoint, signed',
    ],
    'tensors beyond memory': [
      { ...good, h: 65536, w: 65536, stride: [512, 512] },
      ': the iacts are [1, 2, 65536, 65536], 8589934592 elements: expected at most 268435456; split the layer',
    ],
    'a list for an object': [
      [good, good],
      `: the file holds [${JSON.stringify(good)},{"m":4,"c":2,"h":5...: expected a JSON object that describes a layer`,
    ],
    'several faults': [
      { ...withoutM, c: 0, output: { relu: 1 } },
      ' has 3 faults:\n' +
        `  "m" is missing: ${dimension('filters per group')}\n` +
        `  "c" is 0: ${dimension('input channels per group')}\n` +
        '  "output.relu" is 1: expected true or false (whether negative results become the zero point)',
    ],
  };
  it.each(Object.entries(cases))('%s', (_, [json, message]) => {
    expect(() => parseLayer(json, 'x.json')).toThrow(new InputError(`x.json${message}`));
  });

  it('JSON that is none', () => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{ "m": 4, }');
    expect(() => readLayer(path)).toThrow(/broken\.json: the layer file is not valid JSON: .*position 10/);
    expect(() => readLayer(path)).toThrow(InputError);
  });

  it('no file, or a folder for a file', () => {
    expect(() => readLayer('nowhere.json')).toThrow(
      new InputError('nowhere.json: cannot read the layer file: no such file or folder; check the path'),
    );
    expect(() => readLayer(folder)).toThrow(
      new InputError(`${folder}: cannot read the layer file: it is a folder; name a file in it`),
    );
  });
});
