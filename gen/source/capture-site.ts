/**
 * Finds where in the user's source the current call came from.
 *
 * The text of a stack is mapped to the `.ts` file by every runner (Node with source maps, tsx, vitest), but costs tens of
 * microseconds a frame; the raw call sites are cheap but not mapped. So the raw position of each frame is the key of a cache,
 * and the mapped text is asked for only as deep as there are frames that are not in it yet.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Frame, type Site, unknownSite } from './site.ts';

/** Name of the function that runs a module's body: frames beyond it belong to whoever asked for the module. */
const BODY_RUNNER = 'elaborateBody';
/** Where the library itself describes hardware. */
const LIBRARY_HARDWARE = 'stream/';
/** Frames looked at; deeper ones are cut off. */
const DEPTH = 60;

/** One frame of a stack: the user's, or of the hardware that the library describes; undefined for all others. */
type MappedFrame = { readonly frame: Frame; readonly library: boolean } | undefined;

const sites = new Map<string, Site>();
const mappedFrames = new Map<string, MappedFrame>();
const libraryRoots = findLibraryRoots();

/** The user's place of the call in progress; library frames are left out. */
export function captureSite(): Site {
  const raw = rawFrames();
  const key = raw.join(';');
  let site = sites.get(key);
  if (site === undefined) {
    site = siteOf(mapFrames(raw));
    sites.set(key, site);
  }
  return site;
}

/** `file:line:column` of each frame from the caller of `captureSite` to the body runner, as they run. */
function rawFrames(): string[] {
  const frames: string[] = [];
  const previous = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  Error.prepareStackTrace = (_error, callSites) => {
    for (const callSite of callSites) {
      if (callSite.getFunctionName() === BODY_RUNNER) break;
      frames.push(`${callSite.getScriptNameOrSourceURL()}:${callSite.getLineNumber()}:${callSite.getColumnNumber()}`);
    }
    return '';
  };
  try {
    captureStack(DEPTH);
  } finally {
    if (previous === undefined) delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    else Object.defineProperty(Error, 'prepareStackTrace', previous);
  }
  return frames;
}

function mapFrames(raw: readonly string[]): MappedFrame[] {
  const unknown = raw.findLastIndex((frame) => !mappedFrames.has(frame));
  if (unknown >= 0) {
    const lines = captureStack(unknown + 1)
      .split('\n')
      .filter((line) => /^\s+at /.test(line));
    raw.slice(0, unknown + 1).forEach((frame, index) => mappedFrames.set(frame, mappedFrame(lines[index] ?? '')));
  }
  return raw.map((frame) => mappedFrames.get(frame));
}

/** The stack's text from the caller of `captureSite` on, `depth` frames of it. */
function captureStack(depth: number): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = depth;
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, captureSite);
  // Formatting is lazy: read it while the settings are in place.
  const text = holder.stack ?? '';
  Error.stackTraceLimit = limit;
  return text;
}

function mappedFrame(line: string): MappedFrame {
  const match = /^\s+at (?:.*? \()?(.*?):(\d+):(\d+)\)?$/.exec(line);
  if (match === null) return undefined;
  const file = toPath(match[1]!);
  if (file.startsWith('node:') || file.startsWith('<')) return undefined;
  const frame = { file, line: Number(match[2]), column: Number(match[3]) };
  const root = libraryRoots.find((each) => file.startsWith(each));
  if (root === undefined) return { frame, library: false };
  return file.startsWith(`${root}${LIBRARY_HARDWARE}`) ? { frame, library: true } : undefined;
}

function siteOf(mapped: readonly MappedFrame[]): Site {
  const present = mapped.filter((each) => each !== undefined);
  // In a body with none of the user's frames, the library describes a module of its own: there it is the user.
  const library = !present.some((each) => !each.library);
  const frames = present.filter((each) => each.library === library).map(({ frame }) => frame);
  return frames.length === 0 ? unknownSite : { frames };
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
