/** The seven steps of a network: its layers run one after the other, so that the cycles of each step add up. */
import { count, grouped } from '../run/summary-rows.ts';
import { type Eyexam, type EyexamStep, stepNames } from './eyexam.ts';

/** So many layers are named that a step costs most. */
const NAMED = 3;

/**
 * @param name of the network, which stands where a layer's name does
 * @param exams of its layers, at least one, in their order, on the same chip
 * @param tailCycles between layers, in those that ran
 */
export function networkExam(name: string, exams: readonly Eyexam[], tailCycles: number): Eyexam {
  const { config, peak, roofline } = exams[0]!;
  const sum = (of: (exam: Eyexam) => number): number => exams.reduce((total, exam) => total + of(exam), 0);
  const [nominal, effectualMacs] = [sum(({ macs }) => macs), sum((exam) => exam.effectualMacs)];
  const cycles = stepNames.map((_, index) => sum(({ steps }) => steps[index]!.cycles));
  const measured = exams.filter(({ lastStep }) => lastStep === 'RTL').length;
  const steps = stepNames.map((step, index): EyexamStep => {
    const all = cycles[index]!;
    return {
      step: index + 1,
      name: step,
      macsPerCycle: effectualMacs / all,
      nominalMacsPerCycle: nominal / all,
      cycles: all,
      lost: index === 0 ? 0 : 1 - cycles[index - 1]! / all,
      reason:
        index === 0
          ? `${grouped(effectualMacs)} of ${grouped(nominal)} MACs have both operands non-zero; a layer needs the outputs of others, so that each of the ${exams.length} takes a cycle of its own.`
          : extraCycles(exams, index) + (step === 'measured' ? lastSentence(measured, exams.length, tailCycles) : ''),
    };
  });
  const bytesIn = sum((exam) => exam.roofline.bytesIn);
  return {
    layer: name,
    config,
    macs: nominal,
    effectualMacs,
    peak,
    mapping: `${count(exams.length, 'layer')}, one after the other, each with a mapping of its own`,
    lastStep: measured === exams.length ? 'RTL' : 'expected',
    steps,
    roofline: { bytesIn, bytesPerCycle: roofline.bytesPerCycle, macsPerByte: effectualMacs / bytesIn },
  };
}

/** Whose cycles a step adds. */
function extraCycles(exams: readonly Eyexam[], index: number): string {
  const extra = exams
    .map(({ layer, steps }) => ({ layer, cycles: steps[index]!.cycles - steps[index - 1]!.cycles }))
    .filter(({ cycles }) => cycles > 0)
    .sort((one, other) => other.cycles - one.cycles);
  const total = extra.reduce((sum, { cycles }) => sum + cycles, 0);
  if (total === 0) return 'No layer takes more cycles.';
  const most = extra.slice(0, NAMED).map(({ layer, cycles }) => `${grouped(cycles)} in ${layer}`);
  const rest = extra.length > NAMED ? `, the rest in ${count(extra.length - NAMED, 'other layer')}` : '';
  return `${count(total, 'cycle')} more: ${most.join(', ')}${rest}.`;
}

function lastSentence(measured: number, layers: number, tailCycles: number): string {
  if (measured === 0) return ' The mapper expects them; nothing has been measured.';
  const tails =
    tailCycles === 0 ? '' : ` Between layers there are ${grouped(tailCycles)} besides, which no step counts.`;
  if (measured === layers) return ` The RTL took them.${tails}`;
  return ` The RTL took those of ${count(measured, 'layer')}, the mapper expects those of ${layers - measured}.${tails}`;
}
