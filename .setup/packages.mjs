import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';

// No package needs its install script: koffi and esbuild bring their binaries as packages of their own.
// The level is there because `npm run -s` silences an npm that runs inside of it, reasons for failures included.
const npmArguments = [
  'ci',
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/**
 * Whether `node_modules` was installed from the lock file as it is now.
 *
 * @param {string} root
 */
export function packagesAreCurrent(root) {
  const stamp = stampFile(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest(root);
}

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
export function installPackages(root, say) {
  say('installing npm packages ...');
  const digest = lockDigest(root);
  const npm = spawnSync('npm', npmArguments, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  if (npm.error) throw new SetupFailure(`npm could not be started (${npm.error.message}). It comes with Node.js.`);
  if (npm.status !== 0) {
    process.stderr.write(npm.stdout + npm.stderr);
    throw new SetupFailure(
      'the npm packages could not be installed; npm says why above. The npm registry must be reachable ' +
        `(proxy, registry: see \`npm config list\`). To try by hand: cd ${root} && npm ci`,
    );
  }
  checkKoffi(root);
  writeFileSync(stampFile(root), digest);
}

/**
 * koffi is the one package with native code that Saccade cannot run without; its binary is an optional dependency, which
 * npm leaves out silently on a platform that has none.
 *
 * @param {string} root
 */
function checkKoffi(root) {
  const probe = spawnSync(process.execPath, ['-e', "require('koffi')"], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (probe.status === 0) return;
  process.stderr.write(probe.stderr);
  throw new SetupFailure(
    `koffi, which calls the simulator from Node.js, does not load on this machine (${process.platform} ` +
      `${process.arch}); the reason is above. To compile it: cd ${root} && npm rebuild koffi (needs cmake and g++)`,
  );
}

/** @param {string} root */
function stampFile(root) {
  return join(root, 'node_modules', '.saccade-setup');
}

/** @param {string} root */
function lockDigest(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}
