import { formatTable } from '../cli/table.ts';
import { percent } from '../run/summary-rows.ts';
import { type Eyexam, stepNames } from './eyexam.ts';
import { formatEyexam } from './format-eyexam.ts';
import { shortNumber } from './log-scale.ts';

/** From here on, steps are within what the chip can do. */
const FIRST_SHOWN = stepNames.indexOf('PEs');

/** The steps of a network, and below them a line for each layer: MACs a cycle by the steps from the PEs on. */
export function formatNetworkExam(whole: Eyexam, exams: readonly Eyexam[]): string {
  const last = whole.lastStep === 'RTL' ? 'measured' : 'reached';
  const heading = ['layer', ...stepNames.slice(FIRST_SHOWN, -1), last, 'of its bound'];
  const rows = exams.map(({ layer, steps, lastStep }) => {
    const shown = steps.slice(FIRST_SHOWN).map(({ macsPerCycle }) => shortNumber(macsPerCycle));
    const share = percent(1 - steps.at(-1)!.lost);
    return [layer, ...shown, lastStep === 'RTL' || whole.lastStep === 'RTL' ? share : `${share} expected`];
  });
  return [
    formatEyexam(whole),
    '',
    'effectual MACs a cycle by step, layer by layer; why, --json says',
    formatTable([heading, ...rows]),
  ].join('\n');
}
