/** Nothing but router clusters in a mesh, each with its local links outside. */
import { Bundle, connect, generator, In, instance, module, Out, Vec } from '../../../gen/index.ts';
import { IactLink, PsumLink, WeightLink } from '../../../hw/noc/links.ts';
import { connectNeighbours } from '../../../hw/noc/neighbours.ts';
import { RouterCluster, RouterClusterCommand, RouterClusterEvents } from '../../../hw/noc/router-cluster.ts';
import { chipSuffix, clusterCount, type ChipParameters } from '../../../hw/parameters.ts';

export const RouterMesh = generator(function RouterMesh(p: ChipParameters) {
  const count = clusterCount(p);
  const iact = Vec(p.iactBanks, IactLink(p));
  const weight = Vec(p.peRows, WeightLink(p));
  const psum = Vec(p.peColumns, PsumLink(p));
  const ports = {
    commands: In(Vec(count, RouterClusterCommand(p))),
    fromGlb: In(Vec(count, Bundle({ iact, weight, psum }))),
    toGlb: Out(Vec(count, Bundle({ psum }))),
    fromPes: In(Vec(count, Bundle({ psum }))),
    toPes: Out(Vec(count, Bundle({ iact, weight, psum }))),
    events: Out(Vec(count, RouterClusterEvents(p))),
  };
  const name = `RouterMesh${chipSuffix(p, 'clusterRows', 'clusterColumns', 'iactBanks', 'peRows', 'peColumns')}`;
  return module(name, ports, (io) => {
    const clusters = Array.from({ length: count }, (_, index) => {
      const cluster = instance(RouterCluster(p), { name: `cluster_${index}` });
      cluster.command.set(io.commands[index]!);
      connect(cluster.fromGlb, io.fromGlb[index]!);
      connect(cluster.fromPes, io.fromPes[index]!);
      connect(io.toGlb[index]!, cluster.toGlb);
      connect(io.toPes[index]!, cluster.toPes);
      io.events[index]!.set(cluster.events);
      return cluster;
    });
    connectNeighbours(p, clusters);
  });
});
