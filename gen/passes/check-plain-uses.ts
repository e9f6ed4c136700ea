/**
 * Pass: finds signals that JavaScript is asked the truth of, or compares by identity. Nothing traps that when it happens, so the
 * places come from the text of the source; here it shows which of them have signals.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Expression, ModuleIr } from '../ir/module-ir.ts';
import type { Frame, Site } from '../source/site.ts';
import type { PlainUse, ValueReference } from '../source/facts.ts';
import { sourceFactsOf } from '../source/source-facts.ts';

interface Suspect {
  readonly use: PlainUse;
  readonly reference: ValueReference;
  readonly file: string;
}

const suspectsOfFile = new Map<string, ReadonlyMap<string, readonly Suspect[]>>();

/** Mistakes in the order in which they stand in the source. */
export function checkPlainUses(ir: ModuleIr): Diagnostic[] {
  const found = new Map<PlainUse, { readonly suspect: Suspect; readonly made: Site }>();
  const look = (suspects: readonly Suspect[], path: readonly string[], made: Site, ofPorts = false): void => {
    for (const suspect of suspects) {
      const { reference, use } = suspect;
      if ((reference.ofPorts === true) === ofPorts && isAt(reference.path, path) && !found.has(use))
        found.set(use, { suspect, made });
    }
  };

  const ofModule = suspectsAt(ir.site);
  if (ofModule.length > 0) for (const port of ir.ports) look(ofModule, port.path, port.site, true);
  // Most expressions come from a place that nobody suspects, and those of one place share their site.
  let last: Site | undefined;
  let suspects: readonly Suspect[] = [];
  for (const expression of ir.expressions) {
    if (expression.site !== last) suspects = suspectsAt((last = expression.site));
    if (suspects.length > 0 && expression.op !== 'literal') look(suspects, pathOf(expression), expression.site);
  }
  return [...found.values()]
    .map(({ suspect, made }) => diagnosticOf(suspect, made))
    .sort((a, b) => compareFrames(a.site.frames[0]!, b.site.frames[0]!));
}

function suspectsAt({ frames: [frame] }: Site): readonly Suspect[] {
  if (frame === undefined) return [];
  let suspects = suspectsOfFile.get(frame.file);
  if (suspects === undefined) suspectsOfFile.set(frame.file, (suspects = indexed(frame.file)));
  return suspects.size === 0 ? [] : (suspects.get(`${frame.line}:${frame.column}`) ?? []);
}

function indexed(file: string): Map<string, Suspect[]> {
  const byPlace = new Map<string, Suspect[]>();
  for (const use of sourceFactsOf(file).plainUses) {
    for (const reference of use.values) {
      const there = byPlace.get(reference.place);
      const suspect = { use, reference, file };
      if (there === undefined) byPlace.set(reference.place, [suspect]);
      else there.push(suspect);
    }
  }
  return byPlace;
}

function pathOf(expression: Expression): readonly string[] {
  return expression.op === 'signal' ? expression.signal.path : (expression.path ?? []);
}

/** Whether what the user writes is the signal. A bundle that a stream carries stands beside `valid` and `ready`. */
function isAt(written: readonly string[], path: readonly string[]): boolean {
  const matches = (keys: readonly string[]): boolean =>
    keys.length === path.length && keys.every((key, index) => key === '*' || key === path[index]);
  return matches(written) || matches(written.filter((key) => key !== 'data'));
}

function diagnosticOf({ use: { place, text, use }, file }: Suspect, made: Site): Diagnostic {
  const [line, column] = place.split(':').map(Number) as [number, number];
  return {
    code: 'C004',
    message: ['===', '!==', '==', '!=', 'switch'].includes(use)
      ? `${use === 'switch' ? `switch (${text})` : text} compares a signal as a JavaScript object, not the value that it has when the hardware runs`
      : `${use === '?:' ? 'the condition of ?:' : use} asks JavaScript whether the signal ${text} is true: it always is, whatever its value when the hardware runs`,
    site: { frames: [{ file, line, column }] },
    related: [{ text: 'the signal is made', site: made }],
    fix: fixes[use],
  };
}

const absence = 'to ask whether there is a signal at all, compare with undefined';
const fixes: Readonly<Record<PlainUse['use'], string>> = {
  if: `use when(condition, () => ...), or mux() for a value; ${absence}`,
  while: 'a loop runs while the hardware is described, and needs a plain JavaScript condition',
  for: 'a loop runs while the hardware is described, and needs a plain JavaScript condition',
  switch: 'use when(...).elseWhen(...), or switchOn()',
  '?:': `use mux(condition, a, b); ${absence}`,
  '!': `use .not(); ${absence}`,
  '&&': `use a.and(b), or all(...); ${absence}`,
  '||': `use a.or(b), or any(...); ${absence}`,
  '===': 'use a.eq(b)',
  '!==': 'use a.ne(b)',
  '==': 'use a.eq(b)',
  '!=': 'use a.ne(b)',
};

function compareFrames(a: Frame, b: Frame): number {
  return a.line - b.line || a.column - b.column;
}
