// Who may import whom. Arrows go down only, types included; a cycle has no down.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Import, readImports } from '../support/read-imports.ts';

/** Room → what it may import: rooms, packages, or `node` for Node's own modules. */
const helperRooms: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  ports: ['ports', 'core'],
  contract: ['contract', 'core'],
  retry: ['retry', 'core', 'ports'],
  log: ['log', 'core', 'ports', 'contract', 'node', 'pino'],
  system: ['system', 'core', 'ports', 'node'],
  network: ['network', 'core', 'ports', 'contract', 'runtime', 'node'],
  http: ['http', 'network', 'core', 'ports', 'contract', 'runtime', 'version', 'node', 'undici'],
  wait: [
    ...['wait', 'http', 'network', 'retry', 'core', 'ports', 'contract', 'runtime', 'node'],
    ...['pg', 'mysql2', 'mongodb', 'amqplib', '@nats-io/transport-node', 'json-p3'],
  ],
  unpack: ['unpack', 'core', 'node', 'tar-stream', 'xz-decompress', 'yauzl'],
  stores: ['stores', 'http', 'core', 'ports', 'contract', 'node', 'aws4'],
  fetch: ['fetch', 'stores', 'unpack', 'http', 'network', 'retry', 'core', 'ports', 'contract', 'runtime', 'node'],
  runtime: ['ports'],
  version: [],
  'parse-yaml': ['core', 'yaml'],
  run: ['wait', 'fetch', 'log', 'contract', 'core', 'ports', 'runtime', 'version', 'parse-yaml', 'node'],
  main: ['run', 'system', 'node'],
};

/** The same within the large rooms: folder or file of a room → what of the room lies below it. */
const innerRooms: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'helper/src/fetch': {
    backstage: [],
    asking: ['backstage'],
    proof: ['backstage', 'asking'],
    transfer: ['backstage', 'asking', 'proof'],
    publish: ['backstage'],
    cache: ['backstage', 'proof', 'transfer', 'publish'],
    outcome: ['transfer'],
    prepare: ['backstage', 'transfer'],
    'open-source': ['backstage', 'asking', 'transfer', 'cache'],
    many: ['backstage', 'asking', 'proof', 'transfer', 'publish', 'outcome', 'prepare'],
    fetch: ['backstage', 'asking', 'proof', 'publish', 'transfer', 'outcome', 'prepare', 'open-source', 'many'],
  },
  'helper/src/wait': {
    probe: [],
    servers: ['probe'],
    probes: ['probe', 'servers'],
    kubernetes: ['probe', 'probes'],
    gone: ['probe'],
    stable: ['probe'],
    protocols: ['probe', 'probes', 'servers', 'kubernetes', 'gone', 'stable'],
    'long-wait': ['protocols'],
    'wait-for-one': ['probe', 'protocols', 'long-wait'],
    guard: ['protocols', 'wait-for-one'],
    progress: [],
    hints: ['progress'],
    turns: [],
    verdict: ['progress'],
    wait: ['protocols', 'wait-for-one', 'guard', 'progress', 'hints', 'turns', 'verdict'],
  },
};

// what every room of the CLI may use: pure types and the one error class
const cliBase = ['fault', 'streams', 'contract'];

const cliRooms: Readonly<Record<string, readonly string[]>> = {
  main: ['cli', 'exit-codes', 'streams', 'terminal', 'node'],
  cli: ['argv', 'command', 'commands', 'completion', 'exit-codes', 'help', 'shell', 'render', 'yargs', ...cliBase],
  help: ['commands', 'render', ...cliBase],
  argv: ['command'],
  command: ['shell', 'terminal', 'yargs'],
  shell: ['streams'],
  fault: ['exit-codes'],
  'exit-codes': [],
  streams: ['terminal', 'node'],
  terminal: ['fault', 'node'],
  settings: ['node', 'yaml', ...cliBase],
  commands: [
    'command',
    'commands',
    'convert',
    'completion',
    'exit-codes',
    'explain',
    'fn',
    'inject',
    'lint',
    'kube-version',
    'manifest',
    'policy',
    'patch',
    'rehearse',
    'render',
    'scaffold',
    'settings',
    'shell',
    'terminal',
    'why',
    'yaml',
    'node',
    ...cliBase,
  ],
  manifest: ['manifest', 'yaml', 'node', ...cliBase],
  inject: ['inject', 'manifest', 'yaml', 'node', ...cliBase],
  convert: ['convert', 'inject', 'manifest', 'yaml', 'node', ...cliBase],
  render: ['render', 'command', 'inject', 'manifest', 'node', ...cliBase],
  policy: ['policy', 'inject', 'manifest', ...cliBase],
  'kube-version': ['fault'],
  fn: ['fn', 'inject', 'manifest', 'settings', 'yaml', 'node', ...cliBase],
  patch: ['patch', 'inject', 'manifest', 'yaml', 'node', ...cliBase],
  completion: ['completion', 'command', 'node', ...cliBase],
  scaffold: ['scaffold', 'inject', 'manifest', 'node', ...cliBase],
  lint: ['lint', 'convert', 'manifest', 'render', 'yaml', 'node', ...cliBase],
  explain: ['explain', 'rehearse', 'manifest', 'node', ...cliBase],
  rehearse: ['rehearse', 'manifest', 'render', 'yaml', 'dns-packet', 'node', ...cliBase],
  why: ['why', 'rehearse', 'yaml', 'node', ...cliBase],
};

