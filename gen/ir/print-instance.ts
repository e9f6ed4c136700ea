/** Instances, and modules that are written elsewhere, as text. */
import { inDomainText } from './clock-domain.ts';
import type { InstanceIr, ModuleIr } from './module-ir.ts';

/** `instance fifo: Fifo_8x4`; of an element of an array `instance cells[3]: Cell`, and whether the array is unrolled. */
export function instanceText({ module, domain, element }: InstanceIr, name: string): string {
  const unrolled = element?.array.unroll === true ? ' unrolled' : '';
  return `instance ${name}: ${module.name}${inDomainText(domain)}${unrolled}`;
}

/** `external clock clk parameters DEPTH=4`; nothing of a module that is described. */
export function externalLines({ external }: ModuleIr): string[] {
  if (external === undefined) return [];
  const { clock, reset, parameters, source } = external;
  const words = [
    'external',
    ...(clock === undefined ? [] : [`clock ${clock}`]),
    ...(reset === undefined ? [] : [`reset ${reset}`]),
    ...(parameters.size === 0 ? [] : ['parameters', ...[...parameters].map(([name, value]) => `${name}=${value}`)]),
    ...(source === undefined ? [] : ['path' in source ? `source ${source.path}` : 'source as text']),
  ];
  return [`  ${words.join(' ')}`];
}
