// What `greenroom convert` writes runs: rehearsed with the real helper, as the manifests before it could not be.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startOrigin } from '../../support/http-origin.ts';
import { runInShell } from '../../support/in-shell.ts';
import { root } from '../../support/read-imports.ts';
import { runCli } from '../../support/run-cli.ts';
import { startTcpListener } from '../../support/tcp-listener.ts';

const golden = (name: string) => readFileSync(join(root, 'test/golden/convert', name, 'input.yaml'), 'utf8');

/** Converts a manifest and rehearses what came of it. */
async function rehearseConverted(manifest: string, args: readonly string[]) {
  const { exitCode, stdout, stderr } = await runInShell(['convert', '-'], { input: manifest });
  assert.equal(exitCode, 0, stderr);
  const rehearsal = await runCli(
    ['rehearse', '-', '-o', 'json', '--run-app-for', '10ms', '--deadline', '2m', ...args],
    { input: stdout },
  );
  const [first] = JSON.parse(rehearsal.stdout).rehearsals;
  return { ...rehearsal, started: first.started as boolean };
}

test('a loop that was converted waits until the name is there', async () => {
  const { started, stderr } = await rehearseConverted(golden('article-wait'), ['--service', 'stock@1s']);
  assert.equal(started, true, stderr);
});

test('a variable that the kubelet fills in names the host of the step', async () => {
  await using listener = await startTcpListener();
  const manifest = `kind: ConfigMap
metadata: {name: settings}
data: {host: db}
---
kind: Pod
metadata: {name: a}
spec:
  initContainers:
  - name: wait
    image: busybox
    env:
    - {name: HOST, valueFrom: {configMapKeyRef: {name: settings, key: host}}}
    command: [sh, -c, 'until nc -z $HOST 5432; do sleep 1; done']
  containers:
  - {name: app, image: x}
`;
  const service = `db:5432=127.0.0.1:${listener.port}`;
  const { started, stderr } = await rehearseConverted(manifest, ['--service', service]);
  assert.equal(started, true, stderr);
});

test('a download that was converted brings the file', async () => {
  await using origin = await startOrigin(() => ({ body: '<?php' }));
  const manifest = golden('article-fetch').replace(
    'https://example.org/index.php',
    'http://example.org:8080/index.php',
  );
  const host = `example.org:8080=127.0.0.1:${origin.port}`;
  const { started, stderr } = await rehearseConverted(manifest, ['--host', host]);
  assert.equal(started, true, stderr);
});