/** `helper/src/core/failure.ts` → `core`; `helper/src/run.ts` → `run`. */
function roomOf(path: string): string {
  const [, , room = ''] = path.split('/');
  return room.replace(/\.ts$/, '');
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function forbidden(
  imports: readonly Import[],
  rooms: Readonly<Record<string, readonly string[]>>,
  half: string,
): string[] {
  return imports.flatMap(({ from, specifier, to }) => {
    const allowed = rooms[roomOf(from)];
    if (allowed === undefined) return [`${from}: no rule says what the room ${roomOf(from)} may import`];
    if (to === undefined) {
      const name = packageOf(specifier);
      return allowed.includes(name) ? [] : [`${from} imports ${specifier}`];
    }
    if (to.startsWith(`${half}/src/`)) return allowed.includes(roomOf(to)) ? [] : [`${from} imports ${to}`];
    const isDoor = half === 'cli' && to === 'helper/src/contract/index.ts' && allowed.includes('contract');
    return isDoor ? [] : [`${from} imports ${to}`];
  });
}

test('the rooms of the helper import only what lies below them', () => {
  assert.deepEqual(forbidden(readImports('helper/src'), helperRooms, 'helper'), []);
});

test('the rooms of the CLI import only what lies below them, and of the helper only contract/index.ts', () => {
  assert.deepEqual(forbidden(readImports('cli/src'), cliRooms, 'cli'), []);
});

test('within a large room, arrows go down as well', () => {
  const inner = (room: string, path: string) =>
    path
      .slice(room.length + 1)
      .split('/')[0]
      ?.replace(/\.ts$/, '') ?? '';
  const wrong = Object.entries(innerRooms).flatMap(([room, below]) =>
    readImports(room).flatMap(({ from, to }) => {
      if (to === undefined || !to.startsWith(`${room}/`)) return [];
      const [here, there] = [inner(room, from), inner(room, to)];
      const allowed = below[here];
      if (allowed === undefined) return [`${from}: no rule says what ${here} may import`];
      return here === there || allowed.includes(there) ? [] : [`${from} imports ${to}`];
    }),
  );
  assert.deepEqual(wrong, []);
});

test('nothing imports itself, over however many files', () => {
  const next = Map.groupBy(
    ['helper', 'cli', 'test', 'images'].flatMap((folder) => readImports(folder)).filter(({ to }) => to !== undefined),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const { to } of next.get(file) ?? []) visit(to ?? '', [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  assert.deepEqual(cycles, []);
});

test('the end-to-end tests use built programs and images, not the sources', () => {
  const sources = readImports('test/e2e').filter(({ to }) => to?.startsWith('helper/') || to?.startsWith('cli/'));
  assert.deepEqual(
    sources.map(({ from, to }) => `${from} imports ${to}`),
    [],
  );
});

test('only main.ts touches the process', async () => {
  const { globSync, readFileSync } = await import('node:fs');
  const touching = globSync('{helper,cli}/src/**/*.ts').filter(
    (file) =>
      !/\/src\/main\.ts$/.test(file) &&
      /\bprocess\.(argv|exit|exitCode|env|on|once|stdout|stderr|stdin)\b/.test(readFileSync(file, 'utf8')),
  );
  assert.deepEqual(touching, []);
});
