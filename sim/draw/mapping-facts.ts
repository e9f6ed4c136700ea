/** How a layer lies on the chip, in a few sentences: for the head of its drawing, and for the table beside it. */
import type { ChipLayer } from '../chip/chip-layer.ts';
import { networkModes } from '../chip/routing.ts';
import { mappingLine } from '../mapper/explain.ts';
import { iactSharers, weightSpan } from '../mapper/sharing.ts';

/** Name of a fact, and the fact. */
export type Fact = readonly [name: string, fact: string];

export function mappingFacts(layer: ChipLayer): Fact[] {
  const { layer: given, work, mapping } = layer;
  const groups = given.g > 1 ? `${given.g} groups, ` : '';
  const images = given.n > 1 ? `${given.n} images, ` : '';
  return [
    [
      'layer',
      `${images}${groups}m ${given.m}, c ${given.c}, input ${given.h}×${given.w}, kernel ${given.r}×${given.s}, stride ${given.stride.join('×')}, output ${work.e}×${work.f}${rewriting(layer)}`,
    ],
    ['mapping', mappingLine(mapping)],
    ['loops', loops(layer)],
    ['iacts', iacts(layer)],
    ['weights', weights(layer)],
    ['psums', psums(layer)],
  ];
}

function rewriting({ work, mapping }: ChipLayer): string {
  const flat = mapping.flatten ? `; each window laid flat: a 1×1 kernel over ${work.c / mapping.bundle} values` : '';
  return mapping.bundle > 1 ? `${flat}; ${mapping.bundle} groups in one, with block-diagonal weights` : flat;
}

function loops({ loops: { chunks, replays, passes }, mapping }: ChipLayer): string {
  const outer = [times(chunks, 'chunk'), times(replays, 'replay'), times(passes, 'pass', 'es')].join(' × ');
  return `${outer} in each cluster; with each weight tile a PE walks over ${times(mapping.rows, 'row')} of ${times(mapping.windows, 'window')}`;
}

function iacts(layer: ChipLayer): string {
  const { loops: counts, mapping, chip } = layer;
  const { replays } = counts;
  const sharers = iactSharers(mapping);
  const many = chip.clusterRows * chip.clusterColumns > 1;
  const who = sharers > 1 ? `to ${sharers} clusters` : 'to one cluster';
  const slots = mapping.columns === 'positions' ? 'each PE column its own' : 'all PE columns the same';
  const bank = {
    bypass: 'past the banks',
    own: 'from the banks',
    shared: 'from the banks, where kernel rows share them',
  }[mapping.iacts];
  const again =
    replays > 1 ? (mapping.replay ? ', again for each filter tile' : '; sent again for each filter tile') : '';
  return `${many ? `${networkModes(layer).iacts}: ` : ''}${bank}${again}, ${who}, ${slots}`;
}

function weights(layer: ChipLayer): string {
  const { mapping, chip } = layer;
  const many = chip.clusterRows * chip.clusterColumns > 1;
  const span = weightSpan(mapping);
  const who = span > 1 ? `to the ${span === 2 ? 'two' : span} clusters of a row` : 'to one cluster';
  const pes = mapping.columns === 'positions' ? 'all PEs of a row the same tile' : 'each PE a tile of its own';
  return `${many ? `${networkModes(layer).weights}: ` : ''}${who}, ${pes}`;
}

function psums({ mapping, loops: { passes } }: ChipLayer): string {
  const { chain } = mapping.vertical;
  if (chain > 1) return `up the columns of ${chain} clusters, one after the other, to the output unit of the last`;
  if (passes === 1) return 'up the columns and straight to the output unit';
  return `up the columns and ${passes === 2 ? 'once' : `${passes - 1} times`} through the banks, then to the output unit`;
}

function times(count: number, what: string, plural = 's'): string {
  return `${count} ${what}${count === 1 ? '' : plural}`;
}
