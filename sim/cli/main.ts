#!/usr/bin/env node
// Comes before any other module is loaded: Node.js maps positions back to TypeScript only in what it loads afterwards, and
// messages about a hardware description name the user's own line.
process.setSourceMapsEnabled(true);

const { reportFailure } = await import('./failure.ts');
process.on('uncaughtException', (error) => process.exit(reportFailure(error)));

const { ignoreClosedPipe } = await import('./closed-pipe.ts');
ignoreClosedPipe();

const { runProgram } = await import('./program.ts');
process.exitCode = await runProgram(process.argv.slice(2)).catch(reportFailure);
