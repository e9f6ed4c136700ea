/**
 * Finds where in the user's source the current call came from.
 *
 * The text of a stack is mapped to the `.ts` file by every runner (Node with source maps, tsx, vitest), but costs tens of
 * microseconds a frame; the raw call sites are cheap but not mapped. So the raw positions are the key of a cache, and the
 * mapped text is taken once per distinct key.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Frame, type Site, unknownSite } from './site.ts';

/** Name of the function that runs a module's body: frames beyond it belong to whoever asked for the module. */
const BODY_RUNNER = 'elaborateBody';
/** Where the library itself describes hardware. */
const LIBRARY_HARDWARE = 'stream/';
const DEPTH = 40;

const sites = new Map<string, Site>();
const libraryRoots = findLibraryRoots();

/** The user's place of the call in progress; library frames are left out. */
export function captureSite(): Site {
  const key = rawStackKey();
  let site = sites.get(key);
  if (site === undefined) {
    site = siteFromText(mappedStackText());
    sites.set(key, site);
  }
  return site;
}

function rawStackKey(): string {
  const holder: { stack?: unknown } = {};
  withStackSettings(
    (_error, callSites) => {
      let key = '';
      for (const callSite of callSites) {
        if (callSite.getFunctionName() === BODY_RUNNER) break;
        key += `${callSite.getScriptNameOrSourceURL()}:${callSite.getLineNumber()}:${callSite.getColumnNumber()};`;
      }
      return key;
    },
    () => {
      Error.captureStackTrace(holder, captureSite);
      // Formatting is lazy: read it while our formatter is in place.
      holder.stack = String(holder.stack);
    },
  );
  return holder.stack as string;
}

function mappedStackText(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const text = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  return text;
}

function withStackSettings(format: NonNullable<typeof Error.prepareStackTrace>, action: () => void): void {
  const previous = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const previousLimit = Error.stackTraceLimit;
  Error.prepareStackTrace = format;
  Error.stackTraceLimit = DEPTH;
  try {
    action();
  } finally {
    if (previous === undefined) delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    else Object.defineProperty(Error, 'prepareStackTrace', previous);
    Error.stackTraceLimit = previousLimit;
  }
}

function siteFromText(text: string): Site {
  const frames: Frame[] = [];
  const libraryFrames: Frame[] = [];
  for (const line of text.split('\n').slice(1)) {
    const match = /^\s+at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/.exec(line);
    if (match === null) continue;
    if (match[1] !== undefined && match[1].endsWith(BODY_RUNNER)) break;
    const file = toPath(match[2]!);
    if (file.startsWith('node:') || file.startsWith('<')) continue;
    const frame = { file, line: Number(match[3]), column: Number(match[4]) };
    const root = libraryRoots.find((each) => file.startsWith(each));
    if (root === undefined) frames.push(frame);
    else if (file.startsWith(`${root}${LIBRARY_HARDWARE}`)) libraryFrames.push(frame);
  }
  // In a body with none of the user's frames, the library describes a module of its own: there it is the user.
  if (frames.length === 0) return libraryFrames.length === 0 ? unknownSite : { frames: libraryFrames };
  return { frames };
}

function toPath(location: string): string {
  return location.startsWith('file://') ? fileURLToPath(location) : location;
}

/** The library's own folder, as it runs and as its source maps call it. */
function findLibraryRoots(): string[] {
  const own = /\(?([^\s(]*?):\d+:\d+\)?$/m.exec(new Error().stack?.split('\n')[1] ?? '');
  const files = [fileURLToPath(import.meta.url), ...(own === null ? [] : [toPath(own[1]!)])];
  return [...new Set(files.map((file) => `${dirname(dirname(file))}/`))];
}
