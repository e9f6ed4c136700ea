#!/usr/bin/env node
// As in the command line: source maps come before everything that describes hardware.
process.setSourceMapsEnabled(true);

const { Command } = await import('commander');
const { reportFailure } = await import('../cli/failure.ts');
const { createProgress } = await import('../cli/progress.ts');
const { area } = await import('./area.ts');
const { chipSimulation } = await import('./chip-simulation.ts');
const { estimate } = await import('./estimate.ts');
const { peEfficiency } = await import('./pe-efficiency.ts');
const { generation } = await import('./generation.ts');
const { networks } = await import('./networks.ts');
const { scale } = await import('./scale.ts');
const { scaling } = await import('./scaling.ts');
const { simulation } = await import('./simulation.ts');

const benches = [peEfficiency, generation, scale, simulation, chipSimulation, networks, estimate, scaling, area];

const program = new Command('bench')
  .description('Measures, and prints what it measured. Timings are for comparing within one run.')
  .argument(
    '[names...]',
    `which ones; all of them by default:\n${benches.map(({ name, describes }) => `${name}: ${describes}`).join('\n')}`,
  )
  .option('--json', 'print the figures as JSON')
  .action(async (names: string[], { json = false }: { json?: boolean }) => {
    const unknown = names.find((name) => !benches.some((bench) => bench.name === name));
    if (unknown !== undefined)
      program.error(`error: there is no bench "${unknown}"; there are ${benches.map(({ name }) => name).join(', ')}`, {
        exitCode: 2,
      });
    const data: Record<string, unknown> = {};
    for (const bench of benches.filter(({ name }) => names.length === 0 || names.includes(name))) {
      const progress = createProgress({ quiet: false, json });
      const result = await bench.run(progress).finally(() => progress.finish());
      data[bench.name] = result.data;
      if (!result.passed) process.exitCode = 1;
      if (!json) console.log(`${bench.name}: ${bench.describes}\n\n${result.text}\n`);
    }
    if (json) console.log(JSON.stringify(data, null, 2));
  });

await program.parseAsync().catch((error: unknown) => {
  process.exitCode = reportFailure(error);
});
