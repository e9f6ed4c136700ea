import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { halfStage, queue, Queue, skid, stage, type StreamSource } from '../../../gen/index.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { between, runs, stalls, word, type Word, words } from './beats.ts';

const buffers = {
  stage: { made: (source: StreamSource<Word>) => stage(source), latency: 1, room: 1, share: 1 },
  halfStage: { made: (source: StreamSource<Word>) => halfStage(source), latency: 1, room: 1, share: 2 },
  skid: { made: (source: StreamSource<Word>) => skid(source), latency: 0, room: 1, share: 1 },
  'stage(skid)': { made: (source: StreamSource<Word>) => stage(skid(source)), latency: 1, room: 2, share: 1 },
  'queue of 2': { made: (source: StreamSource<Word>) => queue(source, 2), latency: 1, room: 2, share: 1 },
  'queue of 5': { made: (source: StreamSource<Word>) => queue(source, 5), latency: 1, room: 5, share: 1 },
  'queue, flow': {
    made: (source: StreamSource<Word>) => queue(source, 3, { flow: true }),
    latency: 0,
    room: 3,
    share: 1,
  },
  'queue, pipe': {
    made: (source: StreamSource<Word>) => queue(source, 2, { pipe: true }),
    latency: 1,
    room: 2,
    share: 1,
  },
  'queue, flow and pipe': {
    made: (source: StreamSource<Word>) => queue(source, 4, { flow: true, pipe: true }),
    latency: 0,
    room: 4,
    share: 1,
  },
};

describe.each(Object.entries(buffers))('%s', (_, { made, latency, room, share }) => {
  const Buffer = between('Buffer', word, word, made);

  test('gives what it gets', async () => {
    const top = await drive(Buffer, { engine: 'builtin' });
    fc.assert(
      fc.property(words, stalls, (sent, how) => {
        const { deq } = top.exchange({ send: { enq: sent }, expect: { deq: sent.length }, ...how });
        expect(deq).toEqual(sent);
      }),
      runs,
    );
    top.close();
  });

  test('takes the cycles that it says', async () => {
    const top = await drive(Buffer, { engine: 'builtin' });
    const beats = 100;
    const sent = Uint32Array.from({ length: beats }, (_unused, index) => index);
    const result = top.simulation.run({ send: { enq: sent }, expect: { deq: beats } });
    expect(result.message).toBe('');
    expect(result.cycles).toBe(beats * share - (share - 1) + latency);
    top.close();
  });

  test('has the room that it says, holds it as long as nobody comes, and a reset empties it', async () => {
    const top = await drive(Buffer, { engine: 'builtin' });
    const { enq, deq } = top.ports;
    const fill = (): number => {
      let taken = 0;
      enq.valid.poke(true);
      for (let cycle = 0; cycle < room + 3; cycle++) {
        enq.data.poke(taken + 1);
        if (enq.ready.peek()) taken++;
        top.step();
      }
      // The beat that is offered still goes its way where it passes through.
      return taken;
    };
    expect(fill()).toBe(room);
    expect([deq.valid.peek(), deq.data.peek(), enq.ready.peek()]).toEqual([true, 1, false]);
    enq.valid.poke(false);
    top.reset();
    expect([deq.valid.peek(), enq.ready.peek()]).toEqual([false, true]);
    expect(top.exchange({ send: { enq: [7, 8, 9] }, expect: { deq: 3 }, stall: 0.5 }).deq).toEqual([7, 8, 9]);
    top.close();
  });
});

test('a full queue takes a word as it gives one, with pipe only', async () => {
  for (const pipe of [false, true]) {
    const top = await drive(Queue({ width: 8, depth: 2, pipe }), { engine: 'builtin' });
    top.ports.enq.valid.poke(true);
    top.step(2);
    expect(top.ports.enq.ready.peek()).toBe(false);
    top.ports.deq.ready.poke(true);
    expect(top.ports.enq.ready.peek()).toBe(pipe);
    top.close();
  }
});
