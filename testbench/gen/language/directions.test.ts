import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Bool,
  Bundle,
  channel,
  connect,
  emitVerilog,
  Flip,
  In,
  instance,
  module,
  mux,
  Out,
  queue,
  reg,
  SInt,
  stage,
  Stream,
  UInt,
  Vec,
  when,
  wire,
} from '../../../gen/index.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { packBeats } from '../../../sim/simulation/beats.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { readable } from '../refusal.ts';
import { hasIcarus, hasYosys, icarusComplaints, verilatorLint, yosysComplaints } from '../tools.ts';

const Request = Bundle({ address: UInt(6), write: Bool });
/** A bus as its master's output: requests go out, responses come in. */
const Bus = Bundle({ request: Stream(Request), response: Flip(Stream(UInt(8))), busy: Flip(Bool), id: UInt(2) });

/** Answers each request with its address, or 255 for a write. */
const Slave = module('Slave', { bus: In(Bus) }, ({ bus }) => {
  const { request, response, busy, id } = bus;
  const asked = stage(request);
  response.valid.set(asked.valid);
  response.data.set(mux(asked.data.write, 255, asked.data.address.extend(8)));
  asked.ready.set(response.ready);
  busy.set(asked.valid.and(id.ne(3)));
});

/** Two buses in, two out; the first passes wires on its way. */
const Passage = module('Passage', { near: In(Vec(2, Bus)), far: Out(Vec(2, Bus)) }, ({ near, far }) => {
  const middle = wire(Bus);
  connect(middle, near[0]!);
  connect(far[0]!, middle);
  connect(far[1]!, near[1]!);
});

const System = module('System', { ports: In(Vec(2, Bus)) }, ({ ports }) => {
  const passage = instance(Passage);
  connect(passage.near, ports);
  for (const side of passage.far) connect(instance(Slave).bus, side);
});

const design = emitVerilog(System);

describe('directions inside of bundles', () => {
  test('ports run as they are declared, and their streams are listed', () => {
    const { ports, streams } = Slave.checked.ir;
    expect(ports.map(({ fixedName, category }) => `${category} ${fixedName}`)).toEqual([
      'input bus_request_valid',
      'output bus_request_ready',
      'input bus_request_address',
      'input bus_request_write',
      'output bus_response_valid',
      'input bus_response_ready',
      'output bus_response_data',
      'output bus_busy',
      'input bus_id',
    ]);
    expect(streams).toEqual([
      {
        name: 'bus_request',
        direction: 'input',
        valid: 'bus_request_valid',
        ready: 'bus_request_ready',
        payload: ['bus_request_address', 'bus_request_write'],
      },
      {
        name: 'bus_response',
        direction: 'output',
        valid: 'bus_response_valid',
        ready: 'bus_response_ready',
        payload: ['bus_response_data'],
      },
    ]);
    expect(System.checked.ir.streams.map(({ name, direction }) => `${direction} ${name}`)).toEqual([
      'input ports_0_request',
      'output ports_0_response',
      'input ports_1_request',
      'output ports_1_response',
    ]);
  });

  test('a flip of a flip runs forwards again', () => {
    const Twice = module('Twice', { a: In(Bundle({ x: Flip(Bundle({ y: Flip(UInt(2)), z: UInt(2) })) })) }, ({ a }) => {
      a.x.z.set(a.x.y);
    });
    expect(Twice.checked.ir.ports.map(({ category }) => category)).toEqual(['input', 'output']);
  });

  test('vectors of plain data have lanes; of what runs both ways, none', () => {
    const Lanes = module(
      'Lanes',
      { v: In(Vec(2, Bundle({ list: Vec(3, Bool) }))), s: In(Vec(2, Stream(Vec(2, UInt(4))))) },
      ({ s }) => s.forEach(({ ready }) => ready.set(true)),
    );
    const lanesOf = (name: string) => Lanes.checked.ir.ports.find(({ fixedName }) => fixedName === name)!.lanes;
    expect(lanesOf('v_1_list_2')).toEqual([
      { at: 1, index: 1, length: 2 },
      { at: 3, index: 2, length: 3 },
    ]);
    expect(lanesOf('s_1_data_1')).toEqual([{ at: 3, index: 1, length: 2 }]);
    expect(lanesOf('s_1_valid')).toBeUndefined();
  });

  test('the tools accept it', () => {
    expect(verilatorLint(design)).toBe('');
    expect(hasIcarus ? icarusComplaints(design) : '').toBe('');
    expect(hasYosys ? yosysComplaints(design) : '').toBe('');
  });
});

