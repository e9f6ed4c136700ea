/** Waveforms as VCD (IEEE 1364, 18.2), which every viewer reads. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { GroundType } from '../../gen/ir/ground-type.ts';
import { InputError } from '../errors.ts';
import { type InstanceNode, instancesOf, type NamedValue } from './hierarchy.ts';
import { ModuleCode } from './module-code.ts';

/** A simulation as far as its waveform shows it. */
export interface VcdSource {
  readonly hierarchy: InstanceNode;
  peek(port: string): number | bigint;
  /** Everything in an instance that has a name, with its settled value. */
  valuesIn(instance: InstanceNode): {
    readonly named: readonly NamedValue[];
    readonly values: readonly (number | bigint)[];
  };
}

interface Wave {
  readonly id: string;
  readonly type: GroundType;
  last: number | bigint | undefined;
}

/** So many characters are written at once. */
const BUFFER = 1 << 16;

/** A clock port; of one whose falling edge counts, the level is the opposite. */
export interface VcdClock {
  readonly name: string;
  readonly falls: boolean;
}

/** Writes all named values of all instances, a scope each. The edges are in the middle of a cycle. */
export class VcdWriter {
  private readonly file: number;
  private readonly simulation: VcdSource;
  private readonly instances: readonly { readonly node: InstanceNode; readonly waves: readonly Wave[] }[];
  private readonly clocks: readonly { readonly falls: boolean; readonly wave: Wave }[];
  private readonly resets: readonly { readonly name: string; readonly wave: Wave }[];
  private buffer = '';
  private ids = 0;

  /** @throws InputError when the file cannot be written */
  constructor(path: string, simulation: VcdSource, clocks: readonly VcdClock[], resets: readonly string[]) {
    try {
      this.file = openSync(path, 'w');
    } catch (error) {
      throw new InputError(`cannot write the trace ${path}: ${(error as Error).message}`);
    }
    this.simulation = simulation;
    const bit: GroundType = { kind: 'bool', width: 1 };
    this.clocks = clocks.map(({ falls }) => ({ falls, wave: this.newWave(bit) }));
    this.resets = resets.map((name) => ({ name, wave: this.newWave(bit) }));
    const root = simulation.hierarchy;
    this.instances = [...instancesOf(root)].map((node) => ({
      node,
      waves: simulation.valuesIn(node).named.map(({ type }) => this.newWave(type)),
    }));
    this.write('$timescale 1ns $end\n');
    this.declare(root, [...clocks.map(({ name }) => name), ...resets]);
    this.write('$enddefinitions $end\n');
  }

  /** The half of a cycle before its edge, when all has settled. */
  low(cycle: number): void {
    this.write(`#${2 * cycle}\n`);
    for (const { falls, wave } of this.clocks) this.put(wave, falls ? 1 : 0);
    for (const { name, wave } of this.resets) this.put(wave, this.simulation.peek(name));
    this.putInstances();
  }

  /** The edge. */
  high(cycle: number): void {
    this.write(`#${2 * cycle + 1}\n`);
    for (const { falls, wave } of this.clocks) this.put(wave, falls ? 0 : 1);
    this.putInstances();
  }

  close(cycles: number): void {
    this.write(`#${2 * cycles}\n`);
    this.flush();
    closeSync(this.file);
  }

  private putInstances(): void {
    for (const { node, waves } of this.instances) {
      const { values } = this.simulation.valuesIn(node);
      waves.forEach((wave, index) => this.put(wave, values[index]!));
    }
  }

  private put(wave: Wave, value: number | bigint): void {
    if (wave.last === value) return;
    wave.last = value;
    const bits = BigInt.asUintN(wave.type.width, BigInt(value)).toString(2);
    this.write(wave.type.width === 1 ? `${bits}${wave.id}\n` : `b${bits} ${wave.id}\n`);
  }

  private declare(node: InstanceNode, implicit: readonly string[]): void {
    const waves = this.instances.find((each) => each.node === node)!.waves;
    this.write(`$scope module ${node.name} $end\n`);
    implicit.forEach((name, index) => {
      const { wave } = (this.clocks[index] ?? this.resets[index - this.clocks.length])!;
      this.write(`$var wire 1 ${wave.id} ${name} $end\n`);
    });
    if (node.code instanceof ModuleCode) {
      this.simulation.valuesIn(node).named.forEach(({ name, type }, index) => {
        const range = type.width === 1 ? '' : ` [${type.width - 1}:0]`;
        this.write(`$var wire ${type.width} ${waves[index]!.id} ${name}${range} $end\n`);
      });
    }
    for (const child of node.children) this.declare(child, []);
    this.write('$upscope $end\n');
  }

  private newWave(type: GroundType): Wave {
    // Printable characters, the first of them the least significant digit.
    let id = '';
    for (let rest = this.ids++; id === '' || rest > 0; rest = Math.floor(rest / 94))
      id += String.fromCharCode(33 + (rest % 94));
    return { id, type, last: undefined };
  }

  private write(text: string): void {
    this.buffer += text;
    if (this.buffer.length > BUFFER) this.flush();
  }

  private flush(): void {
    writeSync(this.file, this.buffer);
    this.buffer = '';
  }
}
