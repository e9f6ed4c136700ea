/** The area of the paper's chip, without its SRAM, in NAND2 equivalents. */
import { emitVerilog } from '../../gen/index.ts';
import { Chip } from '../../hw/chip.ts';
import { debianLiberty, libertyPath, libertyVariable, readLiberty } from '../area/liberty.ts';
import { moduleAreas } from '../area/module-areas.ts';
import { chipParts, partAreas, peParts } from '../area/parts.ts';
import { synthesise } from '../area/synthesis.ts';
import { formatTable } from '../cli/table.ts';
import { findProgram } from '../machine/program-file.ts';
import type { Bench } from './bench.ts';

/** What the paper says of its chip (J19 Table VI, Fig 18). Shares are of area with SRAM, which is not counted here. */
const paper = { nand2: 2_695_000, network: 0.026, spadsOfPe: 0.72, macsOfPe: 0.05 };

/** Rows of the list of the largest modules. */
const LARGEST = 16;

/** Each module is synthesised once, by itself. What is no SRAM is flip-flops and gates. */
export const area: Bench = {
  name: 'area',
  describes: 'NAND2 equivalents of the 192-PE chip and its parts by Yosys, SRAM excluded, beside the paper',
  async run(progress) {
    const path = libertyPath();
    if (path === undefined || findProgram('yosys') === undefined) {
      const lacking = path === undefined ? `a library of standard cells (${debianLiberty.path})` : 'Yosys';
      const text = `not measured: this needs ${lacking}\n  apt-get install ${debianLiberty.debianPackage} yosys\nAnother library, a .lib packed or not, can be named in ${libertyVariable}.`;
      return { text, data: { lacking }, passed: false };
    }
    const liberty = readLiberty(path);
    progress.stage(`synthesis with the cells of ${liberty.name} (about a minute)`);
    const design = emitVerilog(Chip(), { memories: 'blackbox' });
    const { plain, gated } = await synthesise(design, liberty);
    const modules = moduleAreas(design, plain, liberty);
    const gatedModules = moduleAreas(design, gated, liberty);
    const [total, gatedTotal] = [modules[0]!.total, gatedModules[0]!.total];

    const chip = partAreas(modules, chipParts);
    const gatedChip = partAreas(gatedModules, chipParts);
    const pe = partAreas(modules, peParts);
    const gatedPe = partAreas(gatedModules, peParts);
    const cluster = modules.find(({ module }) => module === 'Cluster')!;
    const gatedCluster = gatedModules.find(({ module }) => module === 'Cluster')!;
    const flipFlops = modules.reduce((sum, each) => sum + each.instances * each.flipFlops, 0);
    const largest = modules
      .map(({ module, instances, flipFlops: own, own: each }) => {
        const withGates = gatedModules.find((other) => other.module === module)!.own;
        return { module, instances, flipFlops: own, each, total: instances * each, withGates: instances * withGates };
      })
      .sort((a, b) => b.total - a.total)
      .slice(0, LARGEST);
    const network = chip.find(({ label }) => label === 'router cluster')!.total / total;

    const chipRows = [
      ...chip.map((part, index) => [part, gatedChip[index]!] as const),
      [{ label: 'a cluster', ...cluster }, gatedCluster] as const,
      [
        { label: 'the chip', instances: 1, each: total, total },
        { each: gatedTotal, total: gatedTotal },
      ] as const,
    ].map(([{ label, instances, each, total: all }, withGates]) => [
      label,
      String(instances),
      each.toFixed(0),
      thousands(all),
      percent(all / total),
      withGates.each.toFixed(0),
      thousands(withGates.total),
    ]);
    const peTotal = pe.reduce((sum, part) => sum + part.each, 0);
    const text = [
      `cells: ${liberty.name}, in units of ${liberty.nand2.name}; SRAM is left out: ${srams(design.macros)}`,
      formatTable([['part', 'number', 'each', 'all', 'share', 'each, gated', 'all, gated'], ...chipRows]),
      `gated: with a clock gate where flip-flops share an enable. Flip-flops: ${flipFlops}.`,
      formatTable([
        ['of a PE', 'each', 'share', 'each, gated'],
        ...pe.map(({ label, each }, index) => [
          label,
          each.toFixed(0),
          percent(each / peTotal),
          gatedPe[index]!.each.toFixed(0),
        ]),
      ]),
      formatTable([
        ['largest modules, by themselves', 'number', 'flip-flops', 'each', 'all', 'share', 'all, gated'],
        ...largest.map((each) => [
          each.module,
          String(each.instances),
          String(each.flipFlops),
          each.each.toFixed(0),
          thousands(each.total),
          percent(each.total / total),
          thousands(each.withGates),
        ]),
      ]),
      `paper: ${thousands(paper.nand2)}; this is ${ratio(total)} times as much, with clock gates ${ratio(gatedTotal)} times.`,
      `Its networks are ${percent(paper.network)} of the chip, here ${percent(network)}. SPads are ${percent(paper.spadsOfPe)} of its PE and the MACs ${percent(paper.macsOfPe)}, with the SRAM.`,
    ].join('\n\n');
    return {
      text,
      data: {
        library: liberty.name,
        nand2: liberty.nand2,
        total,
        gatedTotal,
        paper,
        flipFlops,
        network,
        chip,
        gatedChip,
        pe,
        gatedPe,
        modules,
        gatedModules,
      },
      passed: true,
    };
  },
};

function srams(macros: readonly { readonly depth: number; readonly width: number }[]): string {
  return macros.map(({ depth, width }) => `${depth}×${width}b`).join(', ');
}

function thousands(nand2: number): string {
  return `${(nand2 / 1000).toFixed(1)}k`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function ratio(nand2: number): string {
  return (nand2 / paper.nand2).toFixed(2);
}
