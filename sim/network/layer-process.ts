// What `process-runner` starts: takes the settings, then layer after layer, and sends back what came of each.

// As in the command line: source maps come before everything that describes hardware.
process.setSourceMapsEnabled(true);

const { openChip } = await import('../chip/run-on-chip.ts');
const { runnerHere } = await import('./run-network-layer.ts');
type LayerRunner = import('./run-network-layer.ts').LayerRunner;
type ToProcess = import('./process-messages.ts').ToProcess;
type FromProcess = import('./process-messages.ts').FromProcess;

/** Which layers a process gets depends on how fast others are: each starts after a reset, so that its cycles do not. */
const openAfresh: typeof openChip = async (chip, options) => {
  const opened = await openChip(chip, options);
  return {
    simulation: opened.simulation,
    run(layer, operands, asked) {
      opened.simulation.reset();
      return opened.run(layer, operands, asked);
    },
    close: () => opened.close(),
  };
};

/** The process that asked has the terminal. */
const silent = { shown: false, stage() {}, advance() {}, finish() {} };

let runner: LayerRunner | undefined;
process.on('message', (message: ToProcess) => {
  if (message.kind === 'settings') {
    runner = runnerHere(message.settings, openAfresh);
    return;
  }
  runner!
    .run(message.task, silent)
    .then((finished) => send({ kind: 'finished', finished }))
    .catch((error: unknown) => {
      const { name, message, stack, exitCode } = error as Error & { exitCode?: number };
      send({
        kind: 'failed',
        name,
        message,
        ...(stack === undefined ? {} : { stack }),
        ...(exitCode === undefined ? {} : { exitCode }),
      });
    });
});
process.on('disconnect', () => process.exit());
send({ kind: 'ready' });

function send(message: FromProcess): void {
  process.send!(message);
}
