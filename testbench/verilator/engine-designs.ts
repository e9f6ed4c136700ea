/** Small modules to test both stream engines with: the built-in one and the one in C++. */
import { Bool, connect, generator, In, module, Out, queue, reg, Stream, UInt, Vec, when } from '../../gen/index.ts';

/** Takes a number and gives as many beats, counting down; busy from the cycle after the number to the last beat. */
export const Burst = module(
  'Burst',
  { command: In(Stream(UInt(8))), out: Out(Stream(UInt(8))), busy: Out(Bool), left: Out(UInt(8)) },
  ({ command, out, busy, left }) => {
    const remaining = reg(UInt(8), { reset: 0 });
    command.ready.set(remaining.eq(0));
    out.valid.set(remaining.ne(0));
    out.data.set(remaining);
    busy.set(remaining.ne(0));
    left.set(remaining);
    when(command.fire, () => remaining.set(command.data)).elseWhen(out.fire, () => remaining.set(remaining.sub(1)));
  },
);

/** Three input streams that always take, and three output streams that always give: numbers; from some cycle after reset on. */
export const Ends = generator(function Ends({ from }: { from: number }) {
  const word = Stream(UInt(16));
  const ports = { in: In(Vec(3, word)), out: Out(Vec(3, word)), sum: Out(UInt(16)) };
  return module(`Ends_${from}`, ports, (io) => {
    const cycle = reg(UInt(16), { reset: 0 });
    const open = cycle.ge(from);
    when(open.not(), () => cycle.set(cycle.add(1)));
    const total = reg(UInt(16), { reset: 0 });
    total.set(io.in.map(({ fire, data }) => fire.mux(data, 0)).reduce((one, other) => one.add(other), total));
    io.sum.set(total);
    for (const { ready } of io.in) ready.set(open);
    for (const { valid, data, fire } of io.out) {
      const given = reg(UInt(16), { reset: 0 });
      valid.set(open);
      data.set(given);
      when(fire, () => given.set(given.add(1)));
    }
  });
});

/** Queues side by side. */
export const Queues = module(
  'Queues',
  { in: In(Vec(3, Stream(UInt(40)))), out: Out(Vec(3, Stream(UInt(40)))), any: Out(Bool) },
  (io) => {
    const waiting = io.in.map((source, index) => {
      const buffered = queue(source, 2 + index);
      connect(io.out[index]!, buffered);
      return buffered.valid;
    });
    io.any.set(waiting.reduce((one, other) => one.or(other)));
  },
);
