/** Pages and pictures of reports made by hand. */
import { describe, expect, test } from 'vitest';
import type { NetworkLayerReport, NetworkReport } from '../../sim/network/network-report.ts';
import { drawCycles } from '../../sim/network/page/draw-cycles.ts';
import { networkPage } from '../../sim/network/page/network-page.ts';
import { boundRatio, isClose, whatBounds } from '../../sim/network/page/what-bounds.ts';
import { layoutOf, overflows, overlaps } from '../draw/svg-layout.ts';
import { unbalanced } from '../draw/unbalanced.ts';
import { layerReport, networkReport } from './synthetic-reports.ts';

function page(reports: readonly NetworkReport[]): { text: string; names: string[] } {
  const files = networkPage(reports);
  return { text: files.at(-1)!.text, names: files.map(({ name }) => name) };
}

/** Cells of a Markdown table's row by its headings: of the first table that has the first cell. */
function row(text: string, first: string): Record<string, string> {
  const cells = (line: string) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith(`| ${first} `));
  let top = at;
  while (lines[top - 1]?.startsWith('|')) top--;
  return Object.fromEntries(cells(lines[top]!).map((heading, index) => [heading, cells(lines[at]!)[index]!]));
}

const far = layerReport('CONV1');
const close = layerReport('CONV2', { cycles: 700, bounds: [{ what: 'words', cycles: 600 }, { what: 'outputs', cycles: 650 }] }); // prettier-ignore

