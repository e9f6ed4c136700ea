/** Who reads the SRAM of an iact bank. */
import { Bool, type BoolVal, generator, In, module, mux, Out, reg, Vec, when } from '../../gen/index.ts';
import { someOf } from '../noc/switching.ts';

/** The first of some that holds, if any, alone. */
export function firstOf(some: readonly BoolVal[]): BoolVal[] {
  return some.map((each, index) => (index === 0 ? each : each.and(someOf(some.slice(0, index)).not())));
}

/** Grants one of the requests of a cycle, in turn: the next one after the last that was granted. A request may be taken back. */
export const GlbReadTurn = generator(function GlbReadTurn({ slots }: { slots: number }) {
  const ports = { requests: In(Vec(slots, Bool)), grants: Out(Vec(slots, Bool)) };
  return module(`GlbReadTurn_${slots}`, ports, ({ requests, grants }) => {
    if (slots === 1) {
      grants[0]!.set(requests[0]!);
      return;
    }
    // Slots behind the one granted last; slot 0 is never one.
    const behind = reg(Vec(slots - 1, Bool), { reset: 0 });
    const requestsBehind = behind.map((each, index) => each.and(requests[index + 1]!));
    const preferred = firstOf(requestsBehind);
    const anyBehind = someOf(requestsBehind);
    const others = firstOf([...requests]);
    const chosen = others.map((other, slot) =>
      slot === 0 ? other.and(anyBehind.not()) : mux(anyBehind, preferred[slot - 1]!, other),
    );
    grants.forEach((grant, slot) => grant.set(chosen[slot]!));
    when(someOf(requests), () => behind.forEach((each, index) => each.set(someOf(chosen.slice(0, index + 1)))));
  });
});
