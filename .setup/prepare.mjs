import { isatty } from 'node:tty';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIsCurrent, build } from './build.mjs';
import { SetupFailure } from './failure.mjs';
import { withLock } from './lock.mjs';
import { installPackages, packagesAreCurrent } from './packages.mjs';
import { provideTools } from './tools.mjs';

/** @typedef {'start' | 'test' | 'cli'} Purpose */

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Does what is missing, tools first, so that the user learns early what only the user can do.
 *
 * @param {string[]} args the command line after the script's name
 * @returns {Promise<number>} the exit code
 */
export async function prepare(args) {
  try {
    const purpose = parsePurpose(args);
    // As a prefix of every `saccade` command the setup must not disturb scripts that read stderr.
    const quiet = purpose === 'cli' && !isatty(2);
    /** @param {string} line */
    const say = (line) => {
      if (!quiet) console.error(`saccade setup: ${line}`);
    };
    if (purpose !== 'cli') provideTools(root, purpose, say);
    if (!packagesAreCurrent(root) || !buildIsCurrent(root)) {
      await withLock(root, say, () => {
        // Another process may have done the work while this one waited for the lock.
        if (!packagesAreCurrent(root)) installPackages(root, say);
        if (!buildIsCurrent(root)) build(root, say);
      });
    }
    return 0;
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    console.error(`saccade setup: ${error.message}`);
    return 2;
  }
}

/**
 * @param {string[]} args
 * @returns {Purpose}
 */
function parsePurpose(args) {
  const [option, value] = args;
  if (args.length === 2 && option === '--for' && (value === 'start' || value === 'test' || value === 'cli')) {
    return value;
  }
  throw new SetupFailure(`expected --for start, --for test or --for cli, got ${args.join(' ') || 'nothing'}.`);
}
