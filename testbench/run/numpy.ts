import { spawnSync } from 'node:child_process';
import { synthesise } from '../../sim/tensor/synthetic.ts';
import { readNpy, writeNpy } from '../../sim/tensor/npy.ts';
import type { Dtype } from '../../sim/tensor/tensor.ts';

/** A tensor for a test, to be written to a file. */
export interface WantedFile {
  readonly path: string;
  readonly dtype: 'int8' | 'uint8';
  readonly shape: readonly number[];
  readonly density: number;
  readonly seed: number;
}

const check = spawnSync('python3', ['-c', 'import numpy'], { stdio: 'ignore' });

/** Whether there is a Python with numpy, by which the files of the tests are made elsewhere. */
const hasNumpy = check.status === 0;

const writer = `
import json, sys
import numpy
for want in json.load(sys.stdin):
    random = numpy.random.default_rng(want['seed'])
    limits = numpy.iinfo(want['dtype'])
    values = random.integers(limits.min, limits.max, size=want['shape'], endpoint=True)
    values[values == 0] = 1
    values[random.random(want['shape']) >= want['density']] = 0
    numpy.save(want['path'], values.astype(want['dtype']))
`;

/** Writes the files by numpy; where there is none, by our own writer. */
export function writeTensorFiles(files: readonly WantedFile[]): void {
  if (hasNumpy) {
    python(writer, JSON.stringify(files));
    return;
  }
  for (const file of files) writeNpy(file.path, synthesise({ ...file, label: 'test' }), 'test');
}

const reader = `
import json, sys
import numpy
tensor = numpy.load(sys.stdin.read(), allow_pickle=False)
print(json.dumps({'dtype': str(tensor.dtype), 'shape': tensor.shape, 'values': tensor.flatten().tolist()}))
`;

/** A .npy file as numpy sees it; where there is none, as our own reader does. */
export function readTensorFile(path: string, dtype: Dtype, shape: number[]): ReadFile {
  if (hasNumpy) return JSON.parse(python(reader, path)) as ReadFile;
  return { dtype, shape, values: Array.from(readNpy(path, { dtype, shape, what: 'test' }).data) };
}

interface ReadFile {
  readonly dtype: string;
  readonly shape: number[];
  readonly values: number[];
}

function python(program: string, input: string): string {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
