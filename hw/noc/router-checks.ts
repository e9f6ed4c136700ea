/** What must hold at the ports of a router: checked in simulation, and no part of the hardware. */
import { assert, type BitsType, type BitsVal, type BoolVal, type EnumVal, past } from '../../gen/index.ts';
import type { Var } from '../../gen/index.ts';
import type { OfPorts, RouterPort, WeightPort } from './router-ports.ts';
import {
  psumDestinations,
  type PsumSource,
  type PsumTargetName,
  psumWays,
  type RouterModeName,
  type Way,
} from './routing.ts';
import { someOf, switchesOf } from './switching.ts';

/** No two sources send to one destination in one cycle, and every word moves: its slots were ready when it was sent. */
export function checkIactRouter(
  router: string,
  iactPorts: readonly RouterPort[],
  modes: OfPorts<RouterPort, EnumVal<RouterModeName>>,
  from: OfPorts<RouterPort, { readonly enable: BitsVal; readonly ready: Var<BitsType> }>,
): void {
  const used = switchesOf(iactPorts, modes).map((way) => ({
    ...way,
    on: way.open.and(from[way.source]!.enable.orReduce()),
  }));
  for (const port of iactPorts) checkOneSource(router, port, used);
  for (const port of iactPorts) {
    const { enable, ready } = from[port]!;
    const late = enable.and(ready.or(past(ready)).not());
    assert(late.eq(0), `${router}: a slot from ${port} is enabled that was not ready`);
  }
}

/** No two sources have words for one destination at once. */
export function checkWeightRouter(
  router: string,
  weightPorts: readonly WeightPort[],
  modes: OfPorts<WeightPort, EnumVal<RouterModeName>>,
  from: OfPorts<WeightPort, { readonly valid: BoolVal }>,
): void {
  const used = switchesOf(weightPorts, modes).map((way) => ({ ...way, on: way.open.and(from[way.source]!.valid) }));
  for (const port of weightPorts) checkOneSource(router, port, used);
}

/** No two sources have psums for one destination at once, and none has them for where they came from. */
export function checkPsumRouter(
  router: string,
  targets: Readonly<Record<PsumSource, EnumVal<PsumTargetName>>>,
  from: Readonly<Record<PsumSource, { readonly valid: BoolVal }>>,
): void {
  const used = psumWays().map((way) => ({
    ...way,
    on: from[way.source].valid.and(targets[way.source].eq(way.destination)),
  }));
  for (const port of psumDestinations) checkOneSource(router, port, used);
  assert(targets.bank.ne('bank').and(targets.pe.ne('pe')), `${router}: psums do not return to where they came from`);
}

function checkOneSource<D>(
  router: string,
  port: D & string,
  used: readonly (Way<string, D> & { readonly on: BoolVal })[],
): void {
  const on = used.filter(({ destination }) => destination === port).map((way) => way.on);
  const pairs = on.flatMap((one, at) => on.slice(at + 1).map((other) => one.and(other)));
  if (pairs.length > 0) assert(someOf(pairs).not(), `${router}: two sources at once for ${port}`);
}
