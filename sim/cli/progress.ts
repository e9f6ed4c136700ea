import cliProgress from 'cli-progress';

/** Tells somebody at a terminal how far the work is. */
export interface Progress {
  /** Whether anybody sees it. */
  readonly shown: boolean;
  /** A stage begins whose length nobody knows: one line. */
  stage(label: string): void;
  /** `done` of `total` units of the stage `label` are finished: a bar, which disappears with the stage. */
  advance(label: string, done: number, total: number): void;
  /** The work is over; also to be called when it failed. */
  finish(): void;
}

const silent: Progress = { shown: false, stage() {}, advance() {}, finish() {} };

/**
 * Progress on stderr, and only where a person sees it: nothing is written when stderr is not a terminal, or when the user
 * asked for quiet or for JSON.
 */
export function createProgress(options: { quiet: boolean; json: boolean }): Progress {
  return options.quiet || options.json || !process.stderr.isTTY ? silent : new TerminalProgress();
}

class TerminalProgress implements Progress {
  readonly shown = true;
  #bar: cliProgress.SingleBar | undefined;
  #label = '';

  stage(label: string): void {
    this.finish();
    process.stderr.write(`${label} ...\n`);
  }

  advance(label: string, done: number, total: number): void {
    if (this.#bar === undefined || this.#label !== label) {
      this.finish();
      this.#label = label;
      this.#bar = new cliProgress.SingleBar({
        stream: process.stderr,
        format: '{label} {bar} {value}/{total}, {eta_formatted} left',
        clearOnComplete: true,
        // Its way of handling Ctrl-C is to swallow the first one. Without it, nothing may need to be undone at the end.
        gracefulExit: false,
        linewrap: true,
      });
      this.#bar.start(total, done, { label });
    }
    this.#bar.setTotal(total);
    this.#bar.update(done);
  }

  finish(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}
