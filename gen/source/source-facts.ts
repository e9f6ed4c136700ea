/**
 * What the text of a source file says that the running program does not know: which variable a call initialises, where a value
 * is used as a plain condition, which results go nowhere. Parsed once for each content of a file, and kept on disk.
 */
import { readFileSync } from 'node:fs';
import { cachedByContent } from './content-cache.ts';
import type { SourceFacts } from './facts.ts';
import { parseSource } from './parse-source.ts';

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
