/**
 * Checked IR: a module that passed every check. Every signal has a name and exactly one driver: combinational ones a single
 * expression, registers and memories a tree of statements with nothing in it that belongs to another.
 */
import type { Site } from '../source/site.ts';
import type { ClockDomain } from './clock-domain.ts';
import type {
  CheckStatement,
  Expression,
  InstanceArrayIr,
  InstanceIr,
  MemoryIr,
  ModuleIr,
  SignalIr,
  Statement,
} from './module-ir.ts';

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

/**
 * What is to hold (`assert`), may be taken to hold (`assume`) or is to happen (`cover`) at every edge of its domain, unless the
 * domain is in reset.
 */
export interface Check {
  readonly check: CheckStatement['check'];
  /** With the conditions around the statement, and false alarms before there is a past kept out. */
  readonly condition: Expression;
  /** Unique in the module, and a Verilog name. */
  readonly label: string;
  readonly message: string | undefined;
  readonly domain: ClockDomain;
  readonly site: Site;
}

/** Signals and memories that only checks see, with what drives them; as the fields of `CheckedModule` of the same names. */
export interface GhostLayer {
  readonly combinational: ReadonlyMap<SignalIr, Driver>;
  readonly sequential: readonly RegisterGroup[];
  readonly writes: ReadonlyMap<MemoryIr, readonly Statement[]>;
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
  /** No part of the RTL; neither is what they alone read. */
  readonly checks: readonly Check[];
  readonly ghost: GhostLayer;
  /** Checked forms of the modules that this one instantiates. */
  readonly children: ReadonlyMap<ModuleIr, CheckedModule>;
  /** The clock domains of what has state in it or below it, with what that needs; the default domain first. */
  readonly domains: ReadonlyMap<ClockDomain, DomainNeeds>;
  /** Nothing in it or below it keeps time: each output is of whatever domains its inputs are. */
  readonly neutral: boolean;
}

/** What a module needs of a clock domain. */
export interface DomainNeeds {
  readonly clocked: boolean;
  readonly resettable: boolean;
}

export interface ModuleNames {
  readonly signals: ReadonlyMap<SignalIr, string>;
  readonly memories: ReadonlyMap<MemoryIr, string>;
  readonly instances: ReadonlyMap<InstanceIr, string>;
  readonly arrays: ReadonlyMap<InstanceArrayIr, string>;
  /** Expressions that a variable or `.named()` names: they become wires of that name. */
  readonly expressions: ReadonlyMap<Expression, string>;
  /** Names for expressions that become wires for another reason, from the variable their helper's result went to. */
  readonly hints: ReadonlyMap<Expression, string>;
  /** Everything taken in the RTL, keywords included; later levels add to a copy. */
  readonly taken: ReadonlySet<string>;
  /** The same with the names of ghosts, and of expressions that only checks read. */
  readonly takenWithGhosts: ReadonlySet<string>;
}
