/**
 * What the text of a source file says that the running program does not know: which variable a call initialises, where a value
 * is used as a plain condition, which results go nowhere. Parsed once for each content of a file, and kept on disk.
 */
import { readFileSync } from 'node:fs';
import { cachedByContent } from './content-cache.ts';
import { parseSource } from './parse-source.ts';

/** `line:column` of a call as V8 reports it: of a method or getter, where its name starts. */
export type Place = string;

export interface SourceFacts {
  /** The variable that the call at a place initialises, with enclosing object keys joined by `_`. */
  readonly names: Readonly<Record<Place, string>>;
  readonly plainUses: readonly PlainUse[];
  /** Calls that are whole statements: nobody has their result. */
  readonly dropped: readonly Place[];
}

/** An expression that JavaScript asks for its truth, or compares. */
export interface PlainUse {
  readonly place: Place;
  readonly text: string;
  readonly use: 'if' | 'while' | 'for' | 'switch' | '?:' | '!' | '&&' | '||' | '===' | '!==' | '==' | '!=';
  /** What the expression may be. */
  readonly values: readonly ValueReference[];
}

/** A value that one call made, or a part of it. */
export interface ValueReference {
  /** The call; or the call of module() whose ports `path` starts from. */
  readonly place: Place;
  readonly ofPorts?: true;
  /** Fields and indices on the way to it; `*` stands for any index. */
  readonly path: readonly string[];
}

/** Changes when the meaning of a cached entry does. */
const FORMAT = 'source-1';
const nothing: SourceFacts = { names: {}, plainUses: [], dropped: [] };
const files = new Map<string, SourceFacts>();

/** The facts of a file; none of code without a file (a REPL, an eval). */
export function sourceFactsOf(file: string): SourceFacts {
  let facts = files.get(file);
  if (facts === undefined) files.set(file, (facts = readFacts(file)));
  return facts;
}

function readFacts(file: string): SourceFacts {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return nothing;
  }
  return JSON.parse(cachedByContent(FORMAT, text, () => JSON.stringify(parseSource(file, text)))) as SourceFacts;
}
