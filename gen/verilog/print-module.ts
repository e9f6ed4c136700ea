/**
 * Verilog AST to text: each item becomes lines, and the template lays the lines out as a file.
 *
 * So that every line of the result can be traced, lines pass through the template with a mark that stands for their site.
 */
import { type Site, siteText } from '../source/site.ts';
import type {
  VAlways,
  VCase,
  VCheck,
  VContents,
  VDeclaration,
  VExpression,
  VIf,
  VInstance,
  VLocalparam,
  VModule,
  VShape,
  VStatement,
} from './ast.ts';
import { moduleTemplate } from './module-template.ts';
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

/** Longer lines are broken where there is a good place to. */
const LONG_LINE = 120;
/** Stands between a line and the number of its site; no Verilog has it. */
const MARK = '§';

export function printModule(module: VModule, options: PrintOptions = {}): PrintedModule {
  const sites: Site[] = [];
  const mark = (lines: readonly Line[]): string[] =>
    lines.map(({ text, site }) => `${text}${MARK}${sites.push(site) - 1}`);

  const ports = module.ports.map((port, index) => ({
    text: `${port.direction} wire ${shapeText(port.shape)}${port.name}${index < module.ports.length - 1 ? ',' : ''}`,
    site: port.site,
  }));
  const rendered = moduleTemplate()({
    name: module.name,
    blackbox: module.blackbox === true,
    ports: mark(ports),
    hasPorts: ports.length > 0,
    localparams: mark(module.localparams.map(printLocalparam)),
    state: mark(module.state.flatMap(printDeclaration)),
    instanceWires: mark(module.instanceWires.flatMap(printDeclaration)),
    wires: mark(module.wires.flatMap(printDeclaration)),
    instances: module.instances.map((instance) => mark(printInstance(instance))),
    assigns: mark(module.assigns.flatMap(({ target, value, site }) => printValue(`assign ${target} = `, value, site))),
    contents: module.contents.map((each) => mark(printContents(each))),
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

function printDeclaration({ net, shape, name, depth, attribute, value, site }: VDeclaration): Line[] {
  const head = `${attribute === undefined ? '' : `(* ${attribute} *) `}${net} ${shapeText(shape)}${name}`;
  if (value !== undefined) return printValue(`${head} = `, value, site);
  return [{ text: `${head}${depth === undefined ? '' : ` [0:${depth - 1}]`};`, site }];
}

function printLocalparam({ shape, name, value, site }: VLocalparam): Line {
  const number = printExpression({ kind: 'number', value, ...shape });
  return { text: `localparam ${shapeText(shape)}${name} = ${number};`, site };
}

/** `head value;` on one line, or, where that is long, a chain of choices with one choice a line, or parts on several lines. */
function printValue(head: string, value: VExpression, site: Site): Line[] {
  const text = `${head}${printExpression(value)};`;
  if (text.length > LONG_LINE && value.kind === 'concat') return printParts(head, value.parts, site);
  if (text.length <= LONG_LINE || value.kind !== 'ternary') return [{ text, site }];
  const lines: Line[] = [{ text: head.trimEnd(), site }];
  let rest: VExpression = value;
  while (rest.kind === 'ternary') {
    lines.push({ text: `  ${printChoice(rest)} :`, site });
    rest = rest.whenFalse;
  }
  return [...lines, { text: `  ${printExpression(rest)};`, site }];
}

/** `head { parts };` with as many parts on a line as it holds. */
function printParts(head: string, parts: readonly VExpression[], site: Site): Line[] {
  const lines: string[] = [];
  let line = '';
  parts.forEach((part, index) => {
    const text = `${printExpression(part)}${index < parts.length - 1 ? ',' : ''}`;
    if (line !== '' && line.length + text.length + 3 > LONG_LINE) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? text : `${line} ${text}`;
  });
  return [`${head}{`, ...[...lines, line].map((each) => `  ${each}`), '};'].map((each) => ({ text: each, site }));
}

/** @param before what stands before the instance on its first line */
export function printInstance(
  { module, name, parameters = [], connections, loop, site }: VInstance,
  before = '',
): Line[] {
  const separated = (pins: readonly { port: string; text: string }[]): string[] =>
    pins.map(({ port, text }, index) => `  .${port}(${text})${index < pins.length - 1 ? ',' : ''}`);
  const head =
    parameters.length === 0
      ? [`${before}${module} ${name} (`]
      : [
          `${before}${module} #(`,
          ...separated(parameters.map((each) => ({ port: each.name, text: each.value }))),
          `) ${name} (`,
        ];
  const pins = connections.map(({ port, value }) => ({ port, text: printExpression(value) }));
  const lines = [...head, ...separated(pins), ');'];
  const looped =
    loop === undefined
      ? lines
      : [
          `genvar ${loop.genvar};`,
          'generate',
          `  for (${loop.genvar} = 0; ${loop.genvar} < ${loop.count}; ${loop.genvar} = ${loop.genvar} + 1) begin : ${loop.label}`,
          ...lines.map((line) => `    ${line}`),
          '  end',
          'endgenerate',
        ];
  return looped.map((text) => ({ text, site }));
}

function printContents({ memory, site, ...contents }: VContents): Line[] {
  if ('file' in contents) return [{ text: `initial $readmemh("${contents.file.path}", ${memory});`, site }];
  const words = contents.values.map((value, address) => `  ${memory}[${address}] = ${printExpression(value)};`);
  return ['initial begin', ...words, 'end'].map((text) => ({ text, site }));
}

function printAlways({ events, body, site }: VAlways): Line[] {
  const edges = { rising: 'posedge', falling: 'negedge' } as const;
  const head = `always @(${events.map(({ edge, signal }) => `${edges[edge]} ${signal}`).join(' or ')})`;
  const only = body.length === 1 ? body[0]! : undefined;
  if (only?.kind === 'assign') return [{ text: `${head} ${assignText(only)}`, site: only.site }];
  return [
    { text: `${head} begin`, site },
    ...body.flatMap((statement) => printStatement(statement, '  ')),
    { text: 'end', site },
  ];
}

function assignText({ target, index, part, value }: Extract<VStatement, { kind: 'assign' }>): string {
  const word = index === undefined ? '' : `[${printExpression(index)}]`;
  const bits = part === undefined ? '' : part.high === part.low ? `[${part.low}]` : `[${part.high}:${part.low}]`;
  return `${target}${word}${bits} <= ${printExpression(value)};`;
}

function checkText({ check, label, condition, message }: VCheck): string {
  const told = message === undefined || check === 'cover' ? '' : ` else $error("${escaped(message)}")`;
  return `${label}: ${check} (${printExpression(condition)})${told};`;
}

/** A text within quotes of Verilog, where `%` begins a format; the mark of the lines can't stand in one. */
function escaped(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replace(/\s+/g, ' ').replaceAll(MARK, '\\247');
}

function printStatement(statement: VStatement, indent: string): Line[] {
  switch (statement.kind) {
    case 'assign':
      return [{ text: indent + assignText(statement), site: statement.site }];
    case 'if':
      return printIf(statement, indent);
    case 'case':
      return printCase(statement, indent);
    case 'check':
      return [{ text: indent + checkText(statement), site: statement.site }];
  }
}

/** `head` with the statements it governs: without begin and end where they are one. */
function printBody(head: string, body: readonly VStatement[], indent: string, site: Site): Line[] {
  const only = body.length === 1 && body[0]!.kind === 'assign' ? body[0] : undefined;
  if (only !== undefined) return [{ text: `${indent}${head} ${assignText(only)}`, site: only.site }];
  // After an `if`, an inner one could take its else.
  if (body.length === 1 && (head.endsWith(':') || (body[0]!.kind === 'case' && head === 'else'))) {
    const [first, ...rest] = printStatement(body[0]!, indent);
    return [{ text: `${indent}${head} ${first!.text.trimStart()}`, site: first!.site }, ...rest];
  }
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

function printCase({ subject, cases, otherwise, rest, site }: VCase, indent: string): Line[] {
  const inner = `${indent}  `;
  const printItem = (label: string, body: readonly VStatement[]): Line[] =>
    body.length === 0 ? [{ text: `${inner}${label}: ;`, site }] : printBody(`${label}:`, body, inner, site);
  const [first, ...more] = printItem('default', otherwise);
  return [
    { text: `${indent}case (${printExpression(subject)})`, site },
    ...cases.flatMap(({ values, body }) => printItem(values.map(printExpression).join(', '), body)),
    rest === undefined ? first! : { ...first!, text: `${first!.text}  // ${rest}` },
    ...more,
    { text: `${indent}endcase`, site },
  ];
}
