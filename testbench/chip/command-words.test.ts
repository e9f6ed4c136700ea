import { describe, expect, it } from 'vitest';
import { Bits, generator, In, module, Out, unpack, widthOf } from '../../gen/index.ts';
import { LayerCommand } from '../../hw/control/command.ts';
import { type ChipParameters, eyerissV2Chip } from '../../hw/parameters.ts';
import {
  commandFields,
  commandWordCount,
  type LayerCommandValue,
  packCommand,
  packedFields,
  type PlainValue,
  unpackCommand,
} from '../../sim/chip/command-words.ts';
import { drive } from '../../sim/driver/drive.ts';
import { Random } from '../../sim/tensor/random.ts';

const small: ChipParameters = { ...eyerissV2Chip, clusterRows: 2, clusterColumns: 1 };

/** A command in which every field has a random value. */
function randomCommand(p: ChipParameters, random: Random): LayerCommandValue {
  const words = new Uint32Array(commandWordCount(p));
  for (const { width, low, type } of commandFields(p)) {
    const patterns = type.kind === 'enum' ? [...type.enumeration.members.values()].map(Number) : undefined;
    const pattern =
      patterns?.[random.integer(0, patterns.length - 1)] ?? random.integer(0, 2 ** Math.min(width, 31) - 1);
    for (let bit = 0; bit < width; bit++)
      if (((pattern / 2 ** bit) & 1) === 1) words[(low + bit) >> 5]! |= 1 << ((low + bit) & 31);
  }
  return unpackCommand(p, words);
}

describe('the words of a command', () => {
  it('have a bit for every bit of every field, and none twice', () => {
    for (const p of [small, eyerissV2Chip]) {
      let next = 0;
      for (const { low, width } of commandFields(p)) {
        expect(low).toBe(next);
        next += width;
      }
      expect(next).toBe(widthOf(LayerCommand(p)));
      expect(commandWordCount(p)).toBe(Math.ceil(next / 32));
    }
  });

  it('name fields by their place', () => {
    const paths = commandFields(small).map(({ path }) => path);
    // The first field lies on top, element 0 of a vector at the bottom.
    expect(paths.at(-1)).toBe('pe.dense');
    expect(paths[0]).toBe('clusters[0].iactSource');
    expect(paths).toContain('clusters[1].iactRouters[2].side');
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('come back as they were', () => {
    const random = Random.stream(1, 'commands');
    for (let index = 0; index < 20; index++) {
      const command = randomCommand(small, random);
      expect(unpackCommand(small, packCommand(small, command))).toEqual(command);
    }
  });

  it('are laid out as the hardware unpacks them', async () => {
    const type = LayerCommand(small);
    const Unpacker = generator(function Unpacker() {
      const ports = { words: In(Bits(widthOf(type))), command: Out(type) };
      return module('CommandUnpacker', ports, ({ words, command }) => command.set(unpack(type, words)));
    });
    const dut = await drive(Unpacker(), { engine: 'builtin' });
    const random = Random.stream(2, 'commands');
    for (let index = 0; index < 10; index++) {
      const command = randomCommand(small, random);
      const bits = packCommand(small, command).reduceRight((all, word) => (all << 32n) | BigInt(word), 0n);
      dut.ports.words.poke(bits);
      expect(dut.ports.command.peek() as unknown).toEqual(command);
    }
    dut.close();
  });

  it('refuse what does not fit, by its name', () => {
    const command = randomCommand(small, Random.stream(3, 'commands'));
    const pack = (changed: Partial<LayerCommandValue>): Uint32Array => packCommand(small, { ...command, ...changed });
    expect(() => pack({ psumBank: { lastWord: 65536, passes: 1 } })).toThrow(
      'field psumBank.lastWord of the command is 65536: its 16 bits hold 0 to 65535',
    );
    expect(() => pack({ output: { ...command.output, low: -257 } })).toThrow(
      'field output.low of the command is -257: its 9 bits hold -256 to 255',
    );
    expect(() => pack({ psumBank: { lastWord: 1.5, passes: 1 } })).toThrow(
      'field psumBank.lastWord of the command is 1.5',
    );
    const wrong = {
      ...command.clusters[0]!,
      psumRouter: { bank: 'up', pe: 'bank', north: 'none' },
    } as unknown as LayerCommandValue['clusters'][0];
    expect(() => pack({ clusters: [wrong, wrong] })).toThrow(
      'field clusters[0].psumRouter.bank of the command is up: expected one of none, bank, pe, south',
    );
  });
});

describe('packed fields', () => {
  it('lie as pack lays them, negative numbers too', () => {
    const type = LayerCommand(small).fields.output;
    const value: PlainValue<typeof type>['low'] = -1;
    expect(packedFields(type).find(({ path }) => path === 'low')?.width).toBe(9);
    const command = randomCommand(small, Random.stream(4, 'commands'));
    const packed = packCommand(small, { ...command, output: { ...command.output, low: value } });
    expect(unpackCommand(small, packed).output.low).toBe(-1);
  });
});
