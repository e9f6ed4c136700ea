import { existsSync } from 'node:fs';
import { closest } from '../../gen/diagnostics/closest.ts';
import { openChip } from '../chip/run-on-chip.ts';
import type { EyexamOptions } from '../cli/eyexam.ts';
import { checkRunnable, findConfig, isChip } from '../config/config.ts';
import { InputError } from '../errors.ts';
import { libraryLayers } from '../layer/library.ts';
import { libraryNetworks } from '../network/read-network.ts';
import { readUserJson } from '../user-file.ts';
import { eyexamLayers } from './eyexam-layers.ts';
import { eyexamNetwork } from './eyexam-network.ts';

/**
 * `saccade eyexam`: the seven steps of layers, or of a network.
 *
 * A name of the libraries is that of a layer or of a network, never of both. A file is a network file if it has a list of layers.
 *
 * @param open opens the chip that `--measure` runs; tests put in another
 * @returns 0; 1 when outputs of a run were wrong, or it was faster than its bound
 * @throws InputError about the input or the machine
 */
export async function runEyexam(options: EyexamOptions, open: typeof openChip = openChip): Promise<number> {
  const config = findConfig(options.config);
  if (!isChip(config))
    throw new InputError(`config ${config.name}: it is a single PE, and eyexam looks at chips, for instance "v2"`);
  checkRunnable(config);
  const networks = options.layers.filter(isNetwork);
  if (networks.length === 0) {
    refuseNetworkOptions(options);
    return eyexamLayers(options, config, open);
  }
  if (options.layers.length > 1) {
    throw new InputError(`${networks[0]}: it is a network, which is examined alone: name it, or layers`);
  }
  return eyexamNetwork(networks[0]!, options, config, open);
}

function isNetwork(nameOrPath: string): boolean {
  if (existsSync(nameOrPath)) {
    const json = readUserJson(nameOrPath, 'layer file');
    return typeof json === 'object' && json !== null && 'layers' in json;
  }
  const [layers, networks] = [libraryLayers(), libraryNetworks()];
  if (layers.includes(nameOrPath)) return false;
  if (networks.includes(nameOrPath)) return true;
  const meant = closest(nameOrPath, [...layers, ...networks]);
  const hint =
    meant === undefined
      ? `the library has the layers ${layers.join(', ')}, and the networks ${networks.join(', ')}`
      : `did you mean "${meant}"?`;
  throw new InputError(
    `${nameOrPath}: there is no such layer or network file, and no such layer or network in the library: ${hint}`,
  );
}

function refuseNetworkOptions({ sparse, masks, iacts, weights, bias }: EyexamOptions): void {
  const given = { sparse: sparse ? true : undefined, masks, iacts, weights, bias };
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined) continue;
    throw new InputError(
      `--${option} is for networks: leave it out, or run the layer with saccade run and give its --report`,
    );
  }
}
