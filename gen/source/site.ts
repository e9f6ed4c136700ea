/** A place in the user's source. Lines and columns count from 1. */
export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Where something was created: the user's calls from the innermost outwards, up to the body of the module under elaboration.
 * What is created by one call in one place has one such object.
 */
export interface Site {
  readonly frames: readonly Frame[];
}

export const unknownSite: Site = { frames: [] };

/** `file:line:col` of the innermost call, relative to the working directory where that is shorter. */
export function siteText(site: Site): string {
  const frame = site.frames[0];
  return frame === undefined ? '(unknown place)' : frameText(frame);
}

export function frameText(frame: Frame): string {
  return `${relativeFile(frame.file)}:${frame.line}:${frame.column}`;
}

/** The file relative to the working directory, where it lies below it. */
export function relativeFile(file: string): string {
  const here = `${process.cwd()}/`;
  return file.startsWith(here) ? file.slice(here.length) : file;
}
