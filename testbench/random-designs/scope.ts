/** What a place in a module's body can read. */
import type { Ground, Shape } from './design.ts';

export interface Leaf {
  readonly text: string;
  readonly type: Ground;
  /** The declaration that it is a part of. */
  readonly root: string;
}

export interface Named {
  readonly text: string;
  readonly shape: Shape;
}

export interface MemorySpec {
  readonly name: string;
  readonly shape: Shape;
  readonly depth: number;
  readonly maskWidth: number | undefined;
}

export class Scope {
  readonly leaves: Leaf[] = [];
  /** Whole declarations. */
  readonly roots: Named[] = [];
  readonly vectors: (Named & { readonly shape: Extract<Shape, { kind: 'vec' }>; readonly root: string })[] = [];
  readonly memories: MemorySpec[] = [];
  /** Declarations that something reads. */
  readonly read = new Set<string>();

  add(text: string, shape: Shape): void {
    this.roots.push({ text, shape });
    this.addPart(text, shape, text);
  }

  private addPart(text: string, shape: Shape, root: string): void {
    if (shape.kind === 'vec') {
      this.vectors.push({ text, shape, root });
      for (let index = 0; index < shape.length; index++) this.addPart(`${text}[${index}]`, shape.element, root);
    } else if (shape.kind === 'bundle') {
      for (const [name, field] of shape.fields) this.addPart(`${text}.${name}`, field, root);
    } else {
      this.leaves.push({ text, type: shape, root });
    }
  }
}

/** The ground signals of a shape, by what to write after it. */
export function leavesOf(shape: Shape, path = ''): { readonly path: string; readonly type: Ground }[] {
  if (shape.kind === 'vec')
    return Array.from({ length: shape.length }, (_, index) => leavesOf(shape.element, `${path}[${index}]`)).flat();
  if (shape.kind === 'bundle') return shape.fields.flatMap(([name, field]) => leavesOf(field, `${path}.${name}`));
  return [{ path, type: shape }];
}

export function sameShape(a: Shape, b: Shape): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function bitsFor(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count)));
}
