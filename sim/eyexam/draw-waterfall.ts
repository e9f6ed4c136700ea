/** The steps of Eyexam as bars that get shorter from bound to bound. */
import { arrow, box, drawing, line, text, textLines, wrapped } from '../draw/svg.ts';
import type { Network } from '../draw/theme.ts';
import { percent } from '../run/summary-rows.ts';
import type { Eyexam, EyexamStep, StepName } from './eyexam.ts';
import { shortNumber } from './log-scale.ts';

const width = 1120;
const margin = 16;
const barsFrom = 122;
const barsTo = 470;
const valuesAt = 482;
const reasonsAt = 640;
const reasonStyle = { size: 9.5, ink: 'quiet-ink' };
const leading = 12;
const headHeight = 62;
const axisStyle = { size: 9, anchor: 'middle', ink: 'quiet-ink' } as const;
const quarters = [0, 0.25, 0.5, 0.75, 1];
/** Multiple of what all PEs can do up to which bars are drawn; an arrow says that a bound is beyond. */
const SHOWN = 1.15;

/** What kind of constraint a step is: workload, architecture, microarchitecture, what came of it. */
const kinds: Readonly<Record<StepName, Network>> = {
  layer: 'iact',
  dataflow: 'weight',
  PEs: 'weight',
  'array shape': 'weight',
  storage: 'weight',
  bandwidth: 'psum',
  measured: 'output',
};

/** One panel a layer, below each other. @param exams at least one */
export function drawWaterfall(exams: readonly Eyexam[]): string {
  const title = exams.length === 1 ? `Eyexam of ${exams[0]!.layer} on ${exams[0]!.config}` : 'Eyexam';
  const parts = [text(margin, margin + 10, title, { size: 16, bold: true })];
  let y = margin + 24;
  for (const exam of exams) {
    const panel = drawPanel(exam, y);
    parts.push(...panel.parts);
    y = panel.end + 18;
  }
  const spoken = exams.map((exam) => `${exam.layer}: ${exam.steps.map(sayStep).join(', ')}`).join('. ');
  const description = `MACs a cycle with both operands non-zero, from bound to bound. ${spoken}.`;
  return drawing({ title, description, width, height: y }, parts);
}

/** Name of a step; of the last, whether it was measured. */
export function stepLabel({ lastStep }: Pick<Eyexam, 'lastStep'>, { name, step }: EyexamStep): string {
  return `${step} ${name === 'measured' && lastStep === 'expected' ? 'expected' : name}`;
}

function sayStep({ name, macsPerCycle }: EyexamStep): string {
  return `${name} ${shortNumber(macsPerCycle)}`;
}

function drawPanel(exam: Eyexam, top: number): { parts: string[]; end: number } {
  const { steps, peak } = exam;
  const at = (macs: number): number => barsFrom + ((barsTo - barsFrom) * Math.min(macs, SHOWN * peak)) / (SHOWN * peak);
  const head = `${exam.layer} on ${exam.config}: effectual MACs a cycle; dashed: the ${shortNumber(peak)} that all PEs can do`;
  const bars: string[] = [];
  let y = top + headHeight;
  for (const [index, step] of steps.entries()) {
    const lines = wrapped(step.reason, width - margin - reasonsAt, reasonStyle);
    const height = Math.max(26, lines.length * leading + 6);
    bars.push(...drawStep(exam, step, steps[index - 1], at, y, height));
    bars.push(
      textLines(reasonsAt, y + height / 2 + 4 - ((lines.length - 1) * leading) / 2, lines, leading, reasonStyle),
    );
    y += height;
  }
  const parts = [
    text(margin, top + 14, head, { bold: true, width: width - 2 * margin }),
    text(margin, top + 30, exam.mapping, { ink: 'quiet-ink', width: width - 2 * margin }),
    ...quarters.flatMap((quarter) => [
      line([[at(quarter * peak), top + headHeight - 6], [at(quarter * peak), y]], quarter === 1 ? 'plain-line dashed' : 'bare'), // prettier-ignore
      text(at(quarter * peak), top + headHeight - 10, shortNumber(quarter * peak), axisStyle),
    ]),
    ...bars,
  ];
  return { parts, end: y };
}

function drawStep(
  exam: Eyexam,
  step: EyexamStep,
  before: EyexamStep | undefined,
  at: (macs: number) => number,
  y: number,
  height: number,
): string[] {
  const end = at(step.macsPerCycle);
  const [barY, barHeight] = [y + height / 2 - 9, 18];
  const parts = [
    text(margin, y + height / 2 + 4, stepLabel(exam, step), { bold: true, width: barsFrom - margin - 6 }),
    box(barsFrom, barY, Math.max(1, end - barsFrom), barHeight, `${kinds[step.name]}-box`, 2),
  ];
  if (step.macsPerCycle > SHOWN * exam.peak)
    parts.push(arrow([[end, y + height / 2], [end + 9, y + height / 2]], kinds[step.name])); // prettier-ignore
  const loss = before === undefined ? 0 : at(before.macsPerCycle) - end;
  if (loss > 0.5) parts.push(box(end, barY, loss, barHeight, 'bare idle', 2));
  const lost = step.lost < 0.0005 ? '' : ` (−${percent(step.lost)})`;
  const value = `${shortNumber(step.macsPerCycle)}${lost}`;
  parts.push(text(valuesAt, y + height / 2 + 4, value, { width: reasonsAt - valuesAt - 8 }));
  return parts;
}
