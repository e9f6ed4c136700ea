import { type Check, type CheckedModule } from '../../gen/ir/checked-module.ts';
import { type ClockDomain, domainText } from '../../gen/ir/clock-domain.ts';
import type { GroundType } from '../../gen/ir/ground-type.ts';
import { type PortGroup, portLayout } from '../../gen/ir/port-layout.ts';
import { siteText } from '../../gen/source/site.ts';
import { clockingOf, type ClockStyle, implicitPorts, type ResetSignal } from '../../gen/verilog/clocking.ts';
import type { Simulation } from '../simulation/simulator.ts';
import { closest } from '../../gen/diagnostics/closest.ts';
import { BulkRun, type RunResult, type RunSpec } from '../simulation/bulk-run.ts';
import { portOf, type SimulatedDesign, type VerilogPort, wordsOf } from '../simulation/design.ts';
import { valueToWord, valueToWords, wordsToValue, wordToValue } from '../simulation/words.ts';
import { type InstanceNode, instancesOf, namedMemories, type NamedValue, namedValues } from './hierarchy.ts';
import { ModuleCode } from './module-code.ts';
import { type Pin, pinOf } from './pins.ts';
import { Program } from './program.ts';
import { type EngineHost, type EnginePort, StreamEngine } from './stream-engine.ts';
import { VcdWriter } from './vcd.ts';

export interface BuiltinOptions {
  /** Write a VCD waveform of all named signals to this file; complete once the simulation is closed. Cycle n is at 2n ns. */
  readonly trace?: string;
  /** Of the random bits that state without an initial value starts with. */
  readonly seed?: number;
  /** Whether assertions and assumptions that do not hold stop the simulation; true by default. */
  readonly checks?: boolean;
  /** Names, edge and reset of the default clock domain, as `emitVerilog` takes them. */
  readonly clock?: ClockStyle;
}

/** A port of the top module, with what moves its value. */
interface OpenPort extends VerilogPort {
  readonly group: PortGroup;
  readonly pin: Pin;
  readonly words: Uint32Array;
}

/** A domain of the top module, and the value of its reset. */
interface OpenDomain {
  readonly domain: ClockDomain;
  /** Its bit in masks of domains. */
  readonly bit: number;
  readonly reset: (ResetSignal & { readonly apply: () => void }) | undefined;
  active: number;
}

/**
 * A running simulation in JavaScript, without any Verilog: two-state, cycle by cycle. It does at every peek and step what the
 * emitted Verilog does in VerilatorSimulation.
 */
export class BuiltinSimulation implements Simulation {
  readonly design: SimulatedDesign;
  readonly #program: Program;
  readonly #ports = new Map<string, OpenPort>();
  readonly #clocks = new Set<string>();
  readonly #resets = new Map<string, OpenDomain>();
  readonly #domains: readonly OpenDomain[];
  readonly #asynchronous: readonly OpenDomain[];
  readonly #named = new Map<ModuleCode, readonly NamedValue[]>();
  readonly #vcd: VcdWriter | undefined;
  readonly #watchers: (() => void)[] = [];
  #engine: StreamEngine | undefined;
  #cycles = 0;
  /** Something changed since all was last evaluated. */
  #stale = true;
  #paused: BulkRun | undefined;
  #closed = false;
  /** Why the design stopped. */
  #stopped: string | undefined;

