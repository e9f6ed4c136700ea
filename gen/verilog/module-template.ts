/**
 * The template of a Verilog file. Handlebars compiles it once on each machine: to load its compiler takes longer than to emit
 * a design, its run-time part alone does not.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { cachedByContent } from '../source/content-cache.ts';
import { packageRoot } from '../source/package-root.ts';

type Template = (view: Record<string, unknown>) => string;
type HandlebarsRuntime = { readonly VERSION: string; template(specification: unknown): Template };

let template: Template | undefined;

export function moduleTemplate(): Template {
  template ??= loadTemplate(join(packageRoot(), 'gen/verilog/templates/module.v.hbs'));
  return template;
}

function loadTemplate(file: string): Template {
  const require = createRequire(import.meta.url);
  // One file, where `handlebars/runtime` is twenty.
  const runtime = require('handlebars/dist/handlebars.runtime.js') as HandlebarsRuntime;
  const text = readFileSync(file, 'utf8');
  const specification = cachedByContent('templates-1', `${runtime.VERSION}\n${text}`, () => {
    const { precompile } = require('handlebars') as typeof import('handlebars');
    return precompile(text, { noEscape: true, strict: true }) as unknown as string;
  });
  return runtime.template(runInThisContext(`(${specification})`));
}
