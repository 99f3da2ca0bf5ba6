// greenroom lint as a command: outputs, exit codes, flags, --fix on real files.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rules } from '../../../../cli/src/lint/rules/index.ts';
import { runInShell } from '../../../support/in-shell.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

const bad = `kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - name: a
    image: a # newest
    args: [--port, 8080] # the port
    readinessProbe: {}
  containers: [{name: web}]
`;
const lint = (...args: readonly string[]) => runInShell(['lint', ...args, '-'], { input: bad });

test('exits with 1 for findings as bad as --fail-on says, and with 0 for less', async () => {
  const warnings = ['--skip', 'init-probe', '--skip', 'string-value'];
  assert.equal((await lint()).exitCode, 1);
  assert.equal((await lint(...warnings)).exitCode, 0);
  assert.equal((await lint(...warnings, '--fail-on', 'warning')).exitCode, 1);
  assert.equal((await lint('--rule', 'image-digest')).exitCode, 0);
  assert.equal((await lint('--rule', 'image-digest', '--fail-on', 'info')).exitCode, 1);
});

test('shows warnings and errors, and infos when asked', async () => {
  assert.doesNotMatch((await lint()).stdout, /info:/);
  assert.match((await lint()).stderr, /2 errors, 1 warning in 1 pod of 1 object \(\d below --level\)/);
  assert.match((await lint('--level', 'info')).stdout, /info: .*\[image-digest\]/);
});

test('-o json gives each finding with its place', async () => {
  const { findings, pods } = JSON.parse((await lint('-o', 'json')).stdout);
  assert.equal(pods, 1);
  const [first] = findings;
  assert.deepEqual(
    [first.rule, first.file, first.line, first.column, first.object],
    ['image-tag', '-', 6, 12, 'Pod/web'],
  );
});

test('-o sarif has what SARIF 2.1.0 requires, and each result a rule that is listed', async () => {
  const suppressed = bad.replace('# newest', '# greenroom: lint-ignore image-tag: it never moves');
  const { stdout } = await runInShell(['lint', '-o', 'sarif', '-'], { input: suppressed });
  const log = JSON.parse(stdout);
  assert.equal(log.version, '2.1.0');
  const [run] = log.runs;
  assert.equal(run.tool.driver.rules.length, rules.length);
  assert.ok(run.results.length >= 3);
  for (const { ruleId, ruleIndex, level, message, locations } of run.results) {
    assert.equal(run.tool.driver.rules[ruleIndex].id, ruleId);
    assert.ok(['error', 'warning', 'note'].includes(level));
    assert.ok(message.text.length > 0);
    const { artifactLocation, region } = locations[0].physicalLocation;
    assert.equal(artifactLocation.uri, 'stdin');
    assert.ok(region.startLine >= 1 && region.startColumn >= 1);
  }
  const [tag] = run.results.filter(({ ruleId }: { ruleId: string }) => ruleId === 'image-tag');
  assert.deepEqual(tag.suppressions, [{ kind: 'inSource', justification: 'it never moves' }]);
});

test('--fix changes what is sure and nothing else; --diff shows it and changes nothing', async () => {
  using temp = createTempDir();
  const folder = temp.path;
  const path = join(folder, 'a.yaml');
  temp.write('a.yaml', bad);
  const shown = await runInShell(['lint', '--diff', 'a.yaml'], { folder });
  assert.match(shown.stdout, /^\+ {4}args: \[--port, "8080"\] # the port$/m);
  assert.equal(readFileSync(path, 'utf8'), bad);
  const { stderr } = await runInShell(['lint', '--fix', 'a.yaml'], { folder });
  assert.match(stderr, /^1 fixed in 1 file$/m);
  assert.equal(readFileSync(path, 'utf8'), bad.replace('8080', '"8080"'));
});

test('a faulty flag, a broken input and an input without objects are told before anything is printed', async () => {
  const cases: readonly (readonly [string[], string, number, RegExp])[] = [
    [['--rule', 'image-tga', '-'], bad, 2, /did you mean image-tag\?/],
    [['--kube-version', 'new', '-'], bad, 2, /is no version such as 1\.34/],
    [['--fix', '-'], bad, 2, /cannot change standard input/],
    [[], bad, 2, /takes INPUTS/],
    [['-'], 'a: [', 3, /broken YAML/],
    [['-'], 'a: {{ .Values.x }}\n', 3, /template/],
    [['-'], 'a: b\n', 3, /no Kubernetes object/],
  ];
  for (const [args, input, exitCode, message] of cases) {
    const end = await runInShell(['lint', ...args], { input });
    assert.equal(end.exitCode, exitCode, String(args));
    assert.equal(end.stdout, '');
    assert.match(end.stderr, message);
  }
});

test('--kube-version finds what an older API server refuses', async () => {
  const input = bad.replace('readinessProbe: {}', 'restartPolicy: Always');
  const run = (version: string) =>
    runInShell(['lint', '--rule', 'kube-version', '--kube-version', version, '-'], { input });
  assert.match((await run('1.28')).stdout, /Kubernetes 1\.28 does not take/);
  assert.equal((await run('1.29')).stdout, '');
});

test('--rules lists every rule', async () => {
  const { stdout, exitCode } = await runInShell(['lint', '--rules']);
  assert.equal(exitCode, 0);
  for (const { id } of rules) assert.match(stdout, new RegExp(`^${id} \\(`, 'm'));
});

test('--helm-timeout bounds everything in the inputs, and hooks have 5 minutes without it', async () => {
  const manifest = (annotations: string) =>
    `kind: StatefulSet\nmetadata: {name: web${annotations}}\nspec:\n  template:\n    spec:\n      initContainers:\n      - {name: a, image: "greenroom/helper:test", args: [wait, "tcp://db:1", --deadline, 8m]}\n      containers: [{name: web}]\n`;
  const budget = async (annotations: string, ...flags: readonly string[]) => {
    const end = await runInShell(['lint', '--rule', 'wait-budget', ...flags, '-'], { input: manifest(annotations) });
    return end.stdout;
  };
  assert.equal(await budget(''), '');
  assert.equal(await budget('', '--helm-timeout', '10m'), '');
  assert.match(await budget('', '--helm-timeout', '7m'), /Helm's --timeout is 420s: helm --wait gives up before/);
  const hook = ', annotations: {helm.sh/hook: pre-install}';
  assert.match(await budget(hook), /Helm's --timeout by default is 300s: the pre-install hook has failed before/);
  assert.equal(await budget(hook, '--helm-timeout', '10m'), '');
  const faulty = await runInShell(['lint', '--helm-timeout', 'soon', '-'], { input: manifest('') });
  assert.equal(faulty.exitCode, 2);
});

test('--fix opens a mount that is fetched into, and writes the only restartPolicy that is allowed', async () => {
  using temp = createTempDir();
  const folder = temp.path;
  const text = `kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      restartPolicy: Never # once
      initContainers:
      - name: page
        image: greenroom/helper:test
        args: [fetch, 'https://example.org/a', /www/a]
        volumeMounts: [{name: www, mountPath: /www, readOnly: true}]
      containers: [{name: web, volumeMounts: [{name: www, mountPath: /www, readOnly: true}]}]
      volumes: [{name: www, emptyDir: {}}]
`;
  temp.write('a.yaml', text);
  const { exitCode, stderr } = await runInShell(['lint', '--fix', 'a.yaml'], { folder });
  assert.equal(exitCode, 0, stderr);
  const expected = text.replace('Never # once', 'Always # once').replace('readOnly: true', 'readOnly: false');
  assert.equal(readFileSync(join(folder, 'a.yaml'), 'utf8'), expected);
});