describe('streams within bundles and vectors in simulation', () => {
  let simulation: VerilatorSimulation | undefined;
  beforeAll(async () => {
    simulation = await VerilatorSimulation.open(design);
    simulation.reset();
  });
  afterAll(() => simulation?.close());

  test.each([0, 0.5])('requests are answered in order, with stalls of %f', (stall) => {
    const addresses = Array.from({ length: 200 }, (_, index) => (index * 13) & 63);
    const writes = (address: number, flag: number) => (address & flag) > 0;
    const answers = (flag: number) => Uint32Array.from(addresses, (address) => (writes(address, flag) ? 255 : address));
    const requests = (name: string, flag: number) =>
      packBeats(
        design,
        name,
        addresses.map((address) => ({ address, write: Number(writes(address, flag)) })),
      );
    const result = simulation!.run({
      send: { ports_0_request: requests('ports_0_request', 1), ports_1_request: requests('ports_1_request', 4) },
      expect: { ports_0_response: addresses.length, ports_1_response: addresses.length },
      stall,
      seed: 5,
    });
    expect(result.message).toBe('');
    expect(result.received['ports_0_response']).toEqual(answers(1));
    expect(result.received['ports_1_response']).toEqual(answers(4));
  });

  test('by typed handles', async () => {
    const dut = await drive(Slave);
    const { request, response, busy, id } = dut.ports.bus;
    id.poke(1);
    request.data.poke({ address: 17, write: false });
    request.valid.poke(true);
    response.ready.poke(false);
    expect(request.ready.peek()).toBe(true);
    dut.step();
    expect(busy.peek()).toBe(true);
    expect(response.valid.peek()).toBe(true);
    expect(response.data.peek()).toBe(17);
    dut.close();
  });
});

