/** The router cluster (J19 section III-B): the iact, weight and psum routers of a cluster, their ports grouped by neighbour. */
import { Bundle, connect, generator, In, instance, module, Out, regNext, Vec } from '../../gen/index.ts';
import { ClusterCommand } from '../control/command.ts';
import { Count, countOf } from '../count.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { IactRouter } from './iact-router.ts';
import { IactLink, PsumLink, WeightLink } from './links.ts';
import { fromPort, neighbourPorts, toPort } from './neighbours.ts';
import { PsumRouter } from './psum-router.ts';
import { checkIactRouter, checkPsumRouter, checkWeightRouter } from './router-checks.ts';
import { forPorts, iactPortsOf, sidesOf, weightPortsOf } from './router-ports.ts';
import { WeightRouter } from './weight-router.ts';
import { wideSuffix } from './wide.ts';

/** The modes of a cluster's routers, as they stand in its command. */
export function RouterClusterCommand(p: ChipParameters) {
  const { iactRouters, weightRouters, psumRouter } = ClusterCommand(p).fields;
  return Bundle({ iactRouters, weightRouters, psumRouter });
}

/**
 * Words that moved in a cycle: how many routers of a kind had one come from here (`injected`) or leave to a destination. Words to
 * all horizontal neighbours count as `side`.
 */
export function RouterClusterEvents(p: ChipParameters) {
  const [iacts, weights, psums] = [Count(p.iactBanks), Count(p.peRows), Count(p.peColumns)];
  const sides = sidesOf(p).length;
  return Bundle({
    iact: Bundle({ injected: iacts, local: iacts, north: iacts, south: iacts, side: Count(sides * p.iactBanks) }),
    weight: Bundle({ injected: weights, local: weights, side: Count(sides * p.peRows) }),
    psum: Bundle({ bank: psums, pe: psums, south: psums }),
  });
}

/** All routers of a cluster. The routers have no state; `events` come a cycle late, so that counters are no part of a word's way. */
export const RouterCluster = generator(function RouterCluster(p: ChipParameters) {
  const iact = Vec(p.iactBanks, IactLink(p));
  const weight = Vec(p.peRows, WeightLink(p));
  const psum = Vec(p.peColumns, PsumLink(p));
  const ports = {
    command: In(RouterClusterCommand(p)),
    /** The banks, and weights from outside. */
    fromGlb: In(Bundle({ iact, weight, psum })),
    toGlb: Out(Bundle({ psum })),
    /** The PE cluster: psums leave the top PE of a column, and enter the bottom one. */
    fromPes: In(Bundle({ psum })),
    toPes: Out(Bundle({ iact, weight, psum })),
    ...neighbourPorts(p),
    events: Out(RouterClusterEvents(p)),
  };
  const suffix = chipSuffix(p, 'iactBanks', 'peRows', 'peColumns', 'pe.dataBits', 'pe.psumBits');
  const name = `RouterCluster${suffix}${wideSuffix(p)}`;
  return module(name, ports, (io) => {
    const sides = sidesOf(p);
    const iactEvents = io.toPes.iact.map((local, index) => {
      const router = instance(IactRouter(p), { name: `iactRouter_${index}` });
      const modes = io.command.iactRouters[index]!;
      const from = {
        local: io.fromGlb.iact[index]!,
        north: io.fromNorth.iact[index]!,
        south: io.fromSouth.iact[index]!,
        ...forPorts(sides, (side) => io[fromPort[side]]!.iact[index]!),
      };
      const [north, south] = [io.toNorth.iact[index]!, io.toSouth.iact[index]!];
      router.modes.set(modes);
      connect(router.from, from);
      connect({ local, north, south, ...forPorts(sides, (side) => io[toPort[side]]!.iact[index]!) }, router.to);
      checkIactRouter(`iact router ${index}`, iactPortsOf(p), modes, from);
      return router.events;
    });

    const weightEvents = io.toPes.weight.map((local, index) => {
      const router = instance(WeightRouter(p), { name: `weightRouter_${index}` });
      const modes = io.command.weightRouters[index]!;
      const from = {
        local: io.fromGlb.weight[index]!,
        ...forPorts(sides, (side) => io[fromPort[side]]!.weight[index]!),
      };
      router.modes.set(modes);
      connect(router.from, from);
      connect({ local, ...forPorts(sides, (side) => io[toPort[side]]!.weight[index]!) }, router.to);
      checkWeightRouter(`weight router ${index}`, weightPortsOf(p), modes, from);
      return router.events;
    });

    const psumEvents = io.toPes.psum.map((pe, index) => {
      const router = instance(PsumRouter(p), { name: `psumRouter_${index}` });
      const from = { bank: io.fromGlb.psum[index]!, pe: io.fromPes.psum[index]!, north: io.fromNorth.psum[index]! };
      router.targets.set(io.command.psumRouter);
      connect(router.from, from);
      connect({ bank: io.toGlb.psum[index]!, pe, south: io.toSouth.psum[index]! }, router.to);
      checkPsumRouter(`psum router ${index}`, io.command.psumRouter, from);
      return router.events;
    });

    const events = {
      iact: {
        injected: countOf(iactEvents.map(({ injected }) => injected)),
        local: countOf(iactEvents.map(({ local }) => local)),
        north: countOf(iactEvents.map(({ north }) => north)),
        south: countOf(iactEvents.map(({ south }) => south)),
        side: countOf(iactEvents.flatMap((event) => sides.map((side) => event[side]!))),
      },
      weight: {
        injected: countOf(weightEvents.map(({ injected }) => injected)),
        local: countOf(weightEvents.map(({ local }) => local)),
        side: countOf(weightEvents.flatMap((event) => sides.map((side) => event[side]!))),
      },
      psum: {
        bank: countOf(psumEvents.map(({ bank }) => bank)),
        pe: countOf(psumEvents.map(({ pe }) => pe)),
        south: countOf(psumEvents.map(({ south }) => south)),
      },
    };
    const moved = regNext(events, { reset: 0 });
    io.events.set(moved);
  });
});
