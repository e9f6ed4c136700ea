/**
 * Finds where in the user's source the current call came from.
 *
 * The raw call sites of a stack are cheap, but their positions are those of what runs, not of the `.ts` file. So they are the
 * keys of a cache, and each is mapped once: by Node's own source map where it has one, else by the text of the stack, which
 * every runner (Node with source maps, tsx, vitest) maps, at tens of microseconds a frame.
 */
import { findSourceMap } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Frame, type Site, unknownSite } from './site.ts';

/** Name of the function that runs a module's body: frames beyond it belong to whoever asked for the module. */
const BODY_RUNNER = 'elaborateBody';
/** Where the library itself describes hardware. */
const LIBRARY_HARDWARE = 'stream/';
/** Frames looked at: nearly always enough, and where they are not, as many as are ever looked at. */
const [SHALLOW, DEEP] = [10, 60];

/** One frame of a stack: the user's, or of the hardware that the library describes; undefined for all others. */
type MappedFrame = { readonly frame: Frame; readonly library: boolean } | undefined;

/** A place in what runs. */
interface RawFrame {
  /** Null until it is asked for. */
  mapped: MappedFrame | null;
  /** Whether it is the call of a module's body. */
  readonly bodyRunner: boolean;
}

/** The places in one file of what runs, by their offset. */
interface Script {
  readonly frames: Map<number, RawFrame>;
  readonly library: boolean;
  /** No place of the user's: nobody asks where its calls are. */
  readonly foreign: boolean;
}

/** The stacks seen so far, as a tree: each level is one frame further out. */
interface StackNode {
  readonly callers: Map<RawFrame, StackNode>;
  site: Site | undefined;
}

const stacks: StackNode = { callers: new Map(), site: undefined };
const scripts = new Map<string, Script>();
const paths = new Map<string, string>();
const libraryRoots = findLibraryRoots();

/** The user's place of the call in progress; library frames are left out. */
export function captureSite(): Site {
  let callSites = captureCallSites(SHALLOW);
  let node = findStack(callSites, SHALLOW);
  if (node === undefined) {
    callSites = captureCallSites(DEEP);
    node = findStack(callSites) ?? stacks;
  }
  return (node.site ??= siteOf(mapFrames(callSites)));
}

/** The node of a stack; undefined where the stack is cut off, at `depth` frames, before it comes to the body runner. */
function findStack(callSites: readonly NodeJS.CallSite[], depth = Infinity): StackNode | undefined {
  let node = stacks;
  for (const callSite of callSites) {
    const frame = rawFrame(callSite);
    if (frame.bodyRunner) return node;
    let next = node.callers.get(frame);
    if (next === undefined) node.callers.set(frame, (next = { callers: new Map(), site: undefined }));
    node = next;
  }
  return callSites.length === depth ? undefined : node;
}

function rawFrame(callSite: NodeJS.CallSite): RawFrame {
  const { frames, library, foreign } = scriptOf(callSite.getScriptNameOrSourceURL() ?? '');
  const position = (callSite as PositionedCallSite).getPosition();
  let frame = frames.get(position);
  if (frame === undefined) {
    const bodyRunner = library && callSite.getFunctionName() === BODY_RUNNER;
    frames.set(position, (frame = { mapped: foreign ? undefined : null, bodyRunner }));
  }
  return frame;
}

function scriptOf(name: string): Script {
  let script = scripts.get(name);
  if (script === undefined) {
    const file = toPath(name);
    const root = libraryRoots.find((each) => file.startsWith(each));
    const foreign = file.startsWith('node:') || (root !== undefined && !file.startsWith(root + LIBRARY_HARDWARE));
    scripts.set(name, (script = { frames: new Map(), library: root !== undefined, foreign }));
  }
  return script;
}

/** V8's call sites know their offset in the script; Node's types don't say so. */
type PositionedCallSite = NodeJS.CallSite & { getPosition(): number };

