/**
 * A trace that yosys-smtbmc wrote, as a table: a line for each signal of one scope, a column for each cycle, values in
 * hexadecimal.
 *
 * @param scope path of the module, joined by dots
 */
export function readTrace(vcd: string, scope: string): string {
  const path: string[] = [];
  const names = new Map<string, string>();
  const values = new Map<string, string>();
  const columns: Map<string, string>[] = [];
  for (const line of vcd.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === '$scope') path.push(rest[1]!);
    else if (word === '$upscope') path.pop();
    else if (word === '$var' && path.join('.') === scope && /^\w+$/.test(rest[3]!)) names.set(rest[2]!, rest[3]!);
    else if (word?.startsWith('b') === true && names.has(rest[0]!)) values.set(rest[0]!, word.slice(1));
    // A cycle is complete where its clock edge or the next cycle comes.
    else if (word?.startsWith('#') === true && Number(word.slice(1)) % 10 === 0 && values.size > 0) {
      columns.push(new Map(values));
    }
  }
  // A check at a clock edge is judged in the step after it, which says nothing more.
  columns.pop();
  const shown = [...names].filter(([, name]) => name !== 'clock' && !name.startsWith('unused'));
  const widest = Math.max(0, ...shown.map(([, name]) => name.length));
  const rows = shown.map(([id, name]) => {
    const cells = columns.map((column) => hexOf(column.get(id) ?? 'x'));
    return `  ${name.padEnd(widest)}  ${cells.map((cell) => cell.padStart(3)).join(' ')}`;
  });
  return rows.join('\n');
}

function hexOf(bits: string): string {
  return /[^01]/.test(bits) ? 'x' : BigInt(`0b${bits}`).toString(16);
}
