// What a wait loads: a target costs nobody but those who wait for it. The built program, as the image has it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { helperProgram } from '../../support/run-helper.ts';

const parts = dirname(helperProgram);
// what every wait needs lies in one file, under no names of its own
const entry = join(parts, 'program.js');

/** The part of the program that begins with this name. */
function part(name: string): string {
  const file = readdirSync(parts).find((candidate) => candidate.startsWith(`${name}-`) && candidate.endsWith('.js'));
  return join(parts, file ?? assert.fail(`no part ${name}`));
}

/** The files that importing these brings along at once, and the modules of Node that they import. */
function loadedBy(...entries: string[]): { readonly files: string[]; readonly modules: Set<string> } {
  const files = new Set<string>();
  const modules = new Set<string>();
  const load = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    // what stands behind an arrow is loaded only when it is asked for
    for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/(?<!=>(?:\w+\()?)\brequire\("([^"]+)"\)/g)) {
      if (from.startsWith('.')) load(existsSync(join(parts, from)) ? join(parts, from) : entry);
      else modules.add(from.replace(/^node:/, ''));
    }
  };
  for (const entry of entries) load(entry);
  return { files: [...files], modules };
}

const holds = (files: readonly string[], text: RegExp) => files.filter((file) => text.test(readFileSync(file, 'utf8')));

test('a wait for tcp loads neither undici nor yaml, and no TLS, HTTP or DNS of Node', () => {
  const { files, modules } = loadedBy(entry);
  assert.equal(files.length, 1);
  assert.deepEqual(holds(files, /node_modules\/(?:undici|yaml)\/|undici@|YAMLParseError|UND_ERR_INVALID_ARG/), []);
  for (const module of ['tls', 'http', 'http2', 'https', 'dns', 'dns/promises', 'crypto', 'worker_threads']) {
    assert.ok(!modules.has(module), module);
  }
});

test('a wait for http loads undici, and no TLS, HTTP or crypto of Node', () => {
  const { files, modules } = loadedBy(entry, part('http'));
  assert.notDeepEqual(holds(files, /UND_ERR_INVALID_ARG/), []);
  for (const module of ['tls', 'http', 'http2', 'https', 'crypto', 'assert', 'fs/promises', 'worker_threads']) {
    assert.ok(!modules.has(module), module);
  }
});

test('a wait for a server loads no other protocol, and no undici', () => {
  const { files, modules } = loadedBy(entry, part('postgres'));
  assert.deepEqual(holds(files, /UND_ERR_INVALID_ARG|Redis says|memcached says/), []);
  assert.ok(!modules.has('tls') && !modules.has('http2'));
});

// a text that each driver holds
const drivers = {
  postgres: /scramMaxIterations/,
  mysql: /mysql_native_password/,
  mongodb: /MongoServerSelectionError/,
  amqp: /Cheers, thanks/,
  nats: /NoRespondersError/,
};

for (const [kind, text] of Object.entries(drivers)) {
  test(`a wait for ${kind} loads its driver only for a login`, () => {
    const { files } = loadedBy(entry, part(kind));
    for (const driver of Object.values(drivers)) assert.deepEqual(holds(files, driver), []);
    assert.notDeepEqual(holds(loadedBy(part(`${kind}-login`)).files, text), []);
  });
}

test('a wait for HTTP loads JSONPath and HTTP/2 only where they are asked for', () => {
  const { files, modules } = loadedBy(entry, part('http'));
  assert.deepEqual(holds(files, /JSONPathSyntaxError/), []);
  assert.ok(!modules.has('http2'));
  assert.notDeepEqual(holds(loadedBy(part('json-condition')).files, /JSONPathSyntaxError/), []);
});

test('the search for what is loaded finds what is there', () => {
  assert.notDeepEqual(holds(loadedBy(part('http')).files, /UND_ERR_INVALID_ARG/), []);
  assert.ok(loadedBy(part('tls')).modules.has('tls'));
});

test('nothing that a wait loads is compiled at its start', () => {
  const reporter = join(import.meta.dirname, '../../support/report-code.cjs');
  const words = ['--require', reporter, helperProgram, 'wait', `file://${helperProgram}`];
  const { status, output } = spawnSync(process.execPath, words, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { GREENROOM_TERMINATION_LOG: '/dev/null' },
  });
  assert.equal(status, 0);
  const verdicts = (output[3] ?? '').trimEnd().split('\n');
  assert.ok(verdicts.some((line) => line === `taken ${entry}`));
  // no step of the recording waits for a file, so that the part that does has none
  assert.deepEqual(
    verdicts.filter((line) => !line.startsWith('taken ') && !line.includes('/file-')),
    [],
  );
});
