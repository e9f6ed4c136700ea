/**
 * Checked IR: a module that passed every check. Every signal has a name and exactly one driver: combinational ones a single
 * expression, registers and memories a tree of statements with nothing in it that belongs to another.
 */
import type { Site } from '../source/site.ts';
import type { Expression, InstanceIr, MemoryIr, ModuleIr, SignalIr, Statement } from './module-ir.ts';

/** The one value of a combinational signal, and the `set` or `when` that gives it. */
export interface Driver {
  readonly value: Expression;
  readonly site: Site;
}

/** Registers of one declaration (the fields of a bundle, the elements of a vector), with the statements that drive them. */
export interface RegisterGroup {
  readonly registers: readonly SignalIr[];
  readonly statements: readonly Statement[];
}

export interface CheckedModule {
  readonly ir: ModuleIr;
  readonly names: ModuleNames;
  /** Drivers of wires, outputs and instance inputs. */
  readonly combinational: ReadonlyMap<SignalIr, Driver>;
  /** Drivers of registers, those of one declaration together: what is assigned at the clock edge, and when. */
  readonly sequential: readonly RegisterGroup[];
  /** The writes of each memory; one that nothing uses is left out. */
  readonly writes: ReadonlyMap<MemoryIr, readonly Statement[]>;
  /** For every output, the inputs that it depends on within the cycle. */
  readonly paths: ReadonlyMap<SignalIr, ReadonlySet<SignalIr>>;
  /** Checked forms of the modules that this one instantiates. */
  readonly children: ReadonlyMap<ModuleIr, CheckedModule>;
  /** Whether it, or anything below it, needs the clock or the reset. */
  readonly clocked: boolean;
  readonly resettable: boolean;
}

export interface ModuleNames {
  readonly signals: ReadonlyMap<SignalIr, string>;
  readonly memories: ReadonlyMap<MemoryIr, string>;
  readonly instances: ReadonlyMap<InstanceIr, string>;
  /** Expressions that a variable or `.named()` names: they become wires of that name. */
  readonly expressions: ReadonlyMap<Expression, string>;
  /** Names for expressions that become wires for another reason, from the variable their helper's result went to. */
  readonly hints: ReadonlyMap<Expression, string>;
  /** Everything taken, keywords included; later levels add to a copy. */
  readonly taken: ReadonlySet<string>;
}
