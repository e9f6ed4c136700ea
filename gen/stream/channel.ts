import type { GroundType } from '../ir/ground-type.ts';
import { buildTree } from '../language/aggregate.ts';
import { currentModule } from '../language/module-builder.ts';
import { declareSignal } from '../language/signal.ts';
import { type BoolType, type DataType, Stream } from '../language/types.ts';
import type { BoolVal, Var } from '../language/values.ts';
import { captureSite } from '../source/capture-site.ts';

/** A stream inside a module: drive its valid and data at one end, its ready at the other. */
export interface Channel<T extends DataType> {
  readonly valid: Var<BoolType>;
  readonly ready: Var<BoolType>;
  readonly data: Var<T>;
  readonly fire: BoolVal;
}

/** The wires of a stream, for where one is made or changed inside a module; goes wherever a source or a sink is asked for. */
export function channel<const T extends DataType>(type: T): Channel<T> {
  const builder = currentModule('channel()');
  const site = captureSite();
  const tree = buildTree(Stream(type), (ground: GroundType, path) => {
    return declareSignal(builder, { category: 'wire', type: ground, site, fixedName: undefined, path });
  });
  return tree as unknown as Channel<T>;
}
