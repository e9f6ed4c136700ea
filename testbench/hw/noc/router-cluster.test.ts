import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { RouterCluster } from '../../../hw/noc/router-cluster.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive, type Driver } from '../../../sim/driver/index.ts';
import { hasIcarus, hasYosys, icarusComplaints, verilatorLint, yosysComplaints } from '../../gen/tools.ts';
import { RouterMesh } from './router-mesh.ts';

const p = eyerissV2Chip;
const cluster = RouterCluster(p);

describe('RouterCluster', () => {
  let dut: Driver<typeof cluster.ports>;
  beforeEach(async () => {
    dut = await drive(cluster);
  });
  afterEach(() => dut.close());

  const off = { local: 'off', north: 'off', south: 'off', side: 'off' } as const;

  function configure(
    iact: Partial<Record<'local' | 'north' | 'south' | 'side', 'unicast' | 'horizontal' | 'vertical' | 'broadcast'>>,
    psum: Partial<Record<'bank' | 'pe' | 'north', 'bank' | 'pe' | 'south'>> = {},
    weight: Partial<Record<'local' | 'side', 'unicast' | 'horizontal'>> = {},
  ): void {
    dut.ports.command.poke({
      iactRouters: Array.from({ length: p.iactBanks }, () => ({ ...off, ...iact })),
      weightRouters: Array.from({ length: p.peRows }, () => ({
        local: 'off' as const,
        side: 'off' as const,
        ...weight,
      })),
      psumRouter: { bank: 'none', pe: 'none', north: 'none', ...psum },
    });
  }

  test('events count the routers that moved a word, a cycle later', () => {
    configure({ local: 'broadcast' }, { bank: 'pe', pe: 'bank' }, { local: 'horizontal' });
    const { fromGlb, toGlb, fromPes, toPes, toNorth, toSouth } = dut.ports;
    const toSide = dut.ports.toSide!;
    for (const { iact } of [toPes, toNorth, toSouth, toSide]) for (const { ready } of iact) ready.poke(15);
    for (const { weight } of [toPes, toSide]) for (const { ready } of weight) ready.poke(true);
    for (const { psum } of [toPes, toGlb]) for (const { ready } of psum) ready.poke(true);
    fromGlb.iact[0]!.enable.poke(0b0001);
    fromGlb.iact[2]!.enable.poke(0b1111);
    fromGlb.weight[1]!.valid.poke(true);
    fromGlb.psum.forEach(({ valid }) => valid.poke(true));
    fromPes.psum[3]!.valid.poke(true);
    const still = dut.ports.events.peek();
    expect(Object.values(still).flatMap((of) => Object.values(of))).toEqual(Array.from({ length: 11 }, () => 0));
    dut.step();
    expect(dut.ports.events.peek()).toEqual({
      iact: { injected: 2, local: 2, north: 2, south: 2, side: 2 },
      weight: { injected: 1, local: 1, side: 1 },
      psum: { bank: 1, pe: 4, south: 0 },
    });
  });

  test('a simulation ends where two sources send iacts to one destination', () => {
    configure({ local: 'unicast', north: 'vertical' });
    dut.ports.toPes.iact[1]!.ready.poke(15);
    dut.ports.toSouth.iact[1]!.ready.poke(15);
    dut.step();
    dut.ports.fromGlb.iact[1]!.enable.poke(1);
    dut.step();
    dut.ports.fromNorth.iact[1]!.enable.poke(2);
    expect(() => dut.step()).toThrow('iact router 1: two sources at once for local');
  });

  test('and where a slot is enabled that was not ready; a cycle after ready is soon enough', () => {
    configure({ local: 'unicast' });
    const { ready } = dut.ports.toPes.iact[2]!;
    const { enable } = dut.ports.fromGlb.iact[2]!;
    ready.poke(0b0110);
    dut.step();
    ready.poke(0b0010);
    enable.poke(0b0100);
    dut.step();
    expect(() => dut.step()).toThrow('iact router 2: a slot from local is enabled that was not ready');
  });

  test('and where two sources have weights or psums for one destination', async () => {
    configure({}, { bank: 'pe', north: 'pe' }, { local: 'unicast', side: 'unicast' });
    dut.ports.fromGlb.weight[0]!.valid.poke(true);
    dut.step();
    dut.ports.fromSide!.weight[0]!.valid.poke(true);
    expect(() => dut.step()).toThrow('weight router 0: two sources at once for local');
    dut.close();
    dut = await drive(cluster);
    configure({}, { bank: 'pe', north: 'pe' });
    dut.ports.fromGlb.psum[3]!.valid.poke(true);
    dut.step();
    dut.ports.fromNorth.psum[3]!.valid.poke(true);
    expect(() => dut.step()).toThrow('psum router 3: two sources at once for pe');
  });

  test('and where psums are to go back', () => {
    configure({}, { pe: 'pe' });
    expect(() => dut.step()).toThrow('psums do not return to where they came from');
  });
});

describe('the Verilog of routers', () => {
  const shapes = [
    { ...p, clusterRows: 2 },
    { ...p, clusterRows: 3, iactBanks: 2, peRows: 1, peColumns: 2 },
    { ...p, clusterRows: 1, clusterColumns: 1, iactBanks: 1, peRows: 1, peColumns: 1 },
  ];

  test.each(shapes.map((shape) => [`${shape.iactBanks}, ${shape.peRows} and ${shape.peColumns}`, shape] as const))(
    '%s routers, in a cluster and in a mesh, please the tools',
    (_, shape) => {
      for (const design of [emitVerilog(RouterCluster(shape)), emitVerilog(RouterMesh(shape))]) {
        const complaints = [
          verilatorLint(design),
          hasIcarus ? icarusComplaints(design) : '',
          hasYosys ? yosysComplaints(design) : '',
        ];
        expect(complaints).toEqual(['', '', '']);
      }
    },
  );

  test('shapes have modules of their own, and share what does not differ', () => {
    const names = shapes.map((shape) => emitVerilog(RouterMesh(shape)).modules.map(({ name }) => name));
    for (const kind of ['IactRouter', 'RouterCluster', 'RouterMesh'])
      expect(new Set(names.map((all) => all.find((name) => name.startsWith(kind)))).size).toBe(3);
    for (const kind of ['WeightRouter', 'PsumRouter']) for (const all of names) expect(all).toContain(kind);
  });
});
