/** The psum router (J19 section III-B): from the bank, the column and the router above to the bank, the column and the router below. */
import { Bool, Bundle, generator, In, module, Out, pack, unpack } from '../../gen/index.ts';
import { PsumTarget } from '../control/command.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { PsumLink, PsumPair } from './links.ts';
import { psumDestinations, psumSources, psumWays } from './routing.ts';
import { gather, someOf } from './switching.ts';

/** Where the psums of each source go. */
export const PsumRouterTargets = Bundle({ bank: PsumTarget, pe: PsumTarget, north: PsumTarget });

/** What happened in a cycle, for the counters: two psums left to each destination. */
export const PsumRouterEvents = Bundle({ bank: Bool, pe: Bool, south: Bool });

/** Passes psums from each source to its one target, within the cycle. A source without a target waits: psums are never dropped. */
export const PsumRouter = generator(function PsumRouter(p: ChipParameters) {
  const Link = PsumLink(p);
  const ports = {
    targets: In(PsumRouterTargets),
    from: In(Bundle({ bank: Link, pe: Link, north: Link })),
    to: Out(Bundle({ bank: Link, pe: Link, south: Link })),
    events: Out(PsumRouterEvents),
  };
  return module(`PsumRouter${chipSuffix(p, 'pe.psumBits')}`, ports, ({ targets, from, to, events }) => {
    const ways = psumWays();
    for (const port of psumDestinations) {
      const offers = ways
        .filter(({ destination }) => destination === port)
        .map(({ source }) => {
          const selected = from[source].valid.and(targets[source].eq(port));
          return { selected: selected.named(`${source}_to_${port}`), data: pack(from[source].data) };
        });
      to[port].valid.set(someOf(offers.map(({ selected }) => selected)));
      to[port].data.set(unpack(PsumPair(p), gather(offers)));
    }
    for (const port of psumSources) {
      const outwards = ways.filter(({ source }) => source === port);
      from[port].ready.set(
        someOf(outwards.map(({ destination }) => to[destination].ready.and(targets[port].eq(destination)))),
      );
    }

    events.set({ bank: to.bank.fire, pe: to.pe.fire, south: to.south.fire });
  });
});
