import type { SimulatedDesign, VerilogPort, VerilogStream } from './design.ts';
import { portOf, streamOf, wordsOf } from './design.ts';
import { valueToWords, wordsToValue } from './words.ts';

/** The payload of one handshake, by field: number up to 32 bits, bigint above. */
export type Beat = Record<string, number | bigint>;

/** A payload port of a stream: the field's name is the port's without the stream's name and an underscore before it. */
export interface Field {
  name: string;
  port: VerilogPort;
}

/** The fields of a stream's beats, in the order of packed words. */
export function fieldsOf(design: SimulatedDesign, stream: VerilogStream): Field[] {
  const prefix = `${stream.name}_`;
  return stream.payload.map((name) => ({
    name: name.startsWith(prefix) ? name.slice(prefix.length) : name,
    port: portOf(design, name),
  }));
}

/** Number of 32-bit words of one packed beat: each field starts a new word. */
export function beatWords(design: SimulatedDesign, stream: VerilogStream): number {
  return stream.payload.reduce((sum, name) => sum + wordsOf(portOf(design, name).width), 0);
}

/**
 * Packs beats into the words that VerilatorSimulation.run sends.
 * @throws Error that names stream, beat and field when a field is missing, unknown or out of range
 */
export function packBeats(design: SimulatedDesign, streamName: string, beats: readonly Beat[]): Uint32Array {
  const stream = streamOf(design, streamName);
  const fields = fieldsOf(design, stream);
  const size = beatWords(design, stream);
  const words = new Uint32Array(size * beats.length);
  beats.forEach((beat, index) => {
    checkFields(stream, fields, beat, index);
    let at = index * size;
    for (const { name, port } of fields) {
      valueToWords(port, beat[name]!, words, at);
      at += wordsOf(port.width);
    }
  });
  return words;
}

/** Unpacks words that VerilatorSimulation.run received. */
export function unpackBeats(design: SimulatedDesign, streamName: string, words: Uint32Array): Beat[] {
  const stream = streamOf(design, streamName);
  const fields = fieldsOf(design, stream);
  const size = beatWords(design, stream);
  return Array.from({ length: size === 0 ? 0 : words.length / size }, (_, index) => {
    const beat: Beat = {};
    let at = index * size;
    for (const { name, port } of fields) {
      beat[name] = wordsToValue(port, words, at);
      at += wordsOf(port.width);
    }
    return beat;
  });
}

/** Throws an Error when a beat's fields are not exactly the stream's. */
export function checkFields(stream: VerilogStream, fields: readonly Field[], beat: Beat, index: number): void {
  const names = fields.map(({ name }) => name);
  const missing = names.find((name) => beat[name] === undefined);
  const unknown = Object.keys(beat).find((name) => !names.includes(name));
  if (missing === undefined && unknown === undefined) return;
  const what = missing === undefined ? `has an unknown field "${unknown}"` : `lacks field "${missing}"`;
  throw new Error(`beat ${index} for stream "${stream.name}" ${what}; its fields: ${names.join(', ') || 'none'}`);
}

/** A beat in a message: {data: 3, tag: 7}. */
export function formatBeat(beat: Beat): string {
  const fields = Object.entries(beat).map(([name, value]) => `${name}: ${value}`);
  return `{${fields.join(', ')}}`;
}
