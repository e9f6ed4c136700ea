/** The iact router (J19 section III-B, Fig 11): four sources, four destinations, multiplexers and nothing else. */
import { Bool, Bundle, generator, In, module, mux, Out } from '../../gen/index.ts';
import { RouterMode } from '../control/command.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { IactLink } from './links.ts';
import { iactPorts } from './routing.ts';
import { gather, switchesOf } from './switching.ts';

/** The mode of each source. */
export const IactRouterModes = Bundle({ local: RouterMode, north: RouterMode, south: RouterMode, side: RouterMode });

/** What happened in a cycle, for the counters: a word came from the bank; a word left to each destination, whatever its slots. */
export const IactRouterEvents = Bundle({ injected: Bool, local: Bool, north: Bool, south: Bool, side: Bool });

/**
 * Passes words from its sources to the destinations that their modes allow, within the cycle. A slot of a destination is enabled
 * where any source enables it; a slot of a source is ready where all its destinations are. From a neighbour whose words are turned
 * off here, words are taken and dropped: they are a multicast to others, and must not be held up. Words of the bank are not taken
 * while they are turned off.
 */
export const IactRouter = generator(function IactRouter(p: ChipParameters) {
  const Link = IactLink(p);
  const Links = Bundle({ local: Link, north: Link, south: Link, side: Link });
  const ports = { modes: In(IactRouterModes), from: In(Links), to: Out(Links), events: Out(IactRouterEvents) };
  return module(`IactRouter${chipSuffix(p, 'peColumns', 'pe.dataBits')}`, ports, ({ modes, from, to, events }) => {
    const ways = switchesOf(iactPorts, modes);
    for (const { source, destination, open } of ways) open.named(`${source}_reaches_${destination}`);
    for (const port of iactPorts) {
      const inwards = ways.filter(({ destination }) => destination === port);
      const enables = inwards.map(({ source, open }) =>
        mux(open, from[source].enable, 0).named(`${source}_to_${port}`),
      );
      to[port].enable.set(enables.reduce((one, other) => one.or(other)));
      to[port].data.set(
        gather(inwards.map(({ source }, at) => ({ selected: enables[at]!.orReduce(), data: from[source].data }))),
      );
    }

    const everySlot = 2 ** p.peColumns - 1;
    for (const port of iactPorts) {
      const outwards = ways.filter(({ source }) => source === port);
      const readies = outwards.map(({ destination, open }) => mux(open, to[destination].ready, everySlot));
      const ready = readies.reduce((one, other) => one.and(other));
      from[port].ready.set(port === 'local' ? mux(modes.local.eq('off'), 0, ready) : ready);
    }

    events.set({
      injected: from.local.enable.orReduce(),
      local: to.local.enable.orReduce(),
      north: to.north.enable.orReduce(),
      south: to.south.enable.orReduce(),
      side: to.side.enable.orReduce(),
    });
  });
});
