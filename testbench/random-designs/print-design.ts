/** A design as TypeScript. */
import type { Design, Expression, Item, ModuleSpec, Shape, Statement, Target, Value } from './design.ts';

/** The text that declares the enums and modules of a design; every module is a variable of its name. */
export function printDesign({ enums, modules }: Design): string {
  const enumLines = enums.map(({ name, members, encoding }) => {
    const list = members.map((member) => `'${member}'`).join(', ');
    return `const ${name} = Enum([${list}], { name: '${name}', encoding: '${encoding}' });`;
  });
  return [...enumLines, ...modules.map(moduleText)].join('\n');
}

function moduleText({ name, ports, items }: ModuleSpec): string {
  const portLines = ports.map((port) => `  ${port.name}: ${port.direction}(${shapeText(port.shape)}),`);
  const names = ports.map((port) => port.name).join(', ');
  const body = items.flatMap(itemLines).map((line) => `  ${line}`);
  return [`const ${name} = module('${name}', {`, ...portLines, `}, ({ ${names} }) => {`, ...body, '});'].join('\n');
}

export function shapeText(shape: Shape): string {
  switch (shape.kind) {
    case 'uint':
      return `UInt(${shape.width})`;
    case 'sint':
      return `SInt(${shape.width})`;
    case 'bits':
      return `Bits(${shape.width})`;
    case 'bool':
      return 'Bool';
    case 'enum':
      return shape.name;
    case 'vec':
      return `Vec(${shape.length}, ${shapeText(shape.element)})`;
    case 'bundle':
      return `Bundle({ ${shape.fields.map(([name, field]) => `${name}: ${shapeText(field)}`).join(', ')} })`;
  }
}

function itemLines(item: Item): string[] {
  const declare = (text: string): string[] => [`const ${item.kind === 'statement' ? '' : item.name} = ${text};`];
  switch (item.kind) {
    case 'wire':
      return declare(`keep(wire(${shapeText(item.shape)}))`);
    case 'register': {
      const options = record({
        reset: item.reset && valueText(item.reset, true),
        enable: item.enable && expressionText(item.enable),
      });
      const made = `reg(${shapeText(item.shape)}${options})`;
      return declare(item.ghost === true ? `ghost(() => ${made})` : `keep(${made})`);
    }
    case 'memory': {
      const options = record({
        initial: item.initial && `[${item.initial.map((word) => valueText(word, true)).join(', ')}]`,
        maskWidth: item.maskWidth?.toString(),
        macro: item.macro && `'${item.macro}'`,
      });
      return declare(`keep(mem(${shapeText(item.shape)}, ${item.depth}${options}))`);
    }
    case 'value':
      return declare(`keep(${expressionText(item.value)})${item.named ? `.named('${item.name}')` : ''}`);
    case 'readSync': {
      const options = record({
        enable: item.enable && expressionText(item.enable),
        underWrite: `'${item.underWrite}'`,
      });
      return declare(`keep(${item.memory}.readSync(${expressionText(item.address)}${options}))`);
    }
    case 'fsm': {
      const states = item.states.flatMap(({ name, body }) => [`  ${name}(go) {`, ...indented(body, 2), '  },']);
      return [
        `const ${item.name} = fsm({`,
        ...states,
        `}, { name: '${item.name}', encoding: '${item.encoding}' });`,
        `keep(${item.name}.state);`,
      ];
    }
    case 'instance':
      return declare(
        item.count === undefined ? `keep(instance(${item.module}))` : `keep(instances(${item.module}, ${item.count}))`,
      );
    case 'channel':
      return declare(`keep(channel(${shapeText(item.shape)}))`);
    case 'stream':
      return declare(item.depth === 'stage' ? `stage(${item.source})` : `queue(${item.source}, ${item.depth})`);
    case 'statement':
      return statementLines(item.statement);
  }
}

/** `, { ... }` of the options that are there. */
function record(options: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(options).filter(([, text]) => text !== undefined);
  return given.length === 0 ? '' : `, { ${given.map(([name, text]) => `${name}: ${text}`).join(', ')} }`;
}

