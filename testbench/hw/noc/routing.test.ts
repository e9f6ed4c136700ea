import { describe, expect, test } from 'vitest';
import { PsumTarget, RouterMode } from '../../../hw/control/command.ts';
import {
  allows,
  psumDestinations,
  psumSources,
  psumsReach,
  psumWays,
  type RouterModeName,
  waysOf,
} from '../../../hw/noc/routing.ts';
import { iactPorts, iactPortsOf, weightPorts, weightPortsOf, wideIactPorts } from '../../../hw/noc/router-ports.ts';

describe('routing', () => {
  /** Where words from each source go, written out by hand. */
  const table: Record<RouterModeName, Record<(typeof iactPorts)[number], string>> = {
    off: { local: '', north: '', south: '', side: '' },
    unicast: { local: 'local', north: 'local', south: 'local', side: 'local' },
    horizontal: { local: 'local side', north: 'local side', south: 'local side', side: 'local' },
    vertical: { local: 'local north south', north: 'local south', south: 'local north', side: 'local' },
    broadcast: { local: 'local north south side', north: 'local south side', south: 'local north side', side: 'local' },
  };

  test.each(RouterMode.members)('mode %s', (mode) => {
    const reached = (source: (typeof iactPorts)[number]): string =>
      iactPorts.filter((destination) => allows(mode, source, destination)).join(' ');
    expect(Object.fromEntries(iactPorts.map((source) => [source, reached(source)]))).toEqual(table[mode]);
  });

  /** The same with two horizontal neighbours. */
  const wideTable: Record<RouterModeName, Record<(typeof wideIactPorts)[number], string>> = {
    off: { local: '', north: '', south: '', west: '', east: '' },
    unicast: { local: 'local', north: 'local', south: 'local', west: 'local', east: 'local' },
    horizontal: {
      local: 'local west east',
      north: 'local west east',
      south: 'local west east',
      west: 'local east',
      east: 'local west',
    },
    vertical: { local: 'local north south', north: 'local south', south: 'local north', west: 'local', east: 'local' },
    broadcast: {
      local: 'local north south west east',
      north: 'local south west east',
      south: 'local north west east',
      west: 'local east',
      east: 'local west',
    },
  };

  test.each(RouterMode.members)('mode %s in a wide mesh', (mode) => {
    const reached = (source: (typeof wideIactPorts)[number]): string =>
      wideIactPorts.filter((destination) => allows(mode, source, destination)).join(' ');
    expect(Object.fromEntries(wideIactPorts.map((source) => [source, reached(source)]))).toEqual(wideTable[mode]);
  });

  test('a mesh is wide from three columns on', () => {
    expect([1, 2, 3].map((clusterColumns) => iactPortsOf({ clusterColumns }).length)).toEqual([4, 4, 5]);
    expect([1, 2, 3].map((clusterColumns) => weightPortsOf({ clusterColumns }).length)).toEqual([2, 2, 3]);
    expect(waysOf(wideIactPorts).length).toBe(17);
    expect(waysOf(weightPortsOf({ clusterColumns: 3 })).length).toBe(7);
  });

  test('psums go where their target says, and never back', () => {
    const reached = psumSources.flatMap((source) =>
      PsumTarget.members.flatMap((target) =>
        psumDestinations
          .filter((destination) => psumsReach(target, source, destination))
          .map((destination) => `${source} ${target} ${destination}`),
      ),
    );
    expect(reached).toEqual([
      'bank pe pe',
      'bank south south',
      'pe bank bank',
      'pe south south',
      'north bank bank',
      'north pe pe',
      'north south south',
    ]);
    expect(psumWays().length).toBe(7);
  });

  test('there are eleven ways through an iact router, and three through a weight router', () => {
    expect(waysOf(iactPorts).length).toBe(11);
    expect(waysOf(weightPorts).map(({ source, destination }) => `${source} ${destination}`)).toEqual([
      'local local',
      'local side',
      'side local',
    ]);
  });
});
