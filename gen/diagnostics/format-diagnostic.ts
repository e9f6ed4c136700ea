import { readFileSync } from 'node:fs';
import { frameText, type Site, siteText } from '../source/site.ts';
import type { Diagnostic } from './diagnostic.ts';

/**
 * A diagnostic as text:
 *
 *     error W001: add() needs operands of one width: ...
 *       at hw/mac.ts:12:17
 *          12 |   const sum = a.add(b);
 *             |                 ^
 *       b is declared at hw/mac.ts:9:13
 *       fix: ...
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const lines = [`error ${diagnostic.code}: ${diagnostic.message}`, `  at ${siteText(diagnostic.site)}`];
  lines.push(...excerpt(diagnostic.site));
  // The tool that runs the user's file is no help to find the mistake.
  const callers = diagnostic.site.frames.slice(1).filter(({ file }) => !file.includes('/node_modules/'));
  for (const frame of callers.slice(0, 3)) lines.push(`  called from ${frameText(frame)}`);
  for (const { text, site } of diagnostic.related) lines.push(`  ${text} at ${siteText(site)}`, ...excerpt(site));
  lines.push(`  fix: ${diagnostic.fix}`);
  return lines.join('\n');
}

/** The user's line with a caret below the column; nothing where the source can't be read. */
function excerpt(site: Site): string[] {
  const frame = site.frames[0];
  if (frame === undefined) return [];
  let line: string | undefined;
  try {
    line = readFileSync(frame.file, 'utf8').split('\n')[frame.line - 1];
  } catch {
    return [];
  }
  if (line === undefined) return [];
  const number = String(frame.line).padStart(6);
  return [`  ${number} | ${line}`, `  ${' '.repeat(6)} | ${' '.repeat(frame.column - 1)}^`];
}
