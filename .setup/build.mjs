import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupFailure } from './failure.mjs';

const sourceFolders = ['gen', 'hw', 'sim'];
const sourceName = /\.(ts|json|hbs)$/;
const project = join('.setup', 'tsconfig.build.json');
const otherInputs = ['tsconfig.json', project, 'package-lock.json'];
const executable = join('sim', 'cli', 'main.js');

/**
 * Whether `out/dist` was compiled from the sources as they are now, judged by their names, sizes and times.
 *
 * @param {string} root
 */
export function buildIsCurrent(root) {
  const stamp = join(root, 'out', 'dist', '.stamp');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceDigest(root);
}

/**
 * Compiles into a folder of its own that then takes the place of `out/dist`: a failed build leaves the last good one
 * (without being taken for current), and no output survives its source.
 *
 * @param {string} root
 * @param {(line: string) => void} say
 */
export function build(root, say) {
  say('compiling TypeScript ...');
  const digest = sourceDigest(root);
  const dist = join(root, 'out', 'dist');
  const fresh = join(root, 'out', '.dist-new');
  const old = join(root, 'out', '.dist-old');
  rmSync(fresh, { recursive: true, force: true });
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const tsc = spawnSync(process.execPath, [compiler, '-p', join(root, project), '--outDir', fresh], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (tsc.error) throw new SetupFailure(`the TypeScript compiler could not be started (${tsc.error.message}).`);
  if (tsc.status !== 0) {
    process.stderr.write(tsc.stdout + tsc.stderr);
    throw new SetupFailure('the TypeScript sources do not compile; the errors are above.');
  }
  // Files that the program reads lie where its own modules look for them: next to them.
  for (const path of sourceFiles(root).filter((path) => !path.endsWith('.ts'))) {
    mkdirSync(dirname(join(fresh, path)), { recursive: true });
    copyFileSync(join(root, path), join(fresh, path));
  }
  // TypeScript keeps the first line `#!/usr/bin/env node` but does not make the file executable.
  chmodSync(join(fresh, executable), 0o755);
  writeFileSync(join(fresh, '.stamp'), digest);
  rmSync(old, { recursive: true, force: true });
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
}

/** @param {string} root */
function sourceDigest(root) {
  const hash = createHash('sha256');
  for (const path of [...sourceFiles(root), ...otherInputs]) {
    const { mtimeMs, size } = statSync(join(root, path));
    hash.update(`${path}\t${mtimeMs}\t${size}\n`);
  }
  return hash.digest('hex');
}

/**
 * Everything that `out/dist` is made of, sorted, as paths relative to the root.
 *
 * @param {string} root
 */
function sourceFiles(root) {
  /** @type {string[]} */
  const files = [];
  /** @param {string} folder */
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (sourceName.test(entry.name)) files.push(path);
    }
  };
  sourceFolders.filter((folder) => existsSync(join(root, folder))).forEach(walk);
  // The order of a directory is the file system's whim; the digest must not depend on it.
  return files.sort();
}
