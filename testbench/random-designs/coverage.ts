/** What designs are made of, as counts. */
import type { CheckedModule } from '../../gen/ir/checked-module.ts';
import { bodiesOf, type Expression, operandsOf, readsOf, type Statement } from '../../gen/ir/module-ir.ts';

export type Coverage = Map<string, number>;

/** Adds what a module and all below it are made of. */
export function cover(top: CheckedModule, coverage: Coverage): void {
  const modules = new Set<CheckedModule>();
  const enter = (module: CheckedModule): void => {
    if (modules.has(module)) return;
    modules.add(module);
    for (const child of module.children.values()) enter(child);
  };
  enter(top);
  for (const module of modules) coverModule(module, (what) => coverage.set(what, (coverage.get(what) ?? 0) + 1));
  if (modules.size > 2) coverage.set('several modules', (coverage.get('several modules') ?? 0) + 1);
}

function coverModule(module: CheckedModule, count: (what: string) => void): void {
  const seen = new Set<Expression>();
  const read = (expression: Expression): void => {
    if (seen.has(expression)) return;
    seen.add(expression);
    count(`expression ${expression.op}`);
    if (expression.op === 'unary' || expression.op === 'binary') count(`operator ${expression.operator}`);
    count(`type ${expression.type.kind}`);
    if (expression.type.width > 64) count('more than 64 bits');
    operandsOf(expression).forEach(read);
  };
  const visit = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      count(`statement ${statement.kind}`);
      readsOf(statement).forEach(read);
      if (statement.kind === 'assign' && statement.part !== undefined) count('assignment of a part');
      if (statement.kind === 'write' && statement.mask !== undefined) count('write with a mask');
      if (statement.kind === 'when' || statement.kind === 'switch') {
        if (statement.otherwise !== undefined) count(`${statement.kind} with otherwise`);
        if (statement.kind === 'when' && statement.branches.length > 1) count('when with elseWhen');
        bodiesOf(statement).forEach(visit);
      }
    }
  };
  // As described, and as checked: what is combinational has become expressions there.
  visit(module.ir.body);
  for (const { value } of module.combinational.values()) read(value);
  for (const { registers, statements } of module.sequential) {
    count(registers[0]!.reset === undefined ? 'register without reset' : 'register with reset');
    if (registers.length > 1) count('registers declared together');
    visit(statements);
  }
  for (const { enable, ghost, lanes, category } of module.ir.signals) {
    count(`signal ${category}`);
    if (enable !== undefined) count('register with enable');
    if (ghost === true) count('ghost');
    if (lanes !== undefined) count('element of a vector');
  }
  for (const { syncReads, initial, depth } of module.ir.memories) {
    for (const { underWrite } of syncReads) count(`registered read of the ${underWrite} word`);
    count(initial === undefined ? 'memory without initial words' : 'memory with initial words');
    if (!Number.isInteger(Math.log2(depth))) count('memory with a gap in its addresses');
  }
  for (const { element } of module.ir.instances) count(element === undefined ? 'instance' : 'instance of an array');
  for (const { check } of module.checks) count(`check ${check}`);
}

/** What the generator is to make, all of it. */
export const expected: readonly string[] = [
  ...['literal', 'signal', 'unary', 'binary', 'mux', 'concat', 'slice', 'extend', 'cast', 'read'].map(
    (op) => `expression ${op}`,
  ),
  ...['not', 'reduce-or', 'reduce-and', 'reduce-xor'].map((operator) => `operator ${operator}`),
  ...['add', 'sub', 'mul', 'and', 'or', 'xor', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'shift-left', 'shift-right'].map(
    (operator) => `operator ${operator}`,
  ),
  ...['uint', 'sint', 'bits', 'bool', 'enum'].map((kind) => `type ${kind}`),
  ...['assign', 'write', 'check', 'when', 'switch'].map((kind) => `statement ${kind}`),
  ...['input', 'output', 'wire', 'register', 'instance-input', 'instance-output'].map((each) => `signal ${each}`),
  ...['old', 'new', 'any'].map((word) => `registered read of the ${word} word`),
  'when with elseWhen',
  'when with otherwise',
  'switch with otherwise',
  'assignment of a part',
  'write with a mask',
  'register with reset',
  'register without reset',
  'register with enable',
  'registers declared together',
  'element of a vector',
  'memory with initial words',
  'memory without initial words',
  'memory with a gap in its addresses',
  'instance',
  'instance of an array',
  'several modules',
  'more than 64 bits',
  'ghost',
  'check assert',
  'check cover',
];
