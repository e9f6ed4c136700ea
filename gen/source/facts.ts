/** What is known of a source file, as plain data. */

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