function mapFrames(callSites: readonly NodeJS.CallSite[]): MappedFrame[] {
  const end = callSites.findIndex((callSite) => rawFrame(callSite).bodyRunner);
  const raw = (end < 0 ? callSites : callSites.slice(0, end)).map(rawFrame);
  raw.forEach((frame, index) => {
    if (frame.mapped === null) frame.mapped = mapByNode(callSites[index]!);
  });
  const unknown = raw.findLastIndex(({ mapped }) => mapped === null);
  if (unknown >= 0) {
    const lines = captureText(unknown + 1)
      .split('\n')
      .filter((line) => /^\s+at /.test(line));
    raw.slice(0, unknown + 1).forEach((frame, index) => {
      if (frame.mapped === null) frame.mapped = mapByText(lines[index] ?? '');
    });
  }
  return raw.map(({ mapped }) => mapped ?? undefined);
}

/** What Node would print for the frame; null where another prints it. */
function mapByNode(callSite: NodeJS.CallSite): MappedFrame | null {
  if (!nodeFormatsStacks() || callSite.isEval()) return null;
  const script = callSite.getScriptNameOrSourceURL();
  const [line, column] = [callSite.getLineNumber(), callSite.getColumnNumber()];
  // JavaScript's own functions, such as those of arrays.
  if (!script || line === null || column === null) return undefined;
  const map = process.sourceMapsEnabled ? findSourceMap(script) : undefined;
  const entry = map?.findEntry(line - 1, column - 1);
  return entry !== undefined && 'originalSource' in entry && entry.originalSource !== undefined
    ? frameAt(entry.originalSource, entry.originalLine + 1, entry.originalColumn + 1)
    : frameAt(script, line, column);
}

/** Whether nobody put a formatter of their own into the place of Node's, which has this name where it shows at all. */
function nodeFormatsStacks(): boolean {
  const { prepareStackTrace: formatter } = Error as { readonly prepareStackTrace?: unknown };
  return typeof formatter !== 'function' || formatter.name === 'ErrorPrepareStackTrace';
}

function mapByText(line: string): MappedFrame {
  const match = /^\s+at (?:.*? \()?(.*?):(\d+):(\d+)\)?$/.exec(line);
  return match === null ? undefined : frameAt(match[1]!, Number(match[2]), Number(match[3]));
}

function frameAt(location: string, line: number, column: number): MappedFrame {
  const file = toPath(location);
  if (file.startsWith('node:') || file.startsWith('<')) return undefined;
  const frame = { file, line, column };
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

let taken: readonly NodeJS.CallSite[] = [];

/** The frames from the caller of `captureSite` on, as they run. */
function captureCallSites(depth: number): readonly NodeJS.CallSite[] {
  const errors = Error as { prepareStackTrace: unknown };
  const previous = errors.prepareStackTrace;
  errors.prepareStackTrace = takeCallSites;
  try {
    captureText(depth);
  } finally {
    // Undefined is to Node what absent is; deleting the property each time would cost more than all of the rest.
    errors.prepareStackTrace = previous;
  }
  return taken;
}

function takeCallSites(_error: Error, callSites: readonly NodeJS.CallSite[]): string {
  taken = callSites;
  return '';
}

/** The stack's text from the caller of `captureSite` on, `depth` frames of it. */
function captureText(depth: number): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = depth;
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, captureSite);
  // Formatting is lazy: read it while the settings are in place.
  const text = holder.stack ?? '';
  Error.stackTraceLimit = limit;
  return text;
}

function toPath(location: string): string {
  if (!location.startsWith('file://')) return location;
  let path = paths.get(location);
  if (path === undefined) paths.set(location, (path = fileURLToPath(location)));
  return path;
}

/** The library's own folder, as it runs and as its source maps call it. */
function findLibraryRoots(): string[] {
  const own = /\(?([^\s(]*?):\d+:\d+\)?$/m.exec(new Error().stack?.split('\n')[1] ?? '');
  const files = [fileURLToPath(import.meta.url), ...(own === null ? [] : [toPath(own[1]!)])];
  return [...new Set(files.map((file) => `${dirname(dirname(file))}/`))];
}
