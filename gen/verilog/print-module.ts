/**
 * Verilog AST to text: each item becomes lines, and the template lays the lines out as a file.
 *
 * So that every line of the result can be traced, lines pass through the template with a mark that stands for their site.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { packageRoot } from '../source/package-root.ts';
import { type Site, siteText } from '../source/site.ts';
import type { VAlways, VCase, VDeclaration, VExpression, VIf, VInstance, VModule, VShape, VStatement } from './ast.ts';
import { printChoice, printExpression } from './print-expression.ts';

export interface PrintOptions {
  /** Ends each line with the place in the source that it comes from. */
  readonly locations?: boolean;
}

export interface PrintedModule {
  readonly text: string;
  /** For each line of `text`, where it comes from, if from anywhere in particular. */
  readonly sites: readonly (Site | undefined)[];
}

interface Line {
  readonly text: string;
  readonly site: Site;
}

type Template = (view: Record<string, unknown>) => string;
let template: Template | undefined;

/** Longer lines are broken where there is a good place to. */
const LONG_LINE = 120;
/** Stands between a line and the number of its site; no Verilog has it. */
const MARK = '§';

export function printModule(module: VModule, options: PrintOptions = {}): PrintedModule {
  template ??= Handlebars.compile(readFileSync(join(packageRoot(), 'gen/verilog/templates/module.v.hbs'), 'utf8'), {
    noEscape: true,
    strict: true,
  });
  const sites: Site[] = [];
  const mark = (lines: readonly Line[]): string[] =>
    lines.map(({ text, site }) => `${text}${MARK}${sites.push(site) - 1}`);

  const ports = module.ports.map((port, index) => ({
    text: `${port.direction} wire ${shapeText(port.shape)}${port.name}${index < module.ports.length - 1 ? ',' : ''}`,
    site: port.site,
  }));
  const rendered = template({
    name: module.name,
    ports: mark(ports),
    hasPorts: ports.length > 0,
    state: mark(module.state.flatMap(printDeclaration)),
    instanceWires: mark(module.instanceWires.flatMap(printDeclaration)),
    wires: mark(module.wires.flatMap(printDeclaration)),
    instances: module.instances.map((instance) => mark(printInstance(instance))),
    assigns: mark(module.assigns.flatMap(({ target, value, site }) => printValue(`assign ${target} = `, value, site))),
    always: module.always.map((block) => mark(printAlways(block))),
    unread: module.unread === undefined ? [] : mark(printDeclaration(module.unread)),
  });

  const lineSites: (Site | undefined)[] = [];
  const lines = rendered
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\n+endmodule/, '\nendmodule')
    .split('\n');
  const text = lines.map((line) => {
    const [plain, number] = line.split(MARK);
    const site = number === undefined ? undefined : sites[Number(number)];
    lineSites.push(site);
    return options.locations === true && site !== undefined ? `${plain}  // ${siteText(site)}` : plain!;
  });
  return { text: text.join('\n'), sites: lineSites };
}

function shapeText({ width, signed }: VShape): string {
  return `${signed ? 'signed ' : ''}${width === 1 ? '' : `[${width - 1}:0] `}`;
}

function printDeclaration({ net, shape, name, depth, value, site }: VDeclaration): Line[] {
  const head = `${net} ${shapeText(shape)}${name}`;
  if (value !== undefined) return printValue(`${head} = `, value, site);
  return [{ text: `${head}${depth === undefined ? '' : ` [0:${depth - 1}]`};`, site }];
}

/** `head value;` on one line, or, where that is long, a chain of choices with one choice a line. */
function printValue(head: string, value: VExpression, site: Site): Line[] {
  const text = `${head}${printExpression(value)};`;
  if (text.length <= LONG_LINE || value.kind !== 'ternary') return [{ text, site }];
  const lines: Line[] = [{ text: head.trimEnd(), site }];
  let rest: VExpression = value;
  while (rest.kind === 'ternary') {
    lines.push({ text: `  ${printChoice(rest)} :`, site });
    rest = rest.whenFalse;
  }
  return [...lines, { text: `  ${printExpression(rest)};`, site }];
}

function printInstance({ module, name, connections, site }: VInstance): Line[] {
  const pins = connections.map(({ port, value }, index) => ({
    text: `  .${port}(${printExpression(value)})${index < connections.length - 1 ? ',' : ''}`,
    site,
  }));
  return [{ text: `${module} ${name} (`, site }, ...pins, { text: ');', site }];
}

function printAlways({ body, site }: VAlways): Line[] {
  const only = body.length === 1 ? body[0]! : undefined;
  if (only?.kind === 'assign') return [{ text: `always @(posedge clock) ${assignText(only)}`, site: only.site }];
  return [
    { text: 'always @(posedge clock) begin', site },
    ...body.flatMap((statement) => printStatement(statement, '  ')),
    { text: 'end', site },
  ];
}

function assignText({ target, index, part, value }: Extract<VStatement, { kind: 'assign' }>): string {
  const word = index === undefined ? '' : `[${printExpression(index)}]`;
  const bits = part === undefined ? '' : part.high === part.low ? `[${part.low}]` : `[${part.high}:${part.low}]`;
  return `${target}${word}${bits} <= ${printExpression(value)};`;
}

function printStatement(statement: VStatement, indent: string): Line[] {
  switch (statement.kind) {
    case 'assign':
      return [{ text: indent + assignText(statement), site: statement.site }];
    case 'if':
      return printIf(statement, indent);
    case 'case':
      return printCase(statement, indent);
  }
}

/** `head` with the statements it governs: on its own line where it is a single assignment. */
function printBody(head: string, body: readonly VStatement[], indent: string, site: Site): Line[] {
  const only = body.length === 1 && body[0]!.kind === 'assign' ? body[0] : undefined;
  if (only !== undefined) return [{ text: `${indent}${head} ${assignText(only)}`, site: only.site }];
  return [
    { text: `${indent}${head} begin`, site },
    ...body.flatMap((inner) => printStatement(inner, `${indent}  `)),
    { text: `${indent}end`, site },
  ];
}

function printIf({ branches, otherwise, site }: VIf, indent: string): Line[] {
  const lines = branches.flatMap(({ condition, body }, index) =>
    printBody(`${index === 0 ? 'if' : 'else if'} (${printExpression(condition)})`, body, indent, site),
  );
  const [tail, ...more] = otherwise;
  if (tail?.kind === 'if' && more.length === 0) {
    // `else if` rather than one more level of nesting.
    const nested = printIf(tail, indent);
    lines.push({ text: `${indent}else ${nested[0]!.text.trimStart()}`, site: nested[0]!.site }, ...nested.slice(1));
  } else if (tail !== undefined) {
    lines.push(...printBody('else', otherwise, indent, site));
  }
  return lines;
}

function printCase({ subject, cases, otherwise, site }: VCase, indent: string): Line[] {
  const inner = `${indent}  `;
  return [
    { text: `${indent}case (${printExpression(subject)})`, site },
    ...cases.flatMap(({ values, body }) => printBody(`${values.map(printExpression).join(', ')}:`, body, inner, site)),
    ...(otherwise.length === 0
      ? [{ text: `${inner}default: ;`, site }]
      : printBody('default:', otherwise, inner, site)),
    { text: `${indent}endcase`, site },
  ];
}
