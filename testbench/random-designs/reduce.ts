/** Makes a design smaller as long as it still does what it was found for. */
import type { Design, Expression } from './design.ts';

type Json = null | boolean | number | string | undefined | readonly Json[] | { readonly [key: string]: Json };
type Path = readonly (string | number)[];

/**
 * @param isFailing whether a smaller design is still of interest; it may be no design at all
 * @param seconds after which what is there has to do
 */
export async function reduce(
  design: Design,
  isFailing: (smaller: Design) => Promise<boolean>,
  seconds = 120,
): Promise<Design> {
  const end = performance.now() + 1000 * seconds;
  let best = design;
  for (let improved = true; improved;) {
    improved = false;
    for (const simplify of [withoutSignals, withoutParts, withSimplerExpressions]) {
      // After a success, go on from there: what comes before it was in vain.
      for (let position = 0; ;) {
        const candidates = simplify(best);
        if (position >= candidates.length || performance.now() > end) break;
        const smaller = candidates[position]!();
        if (smaller !== undefined && JSON.stringify(smaller) !== JSON.stringify(best) && (await isFailing(smaller))) {
          best = smaller;
          improved = true;
        } else position++;
      }
    }
    if (performance.now() > end) return best;
  }
  return best;
}

type Candidate = () => Design | undefined;

/** Without a module, a port or a declaration, and all that drives it. */
function withoutSignals(design: Design): Candidate[] {
  return design.modules.flatMap((each, index): Candidate[] => {
    const replace = (keep: (name: string) => boolean): Design => {
      const ports = each.ports.filter(({ name }) => keep(name));
      const items = each.items.filter((item) => item.kind === 'statement' || keep(item.name));
      const gone = [...each.ports, ...each.items].flatMap((declared) =>
        'name' in declared && !keep(declared.name) ? [declared.name] : [],
      );
      const smaller = { ...each, ports, items: withoutDrivers(items as Json, gone) } as unknown as typeof each;
      return { ...design, modules: design.modules.with(index, smaller) };
    };
    const names = [...each.ports, ...each.items].flatMap((declared) => ('name' in declared ? [declared.name] : []));
    const halves = [names.slice(0, names.length / 2), names.slice(names.length / 2)];
    const gone = [...(names.length > 3 ? halves : []), ...names.map((name) => [name])].map((some) => new Set(some));
    return [
      () => ({ ...design, modules: design.modules.toSpliced(index, 1) }),
      ...gone.map((some) => () => replace((name) => !some.has(name))),
    ];
  });
}

function withoutDrivers(value: Json, gone: readonly string[]): Json {
  if (Array.isArray(value))
    return (value as readonly Json[]).filter((each) => !drives(each, gone)).map((each) => withoutDrivers(each, gone));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutDrivers(each, gone)]));
}

function drives(value: Json, gone: readonly string[]): boolean {
  const statement = value as { kind?: string; target?: { text: string }; memory?: string; statement?: Json } | null;
  if (statement?.kind === 'statement') return drives(statement.statement, gone);
  const text = statement?.target?.text ?? (statement?.kind === 'write' ? statement.memory! : undefined);
  return (
    text !== undefined &&
    gone.some((name) => text === name || text.startsWith(`${name}.`) || text.startsWith(`${name}[`))
  );
}

/** Keys of lists that can be shorter. */
const lists = new Set([
  'items',
  'body',
  'otherwise',
  'rest',
  'branches',
  'cases',
  'states',
  'initial',
  'enums',
  'keys',
]);
/** Keys of what can be left out. */
const options = new Set(['otherwise', 'rest', 'enable', 'mask', 'maskWidth', 'index', 'bits']);

function withoutParts(design: Design): Candidate[] {
  const candidates: Candidate[] = [];
  visit(design as unknown as Json, [], (value, path) => {
    const key = path.at(-1)!;
    const put = (next: Json): void => void candidates.push(() => replaced(design, path, next));
    if (typeof key === 'string' && options.has(key)) put(undefined);
    if (typeof key === 'string' && lists.has(key) && Array.isArray(value)) {
      const list = value as readonly Json[];
      for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
        for (let start = 0; start < list.length; start += size) put(list.toSpliced(start, size));
    }
    // A statement by what stands in it.
    const statement = value as { kind?: string; branches?: Json[]; cases?: Json[]; statement?: Json } | null;
    if (
      (statement?.kind === 'when' &&
        !statement.branches!.some((each) => startsState((each as { condition: Json }).condition))) ||
      statement?.kind === 'switch'
    ) {
      const inner = [...(statement.branches ?? []), ...(statement.cases ?? [])] as { body: Json[] }[];
      for (const { body } of inner) if (body.length === 1) put(body[0]);
    }
  });
  candidates.push(() => ({ ...design, asyncReset: false }));
  return candidates;
}

function withSimplerExpressions(design: Design): Candidate[] {
  const candidates: Candidate[] = [];
  visit(design as unknown as Json, [], (value, path) => {
    if (!isExpression(value) || startsState(value)) return;
    const { type } = value;
    if (value.op === 'literal') {
      if (type.kind === 'enum' || value.value === '0') return;
      for (const simpler of ['0', '1']) candidates.push(() => replaced(design, path, { ...value, value: simpler }));
      return;
    }
    if (type.kind !== 'enum') candidates.push(() => replaced(design, path, { type, op: 'literal', value: '0' }));
    if (value.op === 'read' || value.op === 'inside') return;
    const inner: Json[] = [];
    visit(value, [], (each) => {
      if (each !== value && isExpression(each) && JSON.stringify(each.type) === JSON.stringify(type)) inner.push(each);
    });
    for (const each of inner) candidates.push(() => replaced(design, path, each));
  });
  return candidates;
}

/** Without `init`, registers and memories would start with anything. */
function startsState(value: Json): boolean {
  return JSON.stringify(value).includes('"text":"init"');
}

function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && 'op' in value && 'type' in value;
}

function visit(value: Json, path: Path, see: (value: Json, path: Path) => void): void {
  if (path.length > 0) see(value, path);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value))
    visit(each, [...path, Array.isArray(value) ? Number(key) : key], see);
}

function replaced(design: Design, path: Path, next: Json): Design {
  const put = (value: Json, rest: Path): Json => {
    const [key, ...deeper] = rest;
    if (key === undefined) return next;
    const whole = value as Readonly<Record<string, Json>>;
    const inner = put(whole[key], deeper);
    return Array.isArray(value) ? (value as readonly Json[]).with(Number(key), inner) : { ...whole, [key]: inner };
  };
  return put(design as unknown as Json, path) as unknown as Design;
}
