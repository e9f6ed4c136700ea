/** Finds what a module cannot be emitted with: names of clock and reset that are taken, and instances in domains of another kind. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CheckedModule } from '../ir/checked-module.ts';
import { defaultDomain, domainText } from '../ir/clock-domain.ts';
import type { InstanceIr } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import { type Clocking, implicitPorts } from './clocking.ts';
import { verilogKeywords } from './keywords.ts';

export function checkClocking(module: CheckedModule, clocking: Clocking): Diagnostic[] {
  return [
    ...clashes(module, clocking),
    ...module.ir.instances.flatMap((instance) => misfits(module, instance, clocking)),
  ];
}

/** Names of named domains are kept free when names are given; those of the default domain are known only now. */
function clashes(module: CheckedModule, clocking: Clocking): Diagnostic[] {
  const { ir, names } = module;
  if (ir.external !== undefined) return [];
  const implicit = implicitPorts(module, clocking);
  const own = implicit.filter(({ domain }) => domain === defaultDomain);
  if (own.every(({ name }) => name === 'clock' || name === 'reset')) return [];
  const sites = new Map<string, Site>();
  for (const given of [names.signals, names.memories, names.instances, names.expressions])
    for (const [item, name] of given) sites.set(name, item.site);
  for (const { domain, name } of implicit) if (domain !== defaultDomain) sites.set(name, domain.site);
  return own.flatMap(({ role, name }) => {
    const site = sites.get(name);
    const valid = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !verilogKeywords.includes(name);
    if (site === undefined && valid && own.filter((other) => other.name === name).length === 1) return [];
    return [
      {
        code: 'N001',
        message: `the ${role} of module ${ir.name} can't be called "${name}": ${valid ? 'something else in it is' : 'that is no free Verilog name'}`,
        site: site ?? ir.site,
        related: [],
        fix: 'call the other one differently, or emit with another name of the clock or reset',
      },
    ];
  });
}

/** A module's text is emitted once, with the default domain's edge and kind of reset: wherever it stands must have the same. */
function misfits(module: CheckedModule, instance: InstanceIr, clocking: Clocking): Diagnostic[] {
  const needs = module.children.get(instance.module)!.domains.get(defaultDomain);
  const { domain } = instance;
  if (needs === undefined || domain === defaultDomain || instance.module.external !== undefined) return [];
  const own = { edge: clocking.clockOf(defaultDomain).edge, reset: clocking.resetOf(defaultDomain)!.kind };
  const given = { edge: clocking.clockOf(domain).edge, reset: clocking.resetOf(domain)?.kind };
  const differences = [
    ...(needs.clocked && own.edge !== given.edge
      ? [`the ${own.edge} edge, and the domain has the ${given.edge} one`]
      : []),
    ...(needs.resettable && own.reset !== given.reset
      ? [`${kindText(own.reset)} reset, and the domain has ${kindText(given.reset)}`]
      : []),
  ];
  return differences.map((difference) => ({
    code: 'X005',
    message: `instance ${module.names.instances.get(instance)} is in ${domainText(domain)}, but module ${instance.module.name} is emitted for ${difference}`,
    site: instance.site,
    related: [
      { text: 'the module is described', site: instance.module.site },
      { text: 'the domain is made', site: domain.site },
    ],
    fix: 'give the domain to the module (a parameter of its generator) and use inDomain() in there; or emit the default domain in that style',
  }));
}

function kindText(kind: 'sync' | 'async' | undefined): string {
  return { sync: 'a synchronous', async: 'an asynchronous', none: 'no' }[kind ?? 'none'];
}
