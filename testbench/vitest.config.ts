import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { full } from './full.ts';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: {
    // What the snippets of the documentation import, as it is in the sources.
    alias: {
      'saccade/hdl': fileURLToPath(new URL('../gen/index.ts', import.meta.url)),
      'saccade/simulation': fileURLToPath(new URL('../sim/driver/index.ts', import.meta.url)),
    },
  },
  test: {
    include: ['testbench/**/*.test.ts'],
    // koffi loads native code, which a process may load and a worker thread may not survive.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: full ? 600_000 : 60_000,
    hookTimeout: full ? 600_000 : 120_000,
    watch: false,
  },
  server: { watch: { ignored: ['**/out/**', '**/node_modules/**'] } },
});
