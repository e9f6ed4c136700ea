import { Command, CommanderError } from 'commander';
import { doctorCommand } from './doctor.ts';
import { type DrawOptions, drawCommand } from './draw.ts';
import { type EyexamOptions, eyexamCommand } from './eyexam.ts';
import { explainCommand } from './explain.ts';
import type { NetworkOptions } from '../network/network-options.ts';
import type { Finish } from './finish.ts';
import { generateCommand } from './generate.ts';
import { networkCommand } from './network.ts';
import type { GenerateOptions, RunOptions } from './options.ts';
import { runCommand } from './run.ts';
import { saccadeVersion } from './version.ts';

const examples = `
Examples:
  saccade run                 the demo layer on the default hardware
  saccade run --help          all that a run can be given
  saccade network alexnet     a network, layer after layer
  saccade generate --out rtl  the Verilog
  saccade draw lenet5-fc1 --out drawings
                              a layer as it lies on the chip
  saccade eyexam lenet5-fc1   what keeps a layer, or a network, from the speed of the chip
  saccade doctor              whether this machine has what that takes
  saccade explain W001        what an error of the HDL means
`;

const exitCodes = `
Exit codes:
  0  all is well
  1  it ran, and the hardware and the golden model differ
  2  the input or the machine is at fault; one message on stderr says how
`;

/**
 * Runs one command line.
 *
 * @param args what follows the program's name
 * @returns the exit code
 * @throws whatever a command throws; faults of the command line itself are told here
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has already printed what it has to say: help, the version, or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function buildProgram(finish: Finish): Command {
  const program = new Command('saccade')
    .description('Sparse CNN accelerators of the Eyeriss v2 family: hardware from TypeScript, run and checked.')
    .version(saccadeVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', examples + exitCodes)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(asOneMessage(text)) });
  for (const command of [
    runCommand(runLayer, finish),
    networkCommand(runNetwork, finish),
    generateCommand(generateHardware, finish),
    drawCommand(drawLayer, finish),
    eyexamCommand(runEyexam, finish),
    doctorCommand(finish),
    explainCommand(),
  ]) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}

/** commander's "error: unknown option '--foo'\n(Did you mean --for?)\n", as Saccade words its other messages. */
function asOneMessage(text: string): string {
  return `saccade: ${text
    .trim()
    .replace(/^error: /, '')
    .replace('\n(Did you mean', ' (did you mean')}\n`;
}

// Loaded when asked for: help and `doctor` neither wait for all that a run needs, nor fail where it cannot be loaded.
async function runLayer(options: RunOptions): Promise<number> {
  const implementation = await import('../run/run-layer.ts');
  return implementation.runLayer(options);
}

async function runNetwork(options: NetworkOptions): Promise<number> {
  const implementation = await import('../network/run-network.ts');
  return implementation.runNetwork(options);
}

async function generateHardware(options: GenerateOptions): Promise<number> {
  const implementation = await import('../run/generate-hardware.ts');
  return implementation.generateHardware(options);
}

async function drawLayer(options: DrawOptions): Promise<number> {
  const implementation = await import('../run/draw-layer.ts');
  return implementation.drawLayer(options);
}

async function runEyexam(options: EyexamOptions): Promise<number> {
  const implementation = await import('../eyexam/run-eyexam.ts');
  return implementation.runEyexam(options);
}
