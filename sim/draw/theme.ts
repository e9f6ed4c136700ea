/** The colours of the drawings, light and dark. */

/** What a drawing's parts belong to; each has a colour. `plain` is for what belongs to none. */
export type Network = 'iact' | 'weight' | 'psum' | 'output' | 'plain';

interface Colours {
  readonly ground: string;
  readonly frame: string;
  readonly ink: string;
  readonly quiet: string;
  readonly box: string;
  readonly boxEdge: string;
  readonly memory: string;
  readonly memoryEdge: string;
  /** Line, and tint of what it leads to. */
  readonly networks: Readonly<Record<Network, readonly [line: string, tint: string]>>;
}

const light: Colours = {
  ground: '#ffffff',
  frame: '#d1d9e0',
  ink: '#1f2328',
  quiet: '#59636e',
  box: '#f6f8fa',
  boxEdge: '#afb8c1',
  memory: '#fff8c5',
  memoryEdge: '#bf8700',
  networks: {
    iact: ['#0969da', '#ddf4ff'],
    weight: ['#bc4c00', '#fff1e5'],
    psum: ['#1a7f37', '#dafbe1'],
    output: ['#8250df', '#fbefff'],
    plain: ['#59636e', '#eaeef2'],
  },
};

const dark: Colours = {
  ground: '#0d1117',
  frame: '#3d444d',
  ink: '#e6edf3',
  quiet: '#9198a1',
  box: '#151b23',
  boxEdge: '#656c76',
  memory: '#332b0f',
  memoryEdge: '#d29922',
  networks: {
    iact: ['#58a6ff', '#0c2d5a'],
    weight: ['#f0883e', '#4a260b'],
    psum: ['#3fb950', '#0f3a1c'],
    output: ['#bc8cff', '#33215c'],
    plain: ['#9198a1', '#262c36'],
  },
};

const common = `text { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; }
.bold { font-weight: 600; }
.mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
path { stroke-width: 1.3; }
.dashed { stroke-dasharray: 3 2; }
.idle { fill: none; stroke-dasharray: 2 2; }
`;

/** The style sheet of every drawing. */
export function themeRules(): string {
  return `${common}${rulesOf(light)}@media (prefers-color-scheme: dark) {\n${rulesOf(dark)}}\n`;
}

function rulesOf({ ground, frame, ink, quiet, box, boxEdge, memory, memoryEdge, networks }: Colours): string {
  const rules = [
    `.ground { fill: ${ground}; stroke: ${frame}; }`,
    `.ink { fill: ${ink}; }`,
    `.quiet-ink { fill: ${quiet}; }`,
    `.box { fill: ${box}; stroke: ${boxEdge}; }`,
    `.bare { fill: none; stroke: ${boxEdge}; }`,
    `.memory { fill: ${memory}; stroke: ${memoryEdge}; }`,
    ...Object.entries(networks).flatMap(([name, [line, tint]]) => [
      `.${name}-line { fill: none; stroke: ${line}; }`,
      `.${name}-head, .${name}-ink { fill: ${line}; }`,
      `.${name}-box { fill: ${tint}; stroke: ${line}; }`,
    ]),
  ];
  return rules.map((rule) => `${rule}\n`).join('');
}
