/** The weight router (J19 section III-B): from outside or a horizontal neighbour to a row of PEs and to the neighbours. */
import { all, Bool, type BoolType, Bundle, generator, In, module, Out } from '../../gen/index.ts';
import { RouterMode } from '../control/command.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { WeightLink } from './links.ts';
import { forPorts, type WeightPort, weightPortsOf } from './router-ports.ts';
import { gather, someOf, type Switch, switchesOf } from './switching.ts';
import { type MeshColumns, wideSuffix } from './wide.ts';

/** The mode of each source. */
export function WeightRouterModes(mesh: MeshColumns) {
  return Bundle(forPorts(weightPortsOf(mesh), () => RouterMode));
}

/** What happened in a cycle, for the counters: a word came from outside; a word left to each destination. */
export function WeightRouterEvents(mesh: MeshColumns) {
  return Bundle({ injected: Bool, ...forPorts(weightPortsOf(mesh), (): BoolType => Bool) });
}

/**
 * Passes words from its sources to the destinations that their modes allow, within the cycle. A word that goes to several is taken by
 * all in one cycle: each sees it as valid once the others are ready. As in the iact router, a neighbour's words that are turned off
 * are taken and dropped, and words from outside are not taken.
 */
export const WeightRouter = generator(function WeightRouter(p: ChipParameters) {
  const Link = WeightLink(p);
  const weightPorts = weightPortsOf(p);
  const Links = Bundle(forPorts(weightPorts, () => Link));
  const ports = {
    modes: In(WeightRouterModes(p)),
    from: In(Links),
    to: Out(Links),
    events: Out(WeightRouterEvents(p)),
  };
  const name = `WeightRouter${chipSuffix(p, 'pe.dataBits')}${wideSuffix(p)}`;
  return module(name, ports, ({ modes, from, to, events }) => {
    const ways = switchesOf(weightPorts, modes);
    for (const { source, destination, open } of ways) open.named(`${source}_reaches_${destination}`);
    const isFree = ({ destination, open }: Switch<WeightPort>) => to[destination]!.ready.or(open.not());
    for (const port of weightPorts) {
      const inwards = ways.filter(({ destination }) => destination === port);
      const offers = inwards.map(({ source, open }) => ({
        selected: from[source]!.valid.and(open).named(`${source}_to_${port}`),
        data: from[source]!.data,
      }));
      const valids = inwards.map(({ source }, at) => {
        const others = ways.filter((way) => way.source === source && way.destination !== port);
        return all(offers[at]!.selected, ...others.map(isFree));
      });
      to[port]!.data.set(gather(offers));
      to[port]!.valid.set(someOf(valids));
    }
    for (const port of weightPorts) {
      const outwards = ways.filter(({ source }) => source === port);
      const taken = outwards.map(isFree).reduce((one, other) => one.and(other));
      from[port]!.ready.set(port === 'local' ? taken.and(modes.local.ne('off')) : taken);
    }

    events.set({ injected: from.local.fire, ...forPorts(weightPorts, (port) => to[port]!.fire) });
  });
});
