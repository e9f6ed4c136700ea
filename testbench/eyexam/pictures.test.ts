/** The pictures of Eyexam: well-formed, legible, and of the numbers that they are given. */
import { describe, expect, it } from 'vitest';
import { drawRoofline } from '../../sim/eyexam/draw-roofline.ts';
import { drawWaterfall } from '../../sim/eyexam/draw-waterfall.ts';
import { type Eyexam, stepNames } from '../../sim/eyexam/eyexam.ts';
import { networkExam } from '../../sim/eyexam/network-exam.ts';
import { layoutOf, overflows, overlaps } from '../draw/svg-layout.ts';
import { unbalanced } from '../draw/unbalanced.ts';

/** An exam whose steps take these cycles. */
function exam(layer: string, cycles: readonly number[], given: Partial<Eyexam> & { bytesIn?: number } = {}): Eyexam {
  const effectualMacs = given.effectualMacs ?? 100_000;
  const bytesIn = given.bytesIn ?? 20_000;
  return {
    layer,
    config: 'v2',
    macs: 2 * effectualMacs,
    effectualMacs,
    peak: 384,
    mapping: 'csc · M0 16 · C0 11 · S0 1 · F0 8 · T 1 · columns: positions · side: positions · rows: 8 positions',
    lastStep: 'RTL',
    steps: stepNames.map((name, index) => ({
      step: index + 1,
      name,
      macsPerCycle: effectualMacs / cycles[index]!,
      nominalMacsPerCycle: (2 * effectualMacs) / cycles[index]!,
      cycles: cycles[index]!,
      lost: index === 0 ? 0 : 1 - cycles[index - 1]! / cycles[index]!,
      reason: `Reason ${index + 1} <of "${name}" & others>, which is long enough that it takes more than a line of the drawing, or two of them even.`,
    })),
    roofline: { bytesIn, bytesPerCycle: 288, macsPerByte: effectualMacs / bytesIn },
    ...given,
  };
}

const plain = exam('plain', [1, 1, 270, 300, 330, 360, 420]);
const small = exam('small & <odd>', [1, 1, 1, 1, 1, 40, 90], { effectualMacs: 3, bytesIn: 60 });
const many = Array.from({ length: 30 }, (_, index) =>
  exam(`mobilenet-conv-with-a-long-name-${index}`, [1, 1, 270, 300, 330, 400, 400 + (index % 3)], {
    bytesIn: 20_000 + 10 * index,
  }),
);
const limited = exam('limited', [1, 1, 270, 300, 330, 5000, 6000], {
  lastStep: 'expected',
  roofline: { bytesIn: 80_000, bytesPerCycle: 16, macsPerByte: 1.25 },
});

const network = networkExam('a-network-of-many-layers', many, 12_345);

const sets = { plain: [plain], small: [small], many, 'two memories': [plain, limited], 'a network': [network] };

describe.each(Object.entries(sets))('%s', (_, exams) => {
  it.each([
    ['waterfall', drawWaterfall],
    ['roofline', drawRoofline],
  ])('%s is well-formed, legible and in its frame', (_name, draw) => {
    const svg = draw(exams);
    expect(unbalanced(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const layout = layoutOf(svg);
    expect(overlaps(layout)).toEqual([]);
    expect(overflows(layout)).toEqual([]);
    expect(layout.texts.filter(({ size }) => size < 7).map(({ content }) => content)).toEqual([]);
    expect(layout.texts.filter(({ right, bottom }) => right > layout.width || bottom > layout.height)).toEqual([]);
    expect(layout.xs.filter((x) => !(x >= 0 && x <= layout.width))).toEqual([]);
    expect(layout.ys.filter((y) => !(y >= 0 && y <= layout.height))).toEqual([]);
    const classes = new Set([...svg.matchAll(/class="([^"]*)"/g)].flatMap(([, names]) => names!.split(' ')));
    expect([...classes].filter((name) => !svg.includes(`.${name} `) && !svg.includes(`.${name},`))).toEqual([]);
    expect(svg).toMatch(/<title id="title">[^<]+<\/title>\n<desc id="description">[^<]{40,}<\/desc>/);
    expect(draw(exams)).toBe(svg);
  });
});

describe('the waterfall', () => {
  const svg = drawWaterfall([plain]);
  /** Widths of the bars, step by step; their outlines are boxes of their own. */
  const bars = [...svg.matchAll(/class="(?:iact|weight|psum|output)-box" x="122" y="[^"]+" width="([^"]+)"/g)].map(([, width]) => Number(width)); // prettier-ignore

  it('has bars in proportion to the MACs a cycle', () => {
    expect(bars).toHaveLength(7);
    const scale = bars[6]! / plain.steps[6]!.macsPerCycle;
    for (const [index, { macsPerCycle }] of plain.steps.slice(2).entries())
      expect(bars[index + 2]).toBeCloseTo(scale * macsPerCycle, 1);
    expect(bars[0]).toBe(bars[1]);
    expect(bars[0]).toBeGreaterThan(bars[2]!);
  });

  it('shows what each step loses, behind its bar', () => {
    const lost = [...svg.matchAll(/class="bare idle" x="([^"]+)" y="[^"]+" width="([^"]+)"/g)].map(([, x, width]) => Number(x) + Number(width)); // prettier-ignore
    expect(lost).toHaveLength(5);
    for (const [index, end] of lost.entries()) expect(end).toBeCloseTo(122 + bars[index + 1]!, 1);
  });

  it('says values, losses and whether the last was measured', () => {
    const texts = layoutOf(svg).texts.map(({ content }) => content);
    expect(texts).toContain('333 (−10.0 %)');
    expect(texts).toContain('7 measured');
    expect(layoutOf(drawWaterfall([limited])).texts.map(({ content }) => content)).toContain('7 expected');
  });
});

describe('the roofline', () => {
  it('has every layer below the roofs, where its bytes and cycles put it', () => {
    const svg = drawRoofline([plain, small]);
    const marks = [...svg.matchAll(/class="output-box" x="([^"]+)" y="([^"]+)"/g)].map(([, x, y]) => [Number(x) + 4, Number(y) + 4] as const); // prettier-ignore
    expect(marks).toHaveLength(2);
    // 0.05 to 5 MACs a byte, 0.033 to 238 a cycle: two decades, and 3.85, of the axes.
    const [fast, slow] = marks as [readonly [number, number], readonly [number, number]];
    const roof = /class="plain-line" d="M(\S+) (\S+) L(\S+) (\S+) L610 (\S+)"/.exec(svg)!.slice(1).map(Number);
    expect(roof[3]).toBe(roof[4]);
    expect(fast[1]).toBeGreaterThan(roof[3]!);
    expect(slow[1]).toBeGreaterThan(fast[1]);
    const decade = (fast[0] - slow[0]) / 2;
    // The ridge is where 288 bytes a cycle keep 384 MACs busy.
    expect(roof[2]).toBeCloseTo(fast[0] + decade * Math.log10(384 / 288 / 5), 0);
  });
});
