/** Boolean functions as liberty files write them. */

/** Whether a function of two pins is a NAND: `!(A B)`, `(A*B)'`, `!A | !B` and so on. */
export function isNand2(text: string): boolean {
  const pins = [...new Set(text.match(/[A-Za-z_]\w*/g) ?? [])];
  const [a, b] = pins;
  if (a === undefined || b === undefined || pins.length !== 2) return false;
  return [0, 1, 2, 3].every((value) => {
    const high = new Set([...(value & 1 ? [a] : []), ...(value & 2 ? [b] : [])]);
    return evaluate(text, high) === (value !== 3);
  });
}

/**
 * The value of a function, or undefined where it can't be read. From loosest to tightest: `+` and `|`; `&`, `*` and a space;
 * `^`; `!` before and `'` behind.
 *
 * @param high the pins that are 1
 */
export function evaluate(text: string, high: ReadonlySet<string>): boolean | undefined {
  const tokens = text.match(/[A-Za-z_]\w*|[01()!'^&*|+]|[^\s]/g) ?? [];
  let at = 0;

  const either = (): boolean => {
    let value = both();
    while (tokens[at] === '+' || tokens[at] === '|') {
      at++;
      value = both() || value;
    }
    return value;
  };
  const both = (): boolean => {
    let value = different();
    for (;;) {
      const token = tokens[at];
      if (token === '&' || token === '*') at++;
      else if (token === undefined || !/^[\w(!]/.test(token)) return value;
      value = different() && value;
    }
  };
  const different = (): boolean => {
    let value = factor();
    while (tokens[at] === '^') {
      at++;
      value = factor() !== value;
    }
    return value;
  };
  const factor = (): boolean => {
    const token = tokens[at++];
    if (token === '!') return !factor();
    if (token === undefined || !/^[\w(]/.test(token)) throw new SyntaxError(text);
    let value = token === '1' || high.has(token);
    if (token === '(') {
      value = either();
      if (tokens[at++] !== ')') throw new SyntaxError(text);
    }
    while (tokens[at] === "'") {
      at++;
      value = !value;
    }
    return value;
  };

  try {
    const value = either();
    return at === tokens.length ? value : undefined;
  } catch {
    return undefined;
  }
}
