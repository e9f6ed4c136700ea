/** Who reads the SRAM of an iact bank. */
import { generator, In, module, Out, reg, UInt, when } from '../../gen/index.ts';
import { bitsAbove, nextAfter } from '../noc/one-hot.ts';

/** Grants one of the requests of a cycle, in turn: the next one after the last that was granted. A request may be taken back. */
export const GlbReadTurn = generator(function GlbReadTurn({ slots }: { slots: number }) {
  const mask = UInt(slots);
  return module(`GlbReadTurn_${slots}`, { requests: In(mask), grants: Out(mask) }, ({ requests, grants }) => {
    if (slots === 1) {
      grants.set(requests);
      return;
    }
    // Slots behind the one granted last.
    const behind = reg(mask, { reset: 0 });
    const granted = nextAfter(behind, requests);
    grants.set(granted);
    when(requests.orReduce(), () => behind.set(bitsAbove(granted)));
  });
});