describe('a page', () => {
  const text = page([networkReport([far, close])]).text;

  test('has a line a layer with what was counted, and with what binds it', () => {
    expect(row(text, 'CONV1')).toEqual({
      layer: 'CONV1',
      MACs: '400,000',
      effectual: '192,000',
      iacts: '0.750',
      weights: '0.500',
      outputs: '0.250',
      cycles: '1,000',
      bound: '600',
      'cycles/bound': '1.67',
      'bound by': 'words of weights',
      'estimate: mapper': '1,100 (+10.0 %)',
      utilisation: '50.0 %',
      'off-chip bytes': '1,234',
      mapping: String.raw`csc · M0 16 \| replayed`,
    });
    expect(row(text, 'CONV2')).toMatchObject({ bound: '650', 'cycles/bound': '1.08', 'bound by': 'outputs' });
  });

  test('explains layers that are far from their bounds, and no others', () => {
    const explained = text.split('\n').filter((line) => line.startsWith('- **'));
    expect(explained).toEqual([`- **CONV1**: ${whatBounds(far)}`]);
    expect(text).toContain('The other 1 of 2 are within 1.3 times their bounds.');
    const good = page([networkReport([close])]).text;
    expect(good).toContain('All 1 layers are within 1.3 times their bounds.');
    expect(good).not.toContain('Further');
  });

  test('begins with the speed beside the paper', () => {
    const sparse = networkReport([layerReport('CONV1', { cycles: 399_990 })], { sparse: true });
    expect(row(page([sparse]).text, 'alexnet, sparse')).toMatchObject({
      cycles: '400,000',
      'inferences/s': '500.0',
      "the paper's": '278.7',
      'times the paper': '1.79',
      bound: '600',
      'limited bandwidth: cycles': '-',
      'the paper loses': '16.0 %',
      'outputs compared': '500',
      'that differ': '0',
    });
  });

  test('tells the run with less bandwidth beside the other, whichever comes first', () => {
    const slower = { ...layerReport('CONV1', { cycles: 1252.5, bandwidth: 128 }), mismatches: 3 };
    const limited = networkReport([slower]);
    for (const reports of [
      [networkReport([far, close]), limited],
      [limited, networkReport([far, close])],
    ]) {
      const { text: both, names } = page(reports);
      expect(names).toEqual(['alexnet.svg', 'index.md']);
      expect(row(both, 'CONV1')['cycles at 128 B/cycle']).toBe('1,252.5');
      expect(row(both, 'CONV2')['cycles at 128 B/cycle']).toBe('-');
      expect(row(both, 'alexnet')).toMatchObject({ 'outputs compared': '1,500', 'that differ': '3' });
    }
    expect(row(both([networkReport([far]), limited]), 'alexnet').lost).toBe('20.0 %');
    expect(page([limited]).text).toContain('128 bytes a cycle of off-chip memory');
  });

  const both = (reports: readonly NetworkReport[]) => page(reports).text;

  test('has a section and a picture for each network, dense and sparse apart', () => {
    const other = { ...networkReport([far]), seed: 2 };
    const { text: all, names } = page([networkReport([far]), networkReport([far], { sparse: true }), other]);
    expect(names).toEqual(['alexnet.svg', 'alexnet-sparse.svg', 'alexnet-2.svg', 'index.md']);
    for (const name of names.slice(0, -1)) expect(all).toContain(`(${name})`);
    expect(all.match(/^## .*/gm)).toEqual(['## alexnet', '## alexnet, sparse', '## alexnet']);
  });

  test("has Sparseloop's MACs beside those of the sparse MobileNet, where it has the layer", () => {
    const options = { network: 'mobilenet-v1-0.5-128', sparse: true };
    const sparse = page([networkReport([layerReport('L07'), layerReport('extra')], options)]).text;
    expect(row(sparse, 'L07')['Sparseloop']).toBe('1,702,140');
    expect(row(sparse, 'extra')['Sparseloop']).toBe('-');
    expect(sparse).toContain('as its validation publishes them');
    expect(text).not.toContain('Sparseloop');
  });
});

describe('what bounds a layer', () => {
  test('is said with its bound, its largest cause, the shares of all, and the tightest link', () => {
    expect(whatBounds(far)).toBe(
      '1.67 times its bound of 600 cycles (words of weights); the largest part of the rest is waiting for psums to leave. ' +
        'The 1,000 cycles of the average PE: 60.0 % words of weights that non-zero iacts meet, 10.0 % waiting for psums to leave, ' +
        '9.0 % PEs without a share, 7.0 % command, 6.0 % waiting for iacts, 5.0 % loading weights, 3.0 % anything else. ' +
        "At the chip's edge, of a cluster's cycles, weights were waited for and none offered in 0.0 %, iacts were waited for and none offered in 0.0 %. " +
        'The tightest link, iacts from outside, takes 500 cycles (50.0 %).',
    );
  });

  const causes: [string, Partial<NetworkLayerReport>, string][] = [
    [
      'iacts',
      { stalls: { waitPsum: 10, waitIact: 140, windowEnd: 10 } },
      'the largest part of the rest is waiting for iacts.',
    ],
    [
      'weights',
      { phases: { load: 400, compute: 600, drain: 0, stall: 0 } },
      'the largest part of the rest is loading weights.',
    ],
    [
      'zeros',
      { encoding: 'dense', phases: { load: 70, compute: 900, drain: 0, stall: 30 } },
      'the largest part of the rest is zeros.',
    ],
    ['a command', { commandCycles: 120 }, 'the largest part of the rest is command.'],
  ];
  test.each(causes)('%s that take most', (_, given, said) => {
    expect(whatBounds(layerReport('any', given))).toContain(said);
  });

  test('a PE with many more words than the others', () => {
    expect(whatBounds(far)).not.toContain('fullest');
    expect(whatBounds(layerReport('any', { busiestCycles: 890 }))).toContain(
      'The fullest PE gets 890 words and the average one 690, which waits or idles for the difference, 200 cycles (20.0 %),',
    );
  });

  test('an outside that does not keep up, in shares of the cycles of all clusters, or that was waited for', () => {
    const edge = (given: Partial<NetworkLayerReport>) => /At the chip's edge[^.]*, ([^,]*?) in [^]*?%\. /.exec(whatBounds(layerReport('any', given)))?.[0]; // prettier-ignore
    const computing = { phases: { load: 70, compute: 900, drain: 30, stall: 0 }, stalls: { waitPsum: 0, waitIact: 0, windowEnd: 0 } }; // prettier-ignore
    expect(edge(computing)).toBeUndefined();
    const stalls = { weight: 799, iact: 800, output: 4000 };
    expect(edge({ ...computing, outsideStalls: stalls })).toBe(
      "At the chip's edge, of a cluster's cycles, iacts were waited for and none offered in 5.0 %, outputs were offered and not taken in 25.0 %. ",
    );
    const loading = { ...computing, phases: { load: 470, compute: 500, drain: 30, stall: 0 } };
    expect(edge({ ...loading, outsideStalls: { weight: 160, iact: 0, output: 0 } })).toBe(
      "At the chip's edge, of a cluster's cycles, weights were waited for and none offered in 1.0 %. ",
    );
  });

  test('a link that is the bound is not told twice', () => {
    const bounds = [
      { what: 'words', cycles: 100 },
      { what: 'outputs', cycles: 500 },
    ];
    const said = whatBounds(layerReport('any', { bounds }));
    expect(said).toContain('2.00 times its bound of 500 cycles (outputs)');
    expect(said).not.toContain('tightest');
  });

  test('a layer of zeros alone has no bound, and is not close to one', () => {
    const empty = layerReport('zeros', { bounds: [{ what: 'words', cycles: 0 }] });
    expect([boundRatio(empty), isClose(empty)]).toEqual([null, false]);
    expect(whatBounds(empty)).toMatch(/^no bound/);
    expect(page([networkReport([empty])]).text).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('close is 1.3 times the bound, and no more', () => {
    expect([779, 780, 781].map((cycles) => isClose(layerReport('any', { cycles })))).toEqual([true, true, false]);
  });
});

describe('the picture', () => {
  const many = Array.from({ length: 28 }, (_, index) =>
    layerReport(`a-layer-with-a-long-name-${index}`, { encoding: index % 2 === 0 ? 'csc' : 'dense' }),
  );
  const empty = layerReport('0', { bounds: [{ what: 'words', cycles: 0 }], boundCycles: 0 });
  test.each([
    ['one layer', [far]],
    ['many layers', many],
    ['a layer of zeros', [empty, close]],
  ])('of %s is well-formed, legible and in its frame', (_, layers) => {
    const svg = drawCycles(networkReport(layers, { network: 'net & <odd>' }));
    expect(unbalanced(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const layout = layoutOf(svg);
    expect(overlaps(layout)).toEqual([]);
    expect(overflows(layout)).toEqual([]);
    expect(layout.texts.filter(({ size }) => size < 7).map(({ content }) => content)).toEqual([]);
  });

  test('has bars that are as long as the cycles, in one scale, without gaps, and the bound in them', () => {
    const half = layerReport('half', {
      cycles: 500,
      boundCycles: 100,
      commandCycles: 0,
      phases: { load: 0, compute: 100, drain: 400, stall: 0 },
      stalls: { waitPsum: 0, waitIact: 0, windowEnd: 0 },
      bounds: [{ what: 'words', cycles: 250 }],
    });
    const svg = drawCycles(networkReport([far, half]));
    const rects = [
      ...svg.matchAll(/<rect class="((?!ink)[\w -]+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="14"/g),
    ];
    const bars = rects.map(([, look, x, y, width]) => ({ look, x: Number(x), y: Number(y), width: Number(width) }));
    const rows = [...new Set(bars.map(({ y }) => y))].map((y) => bars.filter((bar) => bar.y === y));
    const ends = rows.map((each) => each.at(-1)!.x + each.at(-1)!.width - each[0]!.x);
    expect(rows.map((each) => each.length)).toEqual([7, 2]);
    expect(ends[1]! / ends[0]!).toBeCloseTo(0.5, 3);
    for (const each of rows)
      for (const [index, bar] of each.slice(1).entries())
        expect(bar.x).toBeCloseTo(each[index]!.x + each[index]!.width, 1);
    expect(rows[1]!.map(({ look }) => look)).toEqual(['plain-head', 'output-box']);
    expect(rows[1]![0]!.width / ends[0]!).toBeCloseTo(0.1, 3);
    const marks = [...svg.matchAll(/<rect class="ink" x="([\d.]+)" y="[\d.]+" width="2" height="18"/g)];
    const places = marks.map(([, x]) => (Number(x) + 1 - rows[0]![0]!.x) / ends[0]!);
    expect(places.map((place) => place.toFixed(3))).toEqual(['0.600', '0.250']);
  });
});
