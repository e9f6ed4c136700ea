import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupFailure } from './failure.mjs';

/**
 * What the setup uses of an entry in sim/machine/requirements.json, which `saccade doctor` reads too.
 *
 * @typedef {object} Requirement
 * @property {string} name
 * @property {string[]} [commands] programs that do, the preferred one first
 * @property {string} [variable] environment variable by which the user names another program
 * @property {string} [header] a C header, where a library is required and not a program
 * @property {string} debianPackage
 * @property {boolean} required whether `saccade run` can do nothing without it
 * @property {'start' | 'test'} group
 */

/**
 * Installs the missing tools where apt-get may be used, and says what to do where it may not.
 *
 * @param {string} root
 * @param {'start' | 'test'} purpose
 * @param {(line: string) => void} say
 * @throws {SetupFailure} when a required tool is missing at the end
 */
export function provideTools(root, purpose, say) {
  const missing = missingTools(root, purpose);
  // A tool for some tests is no reason to disturb somebody who only wants to run.
  if (missing.length === 0 || (purpose === 'start' && !missing.some((tool) => tool.required))) return;

  const permission = permissionToInstall();
  if (permission === 'none') {
    judge(missing, `Install with:\n  ${commandToType(missing)}`, say);
    return;
  }
  say(`installing ${names(missing)} with apt-get ...`);
  const log = install(permission, missing);
  const stillMissing = missingTools(root, purpose);
  if (stillMissing.length === 0) return;
  process.stderr.write(log);
  judge(stillMissing, `apt-get did not help; its output is above. By hand:\n  ${commandToType(stillMissing)}`, say);
}

/**
 * A missing tool that everything needs ends the setup; the others only cost the tests that use them.
 *
 * @param {Requirement[]} missing
 * @param {string} advice
 * @param {(line: string) => void} say
 */
function judge(missing, advice, say) {
  const message = `missing on this machine: ${names(missing)}. ${advice}`;
  if (missing.some((tool) => tool.required)) throw new SetupFailure(message);
  say(`${message}\n  Until then the tests that use it are skipped.`);
}

/**
 * @param {string} root
 * @param {'start' | 'test'} purpose
 * @returns {Requirement[]}
 */
function missingTools(root, purpose) {
  const text = readFileSync(join(root, 'sim', 'machine', 'requirements.json'), 'utf8');
  const requirements = /** @type {Requirement[]} */ (JSON.parse(text));
  return requirements.filter((tool) => (purpose === 'test' || tool.group === 'start') && !isPresent(tool));
}

/** @param {Requirement} tool */
function isPresent({ commands = [], variable, header }) {
  if (header !== undefined) {
    const folders = [...(process.env['CPATH'] ?? '').split(delimiter), '/usr/include', '/usr/local/include'];
    return folders.some((folder) => folder !== '' && existsSync(join(folder, header)));
  }
  // What the user chose is not second-guessed: whether it works shows when it is used.
  if (variable !== undefined && process.env[variable]) return true;
  return commands.some(isOnPath);
}

/** @param {string} command */
function isOnPath(command) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => {
    const file = join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

/** @returns {'root' | 'sudo' | 'none'} how apt-get may be called here without asking anybody */
function permissionToInstall() {
  if (process.env['SACCADE_SETUP_NO_INSTALL'] === '1' || !isOnPath('apt-get')) return 'none';
  if (process.getuid?.() === 0) return 'root';
  const sudoWorks = isOnPath('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return sudoWorks ? 'sudo' : 'none';
}

/**
 * @param {'root' | 'sudo'} permission
 * @param {Requirement[]} tools
 * @returns {string} what apt-get printed
 */
function install(permission, tools) {
  let log = '';
  // A failed update (no network, a bad signature of an unrelated source) is not the end: the lists may be there already.
  for (const args of [['update'], installArguments(tools)]) {
    const words = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    const apt = spawnSync(
      permission === 'sudo' ? 'sudo' : 'env',
      permission === 'sudo' ? ['-n', 'env', ...words] : words,
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        encoding: 'utf8',
      },
    );
    log += `$ apt-get ${args.join(' ')}\n${apt.error?.message ?? apt.stdout + apt.stderr}\n`;
  }
  return log;
}

/** @param {Requirement[]} tools */
function installArguments(tools) {
  return ['install', '-y', '--no-install-recommends', ...tools.map((tool) => tool.debianPackage)];
}

/**
 * The exact line for this user on this machine.
 *
 * @param {Requirement[]} tools
 */
function commandToType(tools) {
  const args = installArguments(tools).join(' ');
  const line = `apt-get update && apt-get ${args}`;
  if (!isOnPath('apt-get')) return `${line}\n(or, without apt-get, the same from this system's own package manager)`;
  if (process.getuid?.() === 0) return line;
  return isOnPath('sudo') ? `sudo apt-get update && sudo apt-get ${args}` : `su -c "${line}"`;
}

/** @param {Requirement[]} tools */
function names(tools) {
  return tools.map((tool) => tool.name).join(', ');
}
