import { expect, test } from 'vitest';
import { Bool, Bundle, In, module, type Ports, portLayout, SInt, Stream, UInt, Vec } from '../../../gen/index.ts';

/** `name direction width: leaf@low ...`, of input ports; streams are never ready. */
function layoutOf(ports: Ports): string[] {
  const { ir } = module('Probe', ports, (io) => {
    for (const port of Object.values(io) as { readonly ready?: { set(value: boolean): void } }[])
      port.ready?.set(false);
  }).checked;
  return portLayout(ir).map(({ name, direction, width, signed, leaves }) => {
    const places = leaves.map(({ signal, low }) => `${signal.path.join('.')}@${low}`);
    return `${name} ${direction} ${width}${signed ? ' signed' : ''}: ${places.join(' ')}`;
  });
}

test('a ground port is a port of its own', () => {
  expect(layoutOf({ a: In(UInt(8)), b: In(SInt(3)), c: In(Bool) })).toEqual([
    'a input 8: a@0',
    'b input 3 signed: b@0',
    'c input 1: c@0',
  ]);
});

test('the elements of a vector share one port, element 0 lowest, and none has a sign', () => {
  expect(layoutOf({ v: In(Vec(3, SInt(8))) })).toEqual(['v input 24: v.0@0 v.1@8 v.2@16']);
});

test('a vector of one element is called like any other vector, and keeps its sign', () => {
  expect(layoutOf({ v: In(Vec(1, SInt(8))) })).toEqual(['v input 8 signed: v.0@0']);
});

test('in a vector of vectors the inner index counts faster', () => {
  expect(layoutOf({ v: In(Vec(2, Vec(3, UInt(4)))) })).toEqual([
    'v input 24: v.0.0@0 v.0.1@4 v.0.2@8 v.1.0@12 v.1.1@16 v.1.2@20',
  ]);
});

test('a vector of bundles has a port for each field', () => {
  expect(layoutOf({ v: In(Vec(2, Bundle({ tag: UInt(4), values: Vec(2, Bool) }))) })).toEqual([
    'v_tag input 8: v.0.tag@0 v.1.tag@4',
    'v_values input 4: v.0.values.0@0 v.0.values.1@1 v.1.values.0@2 v.1.values.1@3',
  ]);
});

test('the payload of a stream is packed; its handshake stands alone', () => {
  expect(layoutOf({ s: In(Stream(Bundle({ tag: UInt(4), values: Vec(2, SInt(5)) }))) })).toEqual([
    's_valid input 1: s.valid@0',
    's_ready output 1: s.ready@0',
    's_tag input 4: s.tag@0',
    's_values input 10: s.values.0@0 s.values.1@5',
  ]);
});

test('a vector of streams is unrolled by index, and what is in each is packed', () => {
  const { ir } = module('Probe', { s: In(Vec(2, Stream(Vec(2, UInt(4))))) }, ({ s }) => {
    for (const stream of s) stream.ready.set(false);
  }).checked;
  expect(portLayout(ir).map(({ name, width }) => `${name} ${width}`)).toEqual([
    's_0_valid 1',
    's_0_ready 1',
    's_0_data 8',
    's_1_valid 1',
    's_1_ready 1',
    's_1_data 8',
  ]);
});
