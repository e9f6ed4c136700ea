import { formatTable } from '../cli/table.ts';
import { grouped, percent } from '../run/summary-rows.ts';
import { stepLabel } from './draw-waterfall.ts';
import type { Eyexam } from './eyexam.ts';
import { shortNumber } from './log-scale.ts';

/** The steps of a layer as a table, with a line about the layer above it. */
export function formatEyexam(exam: Eyexam): string {
  const { layer, config, effectualMacs, macs, peak, mapping, steps, roofline } = exam;
  const head = `${layer} on ${config}: ${grouped(effectualMacs)} effectual MACs of ${grouped(macs)}; all PEs together do ${peak} a cycle`;
  const intensity = `${roofline.macsPerByte.toPrecision(3)} effectual MACs for each byte that comes in, of which the chip takes up to ${shortNumber(roofline.bytesPerCycle)} a cycle`;
  const rows = steps.map((step) => [
    stepLabel(exam, step),
    shortNumber(step.macsPerCycle),
    grouped(step.cycles),
    step.lost < 0.0005 ? '' : percent(step.lost),
    step.reason,
  ]);
  return [head, mapping, intensity, formatTable([['step', 'MACs/cycle', 'cycles', 'lost', 'why'], ...rows])].join('\n');
}
