/** What relative energies can say beside the paper's inferences per joule: ratios of two runs, by the same table. */
import { InputError } from '../errors.ts';
import type { NetworkReport } from '../network/network-report.ts';
import { ratio } from '../run/report.ts';

/**
 * Inferences per joule of the chip, without off-chip memory, as the Eyeriss v2 paper gives them (Table VI); and what speaks of Eyeriss v1
 * and v1.5 there: v1.5 is v1 with the hierarchical mesh, its PEs taking no advantage of zeros in time.
 */
export const paperEnergy = {
  inferencesPerJoule: {
    alexnet: { dense: 174.8, sparse: 664.6 },
    'mobilenet-v1-0.5-128': { dense: 1969.8, sparse: 2560.3 },
  },
  /** Of v2, by v1 on the dense network. */
  gainOverV1: { alexnet: 11.3, 'mobilenet-v1-0.5-128': 2.5 },
  /** Of v2 on the sparse network, by v1.5 on the dense one. */
  gainOverV1WithMesh: { 'mobilenet-v1-0.5-128': 1.3 },
} as const;

/** Inferences for an energy, of one run by another: above 1, the first needs less. */
export interface EnergyRatio {
  /** "alexnet, sparse by dense" */
  readonly what: string;
  /** Of the energy on the chip, as the paper's joules are. */
  readonly onChip: number;
  /** With off-chip memory. */
  readonly withOffChip: number;
  /** null: the paper says nothing about it. */
  readonly paper: number | null;
}

export interface EnergyRatios {
  readonly ratios: readonly EnergyRatio[];
  /** The row of Eyeriss v1, which cannot be formed. */
  readonly v1: {
    readonly ratios: null;
    /** What the paper says of it: inferences per joule of v2 on the sparse network by those of v1 on the dense one. */
    readonly paper: typeof paperEnergy.gainOverV1;
    readonly why: string;
  };
}

/** What keeps the ratio to Eyeriss v1 from being formed. */
const whyNotV1 =
  'Energies per access are relative, so that they give ratios of two runs and no joules. For a ratio to Eyeriss v1, one of the two would be a run of v1: ' +
  'its flat multicast network, its row-stationary mapping and its SPads, scaled to the same PEs and storage as the paper does, of which there is no model ' +
  'here. "Uncompressed" is this chip with its mesh and its mapper, nothing compressed, gated or skipped: nearer to v1.5 than to v1.';

type Kind = 'dense' | 'sparse';

/**
 * All ratios that reports of whole networks give: sparse by dense of each network, the other networks by AlexNet of the same kind, and
 * each network by itself uncompressed on the same chip.
 *
 * @param reports of `saccade network`, complete ones, by one table of energies; each network at most once dense and once sparse
 * @throws InputError when one is not complete, or comes twice, or tables differ
 */
export function energyRatios(reports: readonly NetworkReport[]): EnergyRatios {
  checkReports(reports);
  const find = (network: string, kind: Kind): NetworkReport | undefined =>
    reports.find((report) => report.network === network && kindOf(report) === kind);
  const networks = [...new Set(reports.map(({ network }) => network))];
  const ratios: EnergyRatio[] = [];
  for (const network of networks) {
    const [dense, sparse] = [find(network, 'dense'), find(network, 'sparse')];
    if (dense === undefined || sparse === undefined) continue;
    const paper = by(paperOf(network, 'sparse'), paperOf(network, 'dense'));
    ratios.push({ what: `${network}, sparse by dense`, ...ratioOf(energyOf(sparse), energyOf(dense)), paper });
  }
  for (const kind of ['dense', 'sparse'] as const) {
    const alexnet = find('alexnet', kind);
    if (alexnet === undefined) continue;
    for (const network of networks.filter((name) => name !== 'alexnet')) {
      const other = find(network, kind);
      if (other === undefined) continue;
      const paper = by(paperOf(network, kind), paperOf('alexnet', kind));
      ratios.push({ what: `${network} by alexnet, ${kind}`, ...ratioOf(energyOf(other), energyOf(alexnet)), paper });
    }
  }
  for (const report of reports) {
    const { network, totals } = report;
    const { dense } = totals.energy;
    if (dense === null) continue;
    const kind = kindOf(report);
    const paper =
      kind === 'sparse' && Object.hasOwn(paperEnergy.gainOverV1WithMesh, network)
        ? paperEnergy.gainOverV1WithMesh[network as keyof typeof paperEnergy.gainOverV1WithMesh]
        : null;
    const reference = { ...dense, images: totals.images };
    ratios.push({ what: `${network}, ${kind}, by uncompressed`, ...ratioOf(energyOf(report), reference), paper });
  }
  return { ratios, v1: { ratios: null, paper: paperEnergy.gainOverV1, why: whyNotV1 } };
}

interface RunEnergy {
  readonly total: number;
  readonly onChip: number;
  readonly images: number;
}

function energyOf({ totals }: NetworkReport): RunEnergy {
  const { total, onChip } = totals.energy;
  return { total, onChip, images: totals.images };
}

/** Inferences for an energy of one, by those of the other. */
function ratioOf(one: RunEnergy, other: RunEnergy): Pick<EnergyRatio, 'onChip' | 'withOffChip'> {
  const each = (of: 'total' | 'onChip'): number => ratio(other[of] * one.images, one[of] * other.images);
  return { onChip: each('onChip'), withOffChip: each('total') };
}

function kindOf({ sparse }: NetworkReport): Kind {
  return sparse ? 'sparse' : 'dense';
}

function paperOf(network: string, kind: Kind): number | undefined {
  const known: Readonly<Record<string, Readonly<Record<Kind, number>>>> = paperEnergy.inferencesPerJoule;
  return Object.hasOwn(known, network) ? known[network]![kind] : undefined;
}

function by(one: number | undefined, other: number | undefined): number | null {
  return one === undefined || other === undefined ? null : one / other;
}

function checkReports(reports: readonly NetworkReport[]): void {
  const seen = new Set<string>();
  for (const report of reports) {
    const what = `${report.network}, ${kindOf(report)}`;
    if (report.totals.inferencesPerSecond === null) {
      throw new InputError(`the report of ${what} is of some layers only: expected one of the whole network`);
    }
    if (seen.has(what)) throw new InputError(`there are two reports of ${what}: give one of them`);
    seen.add(what);
    const [table, other] = [report, reports[0]!].map(({ totals }) => totals.energy.table);
    if (JSON.stringify(table) !== JSON.stringify(other)) {
      throw new InputError(
        `the report of ${what} is by the energy table "${table!.name}", that of ${reports[0]!.network} by "${other!.name}": their ratio would say nothing; take one table for all`,
      );
    }
  }
}
