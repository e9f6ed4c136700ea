/** Events from one clock domain into another. */
import { type ClockDomain, defaultDomain } from '../ir/clock-domain.ts';
import { inDomain } from '../language/clock-domain.ts';
import { generator, instance, module } from '../language/module.ts';
import { In, Out } from '../language/ports.ts';
import { reg, regNext } from '../language/state.ts';
import { synchronise } from '../language/synchronise.ts';
import { Bool } from '../language/types.ts';
import type { BoolVal } from '../language/values.ts';
import { when } from '../language/when.ts';
import type { CrossingDomains } from './async-queue.ts';

interface CrossPulseParameters {
  readonly from: ClockDomain;
  readonly to: ClockDomain;
}

/** Each pulse turns a level over; the level crosses, and each turn of it is a pulse again. */
export const CrossPulse = generator(function CrossPulse({ from, to }: CrossPulseParameters) {
  const ports = { pulse: In(Bool, { domain: from }), crossed: Out(Bool, { domain: to }) };
  const name = `CrossPulse_${from.name ?? 'default'}_to_${to.name ?? 'default'}`;
  return module(name, ports, ({ pulse, crossed }) => {
    const level = reg(Bool, { reset: false, domain: from });
    when(pulse, () => level.set(level.not()));
    inDomain(to, () => {
      const levelSeen = synchronise(level, { reset: false });
      const levelBefore = regNext(levelSeen, { reset: false });
      crossed.set(levelSeen.xor(levelBefore));
    });
  });
});

/**
 * One cycle in domain `to` for each cycle in which `pulse` is high in domain `from`. Pulses less than two cycles of `to` apart
 * are lost; what must not be lost goes through `asyncQueue`. Both domains need a reset.
 */
export function crossPulse(
  pulse: BoolVal,
  { from = defaultDomain, to = defaultDomain, name }: CrossingDomains & { readonly name?: string },
): BoolVal {
  const options = { domain: defaultDomain, ...(name === undefined ? {} : { name }) };
  const crossing = instance(CrossPulse({ from, to }), options);
  crossing.pulse.set(pulse);
  return crossing.crossed;
}
