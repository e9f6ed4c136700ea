import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { checkOutputFiles, writeOutputFiles } from '../../sim/run/output-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-output-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function at(name: string): string {
  return join(folder, name);
}

/** The message with which outputs are refused. */
function refusal(outputs: string[], inputs: string[] = []): string {
  const named = (paths: string[], what: string) => paths.map((path, i) => ({ path: at(path), what: `${what} ${i}` }));
  try {
    checkOutputFiles(named(outputs, 'output'), named(inputs, 'input'));
    return 'none';
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
}

describe('checkOutputFiles', () => {
  test('takes new files and files that exist, and changes neither', () => {
    writeFileSync(at('old'), 'old');
    expect(refusal(['new', 'old'])).toBe('none');
    expect(readdirSync(folder)).toEqual(['old']);
    expect(readFileSync(at('old'), 'utf8')).toBe('old');
  });

  test('refuses what can be no file', () => {
    mkdirSync(at('sub'));
    writeFileSync(at('file'), '');
    expect(refusal(['sub'])).toBe('sub: cannot write the output 0: it is a folder; name a file in it');
    expect(refusal(['new/'])).toBe('new/: cannot write the output 0: it is a folder; name a file in it');
    expect(refusal(['no/x'])).toBe('no/x: cannot write the output 0: no such file or folder; check the path');
    expect(refusal(['file/x'])).toContain('a part of the path is a file');
  });

  // Whoever is root may write anywhere.
  test.skipIf(process.getuid?.() === 0)('refuses a folder that cannot be written', () => {
    mkdirSync(at('locked'), { mode: 0o555 });
    expect(refusal(['locked/x'])).toContain('locked/x: cannot write the output 0: permission denied');
  });

  test('refuses two outputs in one file, and an output that overwrites an input, by whatever path', () => {
    writeFileSync(at('in'), '');
    symlinkSync(at('in'), at('link'));
    expect(refusal(['a', './a'])).toContain('the output 1 and the output 0 would be one file');
    expect(refusal(['in'], ['in'])).toContain('the output 0 and the input 0 would be one file');
    expect(refusal(['link'], ['in'])).toContain('the output 0 and the input 0 would be one file');
  });

  test('lets several outputs go to one device', () => {
    const devices = ['a', 'b'].map((what) => ({ path: '/dev/null', what }));
    expect(() => checkOutputFiles(devices, [])).not.toThrow();
  });
});

describe('writeOutputFiles', () => {
  test('writes all, through links, and leaves nothing else', () => {
    writeFileSync(at('old'), 'old');
    symlinkSync(at('old'), at('link'));
    writeOutputFiles([
      { path: at('link'), what: 'a', contents: 'new' },
      { path: at('bytes'), what: 'b', contents: Uint8Array.of(1, 2) },
    ]);
    expect(readFileSync(at('old'), 'utf8')).toBe('new');
    expect([...readFileSync(at('bytes'))]).toEqual([1, 2]);
    expect(readdirSync(folder).sort()).toEqual(['bytes', 'link', 'old']);
  });

  test('when one cannot be written, none is', () => {
    writeFileSync(at('first'), 'old');
    const outputs = ['first', 'no/second'].map((name) => ({ path: at(name), what: 'psums', contents: 'new' }));
    expect(() => writeOutputFiles(outputs)).toThrow(/no\/second: cannot write the psums/);
    expect(readFileSync(at('first'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['first']);
  });

  test('a pipe is written to', () => {
    const source = fileURLToPath(new URL('../../sim/run/output-files.ts', import.meta.url));
    const write = `writeOutputFiles([{ path: '/dev/stdout', what: 'report', contents: 'text' }])`;
    const check = `checkOutputFiles([{ path: '/dev/stdout', what: 'report' }], [])`;
    const program = `import { checkOutputFiles, writeOutputFiles } from '${source}'; ${check}; ${write};`;
    const shell = `"${process.execPath}" --import tsx --input-type=module -e "${program}" | cat`;
    expect(execFileSync('bash', ['-c', shell], { encoding: 'utf8' })).toBe('text');
  });

  test('a device is written to, and not replaced', () => {
    const contents = 'text\n';
    writeOutputFiles([{ path: '/dev/null', what: 'report', contents }]);
    expect(execFileSync('ls', ['-l', '/dev/null'], { encoding: 'utf8' })).toMatch(/^c/);
  });
});
