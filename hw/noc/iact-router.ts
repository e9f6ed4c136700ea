/** The iact router (J19 section III-B, Fig 11): from the bank and the neighbours to the PEs and the neighbours, multiplexers and nothing else. */
import { Bool, type BoolType, Bundle, generator, In, module, mux, Out } from '../../gen/index.ts';
import { RouterMode } from '../control/command.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { IactLink } from './links.ts';
import { forPorts, iactPortsOf } from './router-ports.ts';
import { gather, switchesOf } from './switching.ts';
import { type MeshColumns, wideSuffix } from './wide.ts';

/** The mode of each source. */
export function IactRouterModes(mesh: MeshColumns) {
  return Bundle(forPorts(iactPortsOf(mesh), () => RouterMode));
}

/** What happened in a cycle, for the counters: a word came from the bank; a word left to each destination, whatever its slots. */
export function IactRouterEvents(mesh: MeshColumns) {
  return Bundle({ injected: Bool, ...forPorts(iactPortsOf(mesh), (): BoolType => Bool) });
}

/**
 * Passes words from its sources to the destinations that their modes allow, within the cycle. A slot of a destination is enabled
 * where any source enables it; a slot of a source is ready where all its destinations are. From a neighbour whose words are turned
 * off here, words are taken and dropped: they are a multicast to others, and must not be held up. Words of the bank are not taken
 * while they are turned off.
 */
export const IactRouter = generator(function IactRouter(p: ChipParameters) {
  const Link = IactLink(p);
  const iactPorts = iactPortsOf(p);
  const Links = Bundle(forPorts(iactPorts, () => Link));
  const ports = { modes: In(IactRouterModes(p)), from: In(Links), to: Out(Links), events: Out(IactRouterEvents(p)) };
  const name = `IactRouter${chipSuffix(p, 'peColumns', 'pe.dataBits')}${wideSuffix(p)}`;
  return module(name, ports, ({ modes, from, to, events }) => {
    const ways = switchesOf(iactPorts, modes);
    for (const { source, destination, open } of ways) open.named(`${source}_reaches_${destination}`);
    for (const port of iactPorts) {
      const inwards = ways.filter(({ destination }) => destination === port);
      const enables = inwards.map(({ source, open }) =>
        mux(open, from[source]!.enable, 0).named(`${source}_to_${port}`),
      );
      to[port]!.enable.set(enables.reduce((one, other) => one.or(other)));
      to[port]!.data.set(
        gather(inwards.map(({ source }, at) => ({ selected: enables[at]!.orReduce(), data: from[source]!.data }))),
      );
    }

    const everySlot = 2 ** p.peColumns - 1;
    for (const port of iactPorts) {
      const outwards = ways.filter(({ source }) => source === port);
      const readies = outwards.map(({ destination, open }) => mux(open, to[destination]!.ready, everySlot));
      const ready = readies.reduce((one, other) => one.and(other));
      from[port]!.ready.set(port === 'local' ? mux(modes.local.eq('off'), 0, ready) : ready);
    }

    events.set({
      injected: from.local.enable.orReduce(),
      ...forPorts(iactPorts, (port) => to[port]!.enable.orReduce()),
    });
  });
});
