/** State machines, described state by state. */
import type { AssignStatement, SignalIr, Statement } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { type Encoding, type EnumType, makeEnum } from './enum.ts';
import { currentModule, type ModuleBuilder, record } from './module-builder.ts';
import { fatal, report } from './report.ts';
import { declareSignal, operand, type Signal } from './signal.ts';
import { reg } from './state.ts';
import { recordSwitch } from './switch.ts';
import type { BoolVal, EnumVal } from './values.ts';

/** Goes to a state at the next edge of the clock, under the conditions around the call. */
export type Go<S extends string> = (next: S) => void;

export interface FsmOptions<S extends string> {
  /** The state that reset gives; by default the first. */
  readonly reset?: S;
  readonly encoding?: Encoding;
  /** What the states are called in the Verilog; by default the variable that the machine is assigned to. */
  readonly name?: string;
}

export interface Fsm<S extends string> {
  /** The enum of the states, for ports and literals: `Out(control.type)`. */
  readonly type: EnumType<S>;
  /** The state of this cycle. */
  readonly state: EnumVal<S>;
  /** True in the cycles that are spent in any of these states. */
  readonly is: (first: S, ...rest: S[]) => BoolVal;
  /** True in the last cycle before the machine is in that state, coming from another. */
  readonly entering: (state: S) => BoolVal;
  /** True in the last cycle that is spent in that state. */
  readonly leaving: (state: S) => BoolVal;
}

/** A call of `go`. Its statement drives the register, until somebody asks for the next state. */
interface Transition {
  readonly from: string;
  readonly to: string;
  readonly statement: AssignStatement & { target: SignalIr };
}

/**
 * A state machine. Each state is a function that says what happens in it, and where `go` leads from there; without a `go` the
 * state stays.
 *
 *     const control = fsm({
 *       Idle(go) { when(start, () => go('Run')); },
 *       Run(go) { when(done, () => go('Idle')); },
 *     });
 *
 * The register is called after the variable. What else the states drive follows the rules of `switchOn`.
 */
export function fsm<const S extends string>(
  states: { readonly [K in S]: (go: Go<NoInfer<S>>) => void },
  options: FsmOptions<NoInfer<S>> = {},
): Fsm<S> {
  const builder = currentModule('fsm()');
  const site = captureSite();
  const { reset, ...enumOptions } = options;
  const names = Object.keys(states) as S[];
  if (names.length < 2)
    throw fatal('E003', site, `fsm() of ${names.length} states, which has nowhere to go`, 'give at least two');
  const type = makeEnum(names, enumOptions, site, 'State');
  const start = reset ?? names[0]!;
  const register = reg(type, { reset: start }) as unknown as Signal;
  const { signal } = register.expression as { readonly signal: SignalIr };
  signal.fallbackName = 'state';

  const transitions: Transition[] = [];
  const outer = builder.scopes.at(-1)!;
  const bodies = names.map((from) => [
    from,
    () => {
      const scope = builder.scopes.at(-1)!;
      states[from]((to) => {
        const statement = transition(builder, register, scope, from, to);
        if (statement !== undefined) transitions.push({ from, to, statement });
      });
    },
  ]);
  recordSwitch('fsm()', register, Object.fromEntries(bodies) as Record<string, () => void>);
  reportUnreached(builder, names, start, transitions, site);

  let next: Signal | undefined;
  const nextState = (what: string): Signal => {
    if (outer !== builder.ir.body) {
      throw fatal(
        'E007',
        captureSite(),
        `${what} of a state machine that stands inside of a condition`,
        'describe the machine outside of it, and put the condition around its go()',
      );
    }
    next ??= insertNext(builder, register, transitions, site);
    return next;
  };
  return {
    type: type as unknown as EnumType<S>,
    state: register as unknown as EnumVal<S>,
    is: (name, ...rest) => register.isOneOf(name, ...rest) as unknown as BoolVal,
    entering: (name) => nextState('entering()').eq(name).and(register.ne(name)) as unknown as BoolVal,
    leaving: (name) => register.eq(name).and(nextState('leaving()').ne(name)) as unknown as BoolVal,
  };
}

/** Records what a call of `go` means; undefined, after a diagnostic, where it means nothing. */
function transition(
  owner: ModuleBuilder,
  register: Signal,
  scope: Statement[],
  from: string,
  to: string,
): Transition['statement'] | undefined {
  const builder = currentModule('go()');
  const site = captureSite();
  if (!builder.scopes.includes(scope)) {
    report(builder, 'E007', site, {
      message: `go() of state ${from} is called outside of it${builder === owner ? '' : `, in module ${builder.ir.name}`}`,
      related: [{ text: 'the state machine is described', site: register.expression.site }],
      fix: 'call the go that each state is given while that state is described',
    });
    return undefined;
  }
  const value = operand(builder, to, register.type, site, 'go()');
  const { signal } = register.expression as { readonly signal: SignalIr };
  const statement: Transition['statement'] = { kind: 'assign', target: signal, value, site };
  record(builder, statement);
  return statement;
}

function reportUnreached(
  builder: ModuleBuilder,
  names: readonly string[],
  start: string,
  transitions: readonly Transition[],
  site: Site,
): void {
  // Of a name that is no state, enough has been said.
  if (![start, ...transitions.map(({ to }) => to)].every((state) => names.includes(state))) return;
  const reached = new Set([start]);
  // A set visits what is added on the way.
  for (const state of reached) for (const { from, to } of transitions) if (from === state) reached.add(to);
  for (const state of names) {
    if (reached.has(state)) continue;
    const others = transitions.filter(({ from, to }) => to === state && from !== state);
    report(builder, 'E006', site, {
      message:
        others.length === 0
          ? `nothing goes to state ${state}, and it is not the state after reset, ${start}`
          : `state ${state} is never entered: only states that are never entered themselves go to it`,
      related: others.map(({ statement }) => ({ text: 'it is gone to', site: statement.site })),
      fix: `go there from another state, go('${state}'), or remove it`,
    });
  }
}

/** Makes a wire of what the register takes next: the transitions drive it from now on, and it the register. */
function insertNext(builder: ModuleBuilder, register: Signal, transitions: readonly Transition[], site: Site): Signal {
  const { signal } = register.expression as { readonly signal: SignalIr };
  const next = declareSignal(builder, {
    category: 'wire',
    type: register.type,
    site,
    fixedName: undefined,
    fallbackName: 'state',
    path: ['next'],
  });
  const wire = (next.expression as { readonly signal: SignalIr }).signal;
  for (const { statement } of transitions) statement.target = wire;
  // Before all others: what is last may still wait for its elseWhen().
  builder.ir.body.unshift(
    { kind: 'assign', target: wire, value: register.expression, site },
    { kind: 'assign', target: signal, value: next.expression, site },
  );
  return next;
}
