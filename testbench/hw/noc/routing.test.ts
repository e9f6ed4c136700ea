import { describe, expect, test } from 'vitest';
import { PsumTarget, RouterMode } from '../../../hw/control/command.ts';
import {
  allows,
  iactPorts,
  psumDestinations,
  psumSources,
  psumsReach,
  psumWays,
  type RouterModeName,
  waysOf,
  weightPorts,
} from '../../../hw/noc/routing.ts';

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
