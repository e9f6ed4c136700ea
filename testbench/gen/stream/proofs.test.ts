import { describe, test } from 'vitest';
import {
  Arbiter,
  assert,
  assertStream,
  assumeStream,
  Bool,
  Bundle,
  connect,
  Fork,
  HalfStage,
  In,
  join,
  type Module,
  module,
  Narrow,
  Out,
  Queue,
  Skid,
  Stage,
  stage,
  Stream,
  UInt,
  Widen,
} from '../../../gen/index.ts';
import { full } from '../../full.ts';
import { boundedCheck, missingSolvers, proveByInduction } from '../formal.ts';

const width = 2;

/** What joins is gates; a stage behind it has the clock that the checks need. */
const Join = module(
  'Join',
  { a: In(Stream(UInt(2))), b: In(Stream(Bool)), both: Out(Stream(Bundle({ a: UInt(2), b: Bool }))) },
  ({ a, b, both }) => {
    const joined = join({ a, b });
    connect(both, stage(joined));
    assumeStream(a);
    assumeStream(b);
    assertStream(joined, { name: 'joined' });
    assertStream(both);
    assert(joined.data.a.eq(a.data).and(joined.data.b.eq(b.data)), 'each in its place');
    assert(joined.fire.eq(a.fire).and(joined.fire.eq(b.fire)), 'in step');
    assert(joined.valid.eq(a.valid.and(b.valid)), 'as soon as both are there');
  },
);

/** Proved for ever; those of larger shapes take longer. */
const proved: readonly Module[] = [
  Stage({ width }),
  HalfStage({ width }),
  Skid({ width }),
  Fork({ branches: 2, width }),
  Fork({ branches: 3, width }),
  Join,
  Arbiter({ sources: 3, width, policy: 'fixed' }),
  Arbiter({ sources: 3, width, policy: 'roundRobin' }),
  Arbiter({ sources: 4, width, policy: 'roundRobin' }),
  Arbiter({ sources: 3, width, policy: 'fixed', bursts: true }),
  Arbiter({ sources: 3, width, policy: 'roundRobin', bursts: true }),
  Widen({ factor: 2, width }),
  Widen({ factor: 3, width }),
  Narrow({ factor: 2, width }),
  Narrow({ factor: 3, width }),
  ...(full ? [Fork({ branches: 5, width: 4 }), Widen({ factor: 5, width: 4 }), Narrow({ factor: 5, width: 4 })] : []),
];

/** The words of a memory are out of sight for checks, so that induction has nothing to build on: so many cycles, then. */
const bounded: readonly [Module, number][] = [
  [Queue({ width, depth: 2 }), full ? 16 : 10],
  [Queue({ width, depth: 3 }), full ? 16 : 10],
  [Queue({ width, depth: 2, pipe: true }), full ? 16 : 10],
  [Queue({ width, depth: 2, flow: true }), full ? 16 : 10],
  [Queue({ width, depth: 3, flow: true, pipe: true }), full ? 16 : 10],
];

const skipped = missingSolvers.map((each) => `; not installed: ${each}`).join('');
describe.skipIf(missingSolvers.length > 0)(`proofs${skipped}`, () => {
  test.each(proved)('$name keeps its word for ever', (module) => {
    proveByInduction(module, { depth: 3 });
  });
  test.each(bounded.map(([module, depth]) => ({ module, depth, name: module.name })))(
    '$name keeps its word for $depth cycles',
    ({ module, depth }) => boundedCheck(module, { depth }),
  );
});
