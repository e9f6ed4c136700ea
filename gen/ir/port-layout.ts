/**
 * How the ports of a module stand in its Verilog. The elements of a vector of plain data share one packed port: element 0 of
 * `v: In(Vec(4, UInt(8)))` is `v[7:0]`, element 3 `v[31:24]`. A vector of bundles has one packed port for each field. Elsewhere
 * in the IR every element is a ground signal of its own.
 */
import type { ModuleIr, SignalIr } from './module-ir.ts';

export interface PortGroup {
  readonly name: string;
  readonly direction: 'input' | 'output';
  readonly width: number;
  /** Of a single leaf its own sign; what several share is only bits. */
  readonly signed: boolean;
  /** The ground ports that share it, from bit 0 up, without gaps. */
  readonly leaves: readonly PortLeaf[];
}

export interface PortLeaf {
  readonly signal: SignalIr;
  /** The lowest bit of the Verilog port that is the signal's. */
  readonly low: number;
}

/** The ports of the Verilog module in order of declaration; clock and reset are not among them. */
export function portLayout({ ports }: Pick<ModuleIr, 'ports'>): readonly PortGroup[] {
  const groups = new Map<string | SignalIr, SignalIr[]>();
  for (const signal of ports) {
    // Two ports can come to one name, which is refused elsewhere: only lanes of one vector belong together.
    const key = signal.lanes === undefined ? signal : laneFreePath(signal).join('\0');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [signal]);
    else group.push(signal);
  }
  return [...groups.values()].map((signals) => {
    const first = signals[0]!;
    const { width } = first.type;
    return {
      name: packedName(first),
      direction: first.category === 'input' ? 'input' : 'output',
      width: signals.length * width,
      signed: signals.length === 1 && first.type.kind === 'sint',
      leaves: signals
        .map((signal) => ({ signal, low: laneNumber(signal) * width }))
        .sort((left, right) => left.low - right.low),
    };
  });
}

/** What the Verilog port of a ground port is called: its path without the indices of the vectors that the port packs. */
export function packedName(signal: SignalIr): string {
  return laneFreePath(signal).join('_');
}

function laneFreePath({ path, lanes = [] }: SignalIr): readonly string[] {
  return lanes.length === 0 ? path : path.filter((_, position) => !lanes.some(({ at }) => at === position));
}

/** Position among the leaves of its group: the index in the innermost vector counts fastest. */
function laneNumber({ lanes = [] }: SignalIr): number {
  return lanes.reduce((number, { index, length }) => number * length + index, 0);
}