function indented(statements: readonly Statement[], levels = 1): string[] {
  return statements.flatMap((statement) => statementLines(statement)).map((line) => `${'  '.repeat(levels)}${line}`);
}

function statementLines(statement: Statement): string[] {
  switch (statement.kind) {
    case 'set':
      return [`${targetText(statement.target)}.set(${valueText(statement.value)});`];
    case 'write': {
      const { memory, address, data, mask } = statement;
      const maskText = mask && ('op' in mask ? expressionText(mask) : `[${mask.map(expressionText).join(', ')}]`);
      return [`${memory}.write(${expressionText(address)}, ${valueText(data)}${record({ mask: maskText })});`];
    }
    case 'check':
      return [`${statement.check}(${expressionText(statement.condition)});`];
    case 'go':
      return [`go('${statement.state}');`];
    case 'when': {
      const lines = statement.branches.flatMap(({ condition, body }, index) => [
        `${index === 0 ? 'when(' : '}).elseWhen('}${expressionText(condition)}, () => {`,
        ...indented(body),
      ]);
      const rest = statement.otherwise === undefined ? [] : ['}).otherwise(() => {', ...indented(statement.otherwise)];
      return [...lines, ...rest, '});'];
    }
    case 'switch': {
      const { subject, cases, rest } = statement;
      // One function under several keys is one case.
      const bodies = cases.flatMap(({ body }, index) => [
        `  const body${index} = () => {`,
        ...indented(body, 2),
        '  };',
      ]);
      const keys = cases.flatMap(({ keys: own }, index) => own.map((key) => `    '${key}': body${index},`));
      const last = rest === undefined ? [] : ['    default: () => {', ...indented(rest, 3), '    },'];
      return ['{', ...bodies, `  switchOn(${expressionText(subject)}, {`, ...keys, ...last, '  });', '}'];
    }
  }
}

function targetText({ text, index, rest = '', bits }: Target): string {
  const whole = index === undefined ? `${text}${rest}` : `${text}.at(${expressionText(index)})${rest}`;
  if (bits === undefined) return whole;
  if ('op' in bits) return `${whole}.at(${expressionText(bits)})`;
  return `${whole}.bits(${bits[0]}, ${bits[1]})`;
}

/** `plain` where constants stand without their type. */
export function valueText(value: Value, plain = false): string {
  if ('whole' in value) return value.whole;
  if ('elements' in value) return `[${value.elements.map((each) => valueText(each, plain)).join(', ')}]`;
  if ('fields' in value)
    return `{ ${value.fields.map(([name, field]) => `${name}: ${valueText(field, plain)}`).join(', ')} }`;
  return plain && value.op === 'literal' ? plainText(value) : expressionText(value);
}

function plainText({ type, value }: Extract<Expression, { op: 'literal' }>): string {
  if (type.kind === 'enum') return `'${value}'`;
  return type.kind === 'bool' ? String(value === '1') : `${value}n`;
}

export function expressionText(expression: Expression): string {
  switch (expression.op) {
    case 'read':
      return expression.text;
    case 'literal':
      return `lit(${shapeText(expression.type)}, ${plainText(expression)})`;
    case 'method': {
      const operands = expression.operands.map((each) => (typeof each === 'object' ? expressionText(each) : each));
      return `${expressionText(expression.on)}.${expression.method}(${operands.join(', ')})`;
    }
    case 'function':
      return `${expression.name}(${expression.operands.map(expressionText).join(', ')})`;
    case 'select': {
      const { subject, cases, rest } = expression;
      const all = [...cases, ...(rest === undefined ? [] : [{ key: 'default', value: rest }])];
      return `select(${expressionText(subject)}, { ${all.map(({ key, value }) => `'${key}': ${expressionText(value)}`).join(', ')} })`;
    }
    case 'inside': {
      const address = expressionText(expression.address);
      return `mux(${address}.lt(${expression.depth}), ${address}, 0)`;
    }
    case 'chosen':
      return `${expression.from}.${expression.method}(${expressionText(expression.index)})${expression.field}`;
  }
}
