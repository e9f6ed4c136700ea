/** What to tell of a disagreement. */
import { type Disagreement, disagreements, type Engines } from './compare.ts';
import type { Design } from './design.ts';
import { printDesign } from './print-design.ts';
import { reduce } from './reduce.ts';

/** The disagreement, and the TypeScript of a design as small as can be found that has one of its kind. */
export async function report({ seed, design, text }: Disagreement, seconds = 60): Promise<string> {
  const told = `seed ${seed}: ${text}`;
  const tell = async (smaller: Design, engines: Engines): Promise<string | undefined> => {
    try {
      return (await disagreements([{ seed, design: smaller }], engines))[0]?.text;
    } catch (error) {
      return `it can't be run: ${String(error)}`;
    }
  };
  // Icarus is much the faster of the two, where it shows the difference as well.
  const alone = await tell(design, 'builtin and Icarus');
  const engines: Engines = alone === undefined ? 'builtin and Verilator' : 'builtin and Icarus';
  const first = alone ?? (await tell(design, engines));
  if (first === undefined) return `${told}\nbut not alone:\n${printDesign(design)}`;
  const small = await reduce(
    design,
    async (smaller) => {
      const now = await tell(smaller, engines);
      return now !== undefined && kindOf(now) === kindOf(first);
    },
    seconds,
  );
  return `${told}\n${printDesign(small)}\n// ${await tell(small, engines)}`;
}

/** Reasons that are not to be taken for one another on the way to a smaller design. */
function kindOf(text: string): string {
  // Of a text that is no program, the place comes before the name of the error.
  if (text.startsWith("it can't be run")) return /\w*Error\b/.exec(text)?.[0] ?? 'failure';
  return /[xX][0-9a-fxX]* in Icarus/.test(text) ? 'no value' : 'another value';
}
