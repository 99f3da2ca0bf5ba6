// What explain and rehearse take: files, folders and standard input, as every other command does.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInShell } from '../../support/in-shell.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const pod = (name: string) => `kind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: a, image: a:1}]}\n`;

test('a folder gives the manifests in it; what is no Kubernetes object is none of them', async () => {
  using folder = createTempDir();
  mkdirSync(join(folder.path, 'k8s/deep'), { recursive: true });
  folder.write('k8s/one.yaml', pod('one'));
  folder.write('k8s/deep/two.yml', pod('two'));
  folder.write('k8s/values.yaml', 'replicas: 2\n');
  const { exitCode, stdout, stderr } = await runInShell(['explain', 'k8s'], { folder: folder.path });
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(stdout.match(/^Pod \w+(?= in namespace)/gm), ['Pod two', 'Pod one']);
});

for (const command of ['explain', 'rehearse']) {
  test(`${command} says what cannot be read, and what to do about it`, async () => {
    using folder = createTempDir();
    folder.write('chart.yaml', 'kind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n');
    folder.write('words.yaml', 'hello\n');
    const say = async (file: string) => {
      const { exitCode, stderr } = await runInShell([command, file], { folder: folder.path });
      assert.equal(exitCode, 3);
      return stderr;
    };
    assert.match(await say('nosuch.yaml'), /cannot read nosuch\.yaml: there is no such file or folder/);
    assert.match(await say('words.yaml'), /the input holds no pod/);
    assert.match(await say('chart.yaml'), /chart\.yaml:3:\d+: .*\n.*\n.*\n {2}render it first/);
    assert.match(await say(join(folder.path, 'chart.yaml')), /render it first/);
  });
}

test('of many workloads a fault names a few', async () => {
  const input = Array.from({ length: 40 }, (_, i) => pod(`p${i}`)).join('---\n');
  for (const words of [
    ['--only', 'nosuch'],
    ['-o', 'svg'],
  ]) {
    const { exitCode, stderr } = await runInShell(['explain', '-', ...words], { input });
    assert.equal(exitCode, 2);
    assert.match(stderr, /p0\b.*p4\b.*35 others/);
    assert.doesNotMatch(stderr, /p5\b/);
  }
});
