// Makes a clone ready to run: external tools, npm packages, compiled TypeScript. Every step that is already done costs
// next to nothing, so that the npm scripts can simply start with this file.
//
//   node .setup/setup.mjs --for start   the tools that `saccade run` needs, packages, build
//   node .setup/setup.mjs --for test    the same, and the tools that only tests use (missing ones: a warning)
//   node .setup/setup.mjs --for cli     packages and build only; says nothing unless a terminal is watching
//
// SACCADE_SETUP_NO_INSTALL=1 forbids changing the system: missing tools are only reported.
// Exit code 2: the machine or the sources are at fault, and one message on stderr says what to do.

// The version is checked before anything else is loaded: the other files may use what an old Node.js lacks.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`saccade setup: Node.js 20.19 or newer is needed; this is ${process.version}.`);
  process.exit(2);
}

const { prepare } = await import('./prepare.mjs');
process.exitCode = await prepare(process.argv.slice(2));
