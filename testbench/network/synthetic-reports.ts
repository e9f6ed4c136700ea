/** Reports of networks made by hand, small enough to see what should come of them. */
import { makeNetworkReport, type NetworkLayerReport, type NetworkReport } from '../../sim/network/network-report.ts';
import { syntheticTensors } from '../../sim/network/network-tensors.ts';
import { energyReport } from '../energy/energy-report.ts';

/**
 * A layer of 1,000 cycles whose bound is 600 on 192 PEs, of which 90 are zeros or idle; what is not said of it is of no matter to pages
 * and tables.
 */
export function layerReport(layer: string, given: Partial<NetworkLayerReport> = {}): NetworkLayerReport {
  const report = {
    layer,
    config: 'v2',
    engine: 'verilator',
    clockMHz: 200,
    bandwidth: null,
    cycles: 1000,
    tailCycles: 10,
    macs: 400_000,
    effectualMacs: 192_000,
    activePes: 192,
    totalPes: 192,
    checked: 500,
    mismatches: 0,
    psumOverflows: 0,
    wallSeconds: 0.5,
    simCyclesPerSecond: 2000,
    failedChecks: [],
    dimensions: { n: 1 },
    densities: { iact: 0.75, weight: 0.5, oact: 0.25 },
    encoding: 'csc',
    clusters: { rows: 8, columns: 2 },
    mapping: { line: 'csc · M0 16 | replayed' },
    mapperEstimate: { cycles: 1100 },
    boundCycles: 600,
    bounds: [
      { what: 'words of weights', cycles: 600 },
      { what: 'iacts from outside', cycles: 500 },
    ],
    busiestCycles: 640,
    commandCycles: 70,
    phases: { load: 120, compute: 690, drain: 30, stall: 160 },
    stalls: { waitPsum: 100, waitIact: 60, windowEnd: 0 },
    outsideStalls: { weight: 0, iact: 0, output: 0 },
    offChipBytes: { iact: 1000, weight: 200, psum: 30, oact: 4 },
    glbBytes: { read: 1, write: 1 },
    energy: energyReport({ macs: 10 }, null),
    ...given,
  };
  return report as unknown as NetworkLayerReport;
}

export function networkReport(
  layers: readonly NetworkLayerReport[],
  { network = 'alexnet', sparse = false, complete = true } = {},
): NetworkReport {
  return makeNetworkReport(network, layers, { ...syntheticTensors, seed: 1, sparse }, complete);
}