describe('connect', () => {
  const Pair = Bundle({ a: UInt(4), b: Flip(UInt(4)) });

  test('of wires on both sides goes by the direction of the type', () => {
    const Both = module('Both', { x: In(UInt(4)), y: Out(UInt(4)), back: Out(UInt(4)) }, ({ x, y, back }) => {
      const [from, to] = [wire(Pair), wire(Pair)];
      connect(to, from);
      from.a.set(x);
      to.b.set(x.not());
      y.set(to.a);
      back.set(from.b);
    });
    const { text } = emitVerilog(Both).files[0]!;
    for (const line of ['to_a = from_a;', 'from_b = to_b;']) expect(text).toContain(line);
  });

  test('a part that runs back, by itself, is a stream like any other', () => {
    const Parts = module('Parts', { near: In(Bus), far: Out(Bus) }, ({ near, far }) => {
      const answer = channel(UInt(8));
      connect(answer, far.response);
      connect(near.response, answer);
      connect(far.request, near.request);
      connect(near.busy, far.busy);
      connect(far.id, near.id);
    });
    expect(Parts.checked.paths.size).toBeGreaterThan(0);
  });

  test('of data, plain values too', () => {
    const Data = module('Data', { c: In(Bool), y: Out(Bundle({ v: Vec(2, UInt(3)), f: Bool })) }, ({ c, y }) => {
      connect(y, { v: [1, 2], f: c });
    });
    expect(Data.checked.combinational.size).toBe(3);
  });

  test('queues and stages need no type, also behind each other', () => {
    const item = Bundle({ tag: UInt(3), values: Vec(2, SInt(7)) });
    const Chain = module('Chain', { enq: In(Stream(item)), deq: Out(Stream(item)) }, ({ enq, deq }) => {
      const through = queue(stage(queue(enq, 2)), 3);
      when(through.data.values[0]!.lt(0), () => {});
      connect(deq, through);
    });
    expect(Chain.checked.ir.instances).toHaveLength(3);
  });

  test('W005 names what is missing and what is too much', () => {
    const Other = Bundle({ request: Stream(Request), response: Flip(Stream(UInt(8))), grant: Bool });
    expect(
      readable(() =>
        module('Mismatch', { near: In(Other), far: Out(Bus) }, ({ near, far }) => {
          connect(far, near as never);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error W005: connect(): the source lacks busy, id, and the sink lacks grant
        at directions.test.ts «connect»
        |           connect(far, near as never);
        |           ^
        fix: give both sides the same parts, or connect them one by one"
    `);
    expect(
      readable(() =>
        module('Lengths', { near: In(Vec(3, Stream(Bool))), far: Out(Vec(2, Stream(Bool))) }, ({ near, far }) => {
          connect(far, near);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error W005: connect(): the sink has 2 elements, and the source 3
        at directions.test.ts «connect»
        |           connect(far, near);
        |           ^
        fix: give both sides the same parts, or connect them one by one"
    `);
    expect(
      readable(() =>
        module('Shapes', { near: In(Stream(Bool)), far: Out(Stream(Bundle({ flag: Bool }))) }, ({ near, far }) => {
          connect(far, near as never);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error W005: connect() of data: the source is a single value, and the other side is not
        at directions.test.ts «connect»
        |           connect(far, near as never);
        |           ^
        fix: give both sides the same parts, or connect them one by one"
    `);
  });

  test('D004 where neither side can be driven', () => {
    expect(
      readable(() =>
        module('Inputs', { a: In(UInt(4)), b: In(UInt(4)) }, ({ a, b }) => {
          connect(a, b as never);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error D004: set() on an input port, which is driven from elsewhere
        at directions.test.ts «connect»
        |           connect(a, b as never);
        |           ^
        it is made at directions.test.ts «In»
        |         module('Inputs', { a: In(UInt(4)), b: In(UInt(4)) }, ({ a, b }) => {
        |                               ^
        fix: drive a wire, a register, an output port of this module or an input of an instance in it"
    `);
  });

  test('D005: set() and at() where parts run both ways', () => {
    expect(
      readable(() =>
        module('Whole', { near: In(Bus), far: Out(Bus) }, ({ near, far }) => {
          (far as unknown as { set(value: unknown): void }).set(near);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error D005: set() on streams or fields that run both ways
        at directions.test.ts «set»
        |           (far as unknown as { set(value: unknown): void }).set(near);
        |                                                             ^
        fix: use connect(sink, source)"
    `);
    expect(
      readable(() =>
        module('Element', { near: In(Vec(2, Bus)), i: In(UInt(1)) }, ({ near, i }) => {
          near.at(i as never);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error D005: at() on streams or fields that run both ways
        at directions.test.ts «at»
        |           near.at(i as never);
        |                ^
        fix: take the elements apart: their data can be chosen"
    `);
  });

  test('registers hold plain data only', () => {
    const held = () =>
      module('Held', {}, () => {
        reg(Bus as never);
      });
    expect(readable(held)).toMatchInlineSnapshot(`
      "error D005: reg() of a type with streams or fields that run both ways
        at directions.test.ts «reg»
        |         reg(Bus as never);
        |         ^
        fix: give plain data; ports, wire() and channel() can be of streams"
    `);
    const nested = () => Stream(Stream(Bool) as never);
    expect(readable(nested)).toMatchInlineSnapshot(`
      "error D005: Stream() of a type with streams or fields that run both ways
        at directions.test.ts «Stream»
        |     const nested = () => Stream(Stream(Bool) as never);
        |                          ^
        called from refusal.ts «describe»
        called from refusal.ts «refusal»
        called from directions.test.ts «readable»
        fix: give plain data; ports, wire() and channel() can be of streams"
    `);
  });
});
