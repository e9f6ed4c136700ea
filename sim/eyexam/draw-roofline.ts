/** Layers under the roofs of a chip: what its PEs can do, and what its lanes and its memory can bring. */
import { box, drawing, line, type Point, text } from '../draw/svg.ts';
import { percent } from '../run/summary-rows.ts';
import type { Eyexam } from './eyexam.ts';
import { logScale, powerOfTen, shortNumber } from './log-scale.ts';

const width = 1000;
const margin = 16;
const plot = { left: 62, right: 610, top: 72 };
const labelsAt = 640;
const labelHeight = 15;

/** MACs a cycle over MACs a byte, both logarithmic. @param exams at least one, all on the same chip */
export function drawRoofline(exams: readonly Eyexam[]): string {
  const { peak, config } = exams[0]!;
  const bottom = plot.top + Math.max(360, exams.length * labelHeight);
  const rates = [...new Set(exams.map(({ roofline }) => roofline.bytesPerCycle))];
  const intensities = exams.map(({ roofline }) => roofline.macsPerByte);
  const ridges = rates.map((rate) => peak / rate);
  const speeds = exams.map((exam) => reached(exam));
  const x = logScale([...intensities, ...ridges, ...ridges.map((ridge) => ridge / 10)], plot.left, plot.right);
  const y = logScale([...speeds, peak, peak / 10], bottom, plot.top);
  const roofs = rates.map((rate) => {
    // From the lower or the left edge to the ridge, from there on flat.
    const start = Math.max(x.ticks[0]!, y.ticks[0]! / rate);
    const points: Point[] = [
      [x.at(start), y.at(start * rate)],
      [x.at(peak / rate), y.at(peak)],
      [plot.right, y.at(peak)],
    ];
    return line(points, 'plain-line');
  });
  const title = `Roofline of ${config}`;
  const slopes = rates.map(shortNumber).join(' and ');
  const head = `flat: ${shortNumber(peak)} MACs a cycle, what the PEs can do; slope: ${slopes} bytes of iacts and weights a cycle; dashed: up to the bound of step 6`;
  const spoken = exams.map(
    (exam) => `${exam.layer}: ${shortNumber(reached(exam))} at ${shortNumber(exam.roofline.macsPerByte)} MACs a byte`,
  );
  const description = `Effectual MACs a cycle over effectual MACs for each byte that comes into the chip. ${head}. ${spoken.join(', ')}.`;
  return drawing({ title, description, width, height: bottom + 46 }, [
    text(margin, margin + 10, title, { size: 16, bold: true }),
    text(margin, margin + 32, head, { ink: 'quiet-ink', width: width - 2 * margin }),
    ...x.ticks.flatMap((tick, index) => [
      line([[x.at(tick), plot.top], [x.at(tick), bottom]], 'bare'), // prettier-ignore
      ...(index % Math.ceil(x.ticks.length / 12) === 0
        ? [text(x.at(tick), bottom + 15, powerOfTen(tick), { size: 9, anchor: 'middle', ink: 'quiet-ink' })]
        : []),
    ]),
    ...y.ticks.flatMap((tick) => [
      line([[plot.left, y.at(tick)], [plot.right, y.at(tick)]], 'bare'), // prettier-ignore
      text(plot.left - 6, y.at(tick) + 3, powerOfTen(tick), { size: 9, anchor: 'end', ink: 'quiet-ink' }),
    ]),
    text((plot.left + plot.right) / 2, bottom + 34, 'effectual MACs for each byte of iacts and weights', {
      anchor: 'middle',
    }),
    text(plot.left - 46, plot.top - 10, 'effectual MACs a cycle'),
    ...roofs,
    ...layerMarks(exams, (exam) => [x.at(exam.roofline.macsPerByte), y.at(reached(exam))], (exam) => y.at(bound(exam)), bottom), // prettier-ignore
  ]);
}

/** Points, each with a line to its name at the side, where the names keep the order of the points. */
function layerMarks(
  exams: readonly Eyexam[],
  place: (exam: Eyexam) => Point,
  boundAt: (exam: Eyexam) => number,
  bottom: number,
): string[] {
  const ordered = exams.map((exam) => ({ exam, at: place(exam) })).sort((one, other) => one.at[1] - other.at[1]);
  let free = plot.top + 4;
  return ordered.flatMap(({ exam, at: [x, y] }, index) => {
    // As near to its point as the names above it and those still to come below allow.
    const lowest = bottom - (ordered.length - 1 - index) * labelHeight;
    const labelY = Math.min(Math.max(free, y), lowest);
    free = labelY + labelHeight;
    const kind = exam.lastStep === 'RTL' ? '' : ' expected';
    const name = `${exam.layer}: ${shortNumber(reached(exam))}${kind}, ${percent(reached(exam) / bound(exam))} of its bound`;
    return [
      line([[x, y], [labelsAt - 6, labelY]], 'bare'), // prettier-ignore
      ...(y - boundAt(exam) > 0.5 ? [line([[x, y], [x, boundAt(exam)]], 'output-line dashed')] : []), // prettier-ignore
      box(x - 4, y - 4, 8, 8, 'output-box', 4),
      text(labelsAt, labelY + 4, name, { width: width - margin - labelsAt }),
    ];
  });
}

/** Effectual MACs a cycle in the end, and by the last bound before. */
function reached({ steps }: Eyexam): number {
  return steps.at(-1)!.macsPerCycle;
}

function bound({ steps }: Eyexam): number {
  return steps.at(-2)!.macsPerCycle;
}
