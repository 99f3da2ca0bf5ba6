// Manifests that mean ill: the CLI says what is wrong with them, soon, and never runs what stands in them.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../../support/run-cli.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const letters = [...'abcdefgh'];
const bomb = letters
  .map((name, index) => {
    const last = letters[index - 1];
    return `  ${name}: &${name} [${Array(9)
      .fill(last === undefined ? 'x' : `*${last}`)
      .join(', ')}]`;
  })
  .join('\n');
const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: "a:1"}]\n';

const commands = [
  ['inject', '--wait', 'tcp://db:5432', '-'],
  ['uninject', '-'],
  ['lint', '-'],
  ['convert', '-'],
  ['explain', '-'],
];

for (const [what, input] of [
  ['aliases that stand for a billion values', `${pod}data:\n${bomb}\n`],
  ['ten thousand levels of depth', `${pod}data: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`],
  ['keys that every object has', `${pod}__proto__: {kind: Job, spec: 1}\nconstructor: {prototype: {kind: Job}}\n`],
  ['a kind that every object has', pod.replace('Pod', 'constructor')],
] as const) {
  test(`${what}: read or refused in words, by every command`, async () => {
    for (const command of commands) {
      const { exitCode, stderr } = await runCli(command, { input });
      assert.ok(exitCode !== null && exitCode < 70, `${command[0]}: ${exitCode}\n${stderr.slice(0, 2000)}`);
    }
  });
}

test('aliases in a functionConfig are a fault of the input', async () => {
  const input = `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n${bomb}\n`;
  const { exitCode, stderr } = await runCli(['fn'], { input });
  assert.ok(exitCode !== null && exitCode > 0 && exitCode < 70, stderr);
});

test('a script in a manifest is read, never run', async () => {
  using folder = createTempDir();
  const mark = join(folder.path, 'ran');
  const script = `until nslookup db; do touch ${mark}; sleep $(touch ${mark}; echo 1); done; : \`touch ${mark}\``;
  const input = `${pod}  initContainers:\n  - {name: w, image: "busybox:1", command: [sh, -c, ${JSON.stringify(script)}]}\n`;
  for (const command of commands) await runCli(command, { input });
  assert.ok(!existsSync(mark));
});