  /** @throws Error for an external module without a model */
  constructor(
    { checked }: { readonly checked: CheckedModule },
    { trace, seed = 1, checks = true, clock }: BuiltinOptions = {},
  ) {
    const { ir } = checked;
    const clocking = clockingOf(clock);
    this.#program = new Program(checked, seed, (check, instance) => {
      if (checks) this.#fail(check, instance);
    });
    const groups = portLayout(ir);
    const implicit = implicitPorts(checked, clocking);
    const ports: VerilogPort[] = [
      ...implicit.map(({ name }) => ({ name, direction: 'input' as const, width: 1, signed: false })),
      ...groups.map(({ name, direction, width, signed }) => ({ name, direction, width, signed })),
    ];
    this.design = { top: ir.name, ports, streams: ir.streams };
    for (const group of groups) this.#ports.set(group.name, this.#openPort(group));
    this.#domains = [...this.#program.top.domains].map((domain, index) => {
      const reset = checked.domains.get(domain)?.resettable === true ? clocking.resetOf(domain) : undefined;
      return {
        domain,
        bit: 2 ** index,
        reset: reset && { ...reset, apply: this.#program.resetOf(domain) },
        active: reset?.active === 'low' ? 1 : 0,
      };
    });
    for (const { role, name, domain } of implicit) {
      if (role === 'clock') this.#clocks.add(name);
      else
        this.#resets.set(
          name,
          this.#domains.find((each) => each.domain === domain)!,
        );
    }
    this.#asynchronous = this.#domains.filter(({ reset }) => reset?.kind === 'async');
    this.#vcd =
      trace === undefined
        ? undefined
        : new VcdWriter(
            trace,
            this,
            implicit
              .filter(({ role }) => role === 'clock')
              .map(({ name, domain }) => ({ name, falls: clocking.clockOf(domain).edge === 'falling' })),
            [...this.#resets.keys()],
          );
  }

  /** Clock cycles since the start, those of reset and of runs included. */
  get cycles(): number {
    return this.#cycles;
  }

  /** The instances of the design, for what looks at all of it. */
  get hierarchy(): InstanceNode {
    return this.#program.tree;
  }

  /**
   * Sets an input. It is seen by the next clock edge, and by outputs that depend on it without one at the next peek.
   * @throws RangeError when the value does not fit; Error for a port that doesn't exist or is no input
   */
  poke(name: string, value: number | bigint): void {
    this.#idle();
    if (this.#clocks.has(name)) throw new Error(`the clock of ${this.#name()} is driven by step and run, not by poke`);
    const domain = this.#resets.get(name);
    if (domain !== undefined) {
      const high = valueToWord(portOf(this.design, name), value);
      domain.active = domain.reset!.active === 'low' ? 1 - high : high;
      this.#stale = true;
      return;
    }
    const port = this.#port(name);
    if (port.direction !== 'input') throw new Error(`port "${name}" of ${this.#name()} is an output; peek reads it`);
    if (port.width <= 32) port.words[0] = valueToWord(port, value);
    else valueToWords(port, value, port.words);
    port.pin.write(port.words, 0);
    this.#stale = true;
  }

  /**
   * The settled value of a port: a number up to 32 bits, a bigint above. Also of anything inside that has a name, by its path
   * (`queue.count`), and of a word of a memory (`queue.ram[3]`).
   */
  peek(name: string): number | bigint {
    this.#open();
    this.#settle();
    const domain = this.#resets.get(name);
    if (domain !== undefined) return domain.reset!.active === 'low' ? 1 - domain.active : domain.active;
    if (this.#clocks.has(name)) return 0;
    const port = this.#ports.get(name);
    if (port === undefined) {
      const { type, value } = this.#inside(name);
      return asNumber(value, type);
    }
    port.pin.read(port.words, 0);
    return port.width <= 32 ? wordToValue(port, port.words[0]!) : wordsToValue(port, port.words);
  }

  /**
   * Clock edges of one domain, or of several at once, by their names: `default` is that of the default domain. Of the first one
   * (the default domain, if anything is in it) where nothing is said.
   */
  step(cycles: number = 1, domains?: string | readonly string[]): void {
    this.#clocked();
    if (!Number.isSafeInteger(cycles) || cycles < 0) throw new RangeError(`cannot step ${cycles} cycles`);
    const stepped =
      domains === undefined ? this.#domains.slice(0, 1) : [domains].flat().map((name) => this.#domain(name));
    for (let cycle = 0; cycle < cycles; cycle++) {
      this.#settle();
      this.#edge(stepped);
    }
  }

  /** Edges of all domains at once. */
  stepAll(cycles: number = 1): void {
    this.#clocked();
    for (let cycle = 0; cycle < cycles; cycle++) {
      this.#settle();
      this.#edge(this.#domains);
    }
  }

  /** Holds every reset active for some edges of all clocks, and then inactive. */
  reset(cycles: number = 2): void {
    this.#clocked();
    if (this.#resets.size === 0) throw new Error(`${this.#name()} has no reset`);
    for (const domain of this.#resets.values()) domain.active = 1;
    this.#stale = true;
    this.stepAll(cycles);
    for (const domain of this.#resets.values()) domain.active = 0;
    this.#stale = true;
  }

  /** Runs the streams of the design as `spec` says: see VerilatorSimulation.run. */
  run(spec: RunSpec = {}): RunResult {
    this.#clocked();
    const run = new BulkRun(this.design, (this.#engine ??= this.#makeEngine()), spec);
    for (const [name, value] of Object.entries(spec.pokes ?? {})) this.poke(name, value);
    return this.#go(run, spec.limit);
  }

  /** Goes on with a paused run, for at most `limit` cycles. */
  resume(limit?: number): RunResult {
    this.#open();
    const run = this.#paused;
    if (run === undefined) throw new Error(`${this.#name()} has no paused run to resume`);
    return this.#go(run, limit);
  }

  /** Gives up a paused run: the testbench is no longer valid nor ready on any stream. */
  abandon(): void {
    this.#open();
    this.#engine?.idle();
    this.#paused = undefined;
    this.#stale = true;
  }

  /** Ends the simulation and completes its trace. Closing twice is allowed. */
  close(): void {
    if (!this.#closed) this.#vcd?.close(this.#cycles);
    this.#closed = true;
  }

  /** Whether a port is a clock. */
  isClock(name: string): boolean {
    return this.#clocks.has(name);
  }

  /** Calls a function before every clock edge, when all has settled. */
  watch(look: () => void): void {
    this.#watchers.push(look);
  }

  /** The type of what `peek` finds under a name; of a port that the elements of a vector share, just bits. */
  typeOf(name: string): GroundType {
    if (this.#clocks.has(name) || this.#resets.has(name)) return { kind: 'bool', width: 1 };
    const port = this.#ports.get(name);
    if (port === undefined) return this.#inside(name).type;
    return port.group.leaves.length === 1 ? port.group.leaves[0]!.signal.type : { kind: 'bits', width: port.width };
  }

  /** The settled values of everything in an instance that has a name. */
  valuesIn(instance: InstanceNode): {
    readonly named: readonly NamedValue[];
    readonly values: readonly (number | bigint)[];
  } {
    const { code } = instance;
    if (!(code instanceof ModuleCode)) return { named: [], values: [] };
    let named = this.#named.get(code);
    if (named === undefined) this.#named.set(code, (named = namedValues(code.checked)));
    this.#settle();
    const values = this.#program.valuesOf(
      { ...instance, code },
      named.map(({ value }) => value),
    );
    return { named, values };
  }

  #openPort(group: PortGroup): OpenPort {
    const { name, direction, width, signed } = group;
    const pin = pinOf(this.#program.top, [group], this.#program.state);
    return { name, direction, width, signed, group, pin, words: new Uint32Array(wordsOf(width)) };
  }

  #settle(): void {
    if (!this.#stale) return;
    for (const { active, reset } of this.#asynchronous) if (active !== 0) reset!.apply();
    this.#program.settle();
    this.#stale = false;
  }

  #edge(domains: readonly OpenDomain[]): void {
    this.#vcd?.low(this.#cycles);
    for (const look of this.#watchers) look();
    let [edges, resets] = [0, 0];
    for (const { bit, active } of domains) {
      edges |= bit;
      if (active !== 0) resets |= bit;
    }
    this.#program.edge(edges, resets);
    this.#stale = true;
    this.#vcd?.high(this.#cycles);
    this.#cycles++;
  }

  #makeEngine(): StreamEngine {
    const first = this.#domains.slice(0, 1);
    const bitOf = ({ width, group }: OpenPort): number | undefined =>
      width === 1 ? this.#program.top.portSlot(group.leaves[0]!.signal).offset : undefined;
    const streams = this.design.streams.map((stream) => {
      const payload = stream.payload.map((name) => this.#port(name));
      const mask = payload.flatMap(({ width }) =>
        Array.from({ length: wordsOf(width) }, (_, word) => 2 ** Math.min(32, width - 32 * word) - 1),
      );
      return {
        input: stream.direction === 'input',
        valid: bitOf(this.#port(stream.valid))!,
        ready: bitOf(this.#port(stream.ready))!,
        payload: pinOf(
          this.#program.top,
          payload.map(({ group }) => group),
          this.#program.state,
        ),
        mask: Uint32Array.from(mask),
      };
    });
    const host: EngineHost = {
      bits: this.#program.state.int,
      settle: () => {
        this.#stale = true;
        this.#settle();
      },
      edge: () => this.#edge(first),
      cycles: () => this.#cycles,
    };
    const ports = this.design.ports.map(({ name }): EnginePort => {
      const port = this.#ports.get(name);
      if (port === undefined) return { bit: undefined, read: () => Number(this.peek(name)) };
      const { pin, words } = port;
      return {
        bit: bitOf(port),
        read: () => {
          pin.read(words, 0);
          return words[0]!;
        },
      };
    });
    return new StreamEngine(host, streams, ports);
  }

  #go(run: BulkRun, limit: number | undefined): RunResult {
    this.#paused = undefined;
    const result = run.go(limit)!;
    if (result.outcome === 'more') this.#paused = run;
    this.#stale = true;
    return result;
  }

  #inside(name: string): { readonly type: GroundType; readonly value: number | bigint } {
    const path = name.split('.');
    const last = path.pop()!;
    const instance = [...instancesOf(this.#program.tree)].find((each) => each.path.join('.') === path.join('.'));
    if (instance?.code instanceof ModuleCode) {
      const { named, values } = this.valuesIn(instance);
      const index = named.findIndex((each) => each.name === last);
      if (index >= 0) return { type: named[index]!.type, value: values[index]! };
      const word = /^(.*)\[(\d+)\]$/.exec(last);
      const memory = namedMemories(instance.code.checked).find((each) => each.name === word?.[1])?.memory;
      if (memory !== undefined && Number(word![2]) < memory.depth) {
        const slot = instance.code.memorySlots.get(memory)!;
        return { type: memory.type, value: this.#program.read(instance.base, slot, Number(word![2])) };
      }
    }
    return this.#unknown(name);
  }

  #port(name: string): OpenPort {
    return this.#ports.get(name) ?? this.#unknown(name);
  }

  #unknown(name: string): never {
    const known = this.design.ports.map((port) => port.name);
    const near = closest(name, known);
    const hint = near === undefined ? `it has: ${known.join(', ')}` : `did you mean "${near}"?`;
    throw new Error(`${this.#name()} has no port "${name}"; ${hint}`);
  }

  #domain(name: string): OpenDomain {
    const found = this.#domains.find(({ domain }) => (domain.name ?? 'default') === name);
    if (found !== undefined) return found;
    const known = this.#domains.map(({ domain }) => domain.name ?? 'default').join(', ');
    throw new Error(`${this.#name()} has no clock domain "${name}"; its domains: ${known}`);
  }

  #name(): string {
    return `design "${this.design.top}"`;
  }

  #open(): void {
    if (this.#closed) throw new Error(`the simulation of ${this.#name()} is closed`);
    if (this.#stopped !== undefined) throw new Error(this.#stopped);
  }

  #idle(): void {
    this.#open();
    if (this.#paused !== undefined) throw new Error(`a run of ${this.#name()} is paused: resume or abandon it first`);
  }

  #clocked(): void {
    this.#idle();
    if (this.#domains.length > 0) return;
    throw new Error(`${this.#name()} has no port "clock", so it has no cycles: use poke and peek`);
  }

  #fail({ check, label, message, site, domain }: Check, { path, code }: InstanceNode): never {
    const where =
      path.length === 0 ? `module ${code.checked.ir.name}` : `${path.join('.')} (module ${code.checked.ir.name})`;
    const clock = this.#domains.length > 1 ? ` of ${domainText(domain)}` : '';
    const what = check === 'assume' ? 'assumption' : 'assertion';
    const why = message === undefined ? '' : `: ${message}`;
    this.#stopped =
      `the simulation of ${this.#name()} stopped in cycle ${this.#cycles}: ${what} "${label}" of ${where} does not hold at the edge${clock}${why}\n` +
      `  at ${siteText(site)}`;
    throw new Error(this.#stopped);
  }
}

/** A value of the arrays as a peek gives it. */
function asNumber(value: number | bigint, { kind, width }: GroundType): number | bigint {
  if (width > 32) return BigInt(value);
  return kind === 'sint' ? value : Number(value) >>> 0;
}
