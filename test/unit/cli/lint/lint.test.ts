// lint over whole files: places, suppressions, fixes; and that no manifest, however it is written, breaks it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fixInputs } from '../../../../cli/src/lint/fix.ts';
import { lint } from '../../../../cli/src/lint/lint.ts';
import { rules } from '../../../../cli/src/lint/rules/index.ts';
import type { LintSettings } from '../../../../cli/src/lint/world.ts';
import { meshProxies, meshProxy } from '../../../../cli/src/manifest/mesh-proxies.ts';
import { nastyManifest } from '../../../support/nasty-yaml.ts';

// more of them: GREENROOM_TEST_RUNS=5000
const runs = Number(process.env.GREENROOM_TEST_RUNS ?? 60);

const settings: LintSettings = {
  isHelper: (image) => image.startsWith('greenroom/helper:'),
  kubeMinor: undefined,
  parseData: () => undefined,
};
const lintText = (text: string) => lint([{ name: 'x.yaml', text }], settings).findings;

const pod = (rest: string) =>
  `kind: Pod\nmetadata: {name: web}\nspec:\n  initContainers:\n${rest}  containers: [{name: web}]\n`;
const untagged = (comment: string) => pod(`  - name: a\n    image: a${comment}\n`);
const openTags = (text: string) =>
  lintText(text).filter(({ rule, ignored }) => rule.id === 'image-tag' && ignored === undefined);

test('lints manifests in every style, and each place is within the file', () => {
  fc.assert(
    fc.property(nastyManifest(), (text) => {
      const lines = text.split('\n');
      for (const { place, range } of lintText(text)) {
        assert.ok(place.line >= 1 && place.line <= lines.length);
        assert.ok(place.column >= 1 && place.column <= (lines[place.line - 1] ?? '').length + 1);
        assert.ok(range[0] >= 0 && range[0] <= range[1] && range[1] <= text.length);
      }
    }),
    { numRuns: runs },
  );
});

test('mends manifests in every style: what is fixed is found no more, and nothing new is', () => {
  fc.assert(
    fc.property(nastyManifest(), (text) => {
      const inputs = [{ name: 'x.yaml', text }];
      const before = lintText(text);
      const [fixed] = fixInputs(inputs, before, settings, rules);
      const after = lintText(fixed?.text ?? '');
      assert.deepEqual(
        after.filter(({ fix }) => fix !== undefined),
        [],
      );
      assert.ok(after.length <= before.length);
    }),
    { numRuns: runs },
  );
});

test('survives objects whose fields are of the wrong kind', () => {
  const wrong = fc.constantFrom('', '~', 'text', '[]', '{}', '[a, 1]', '{a: b}', '[[x]]', '7', '&a [*a]');
  const keys = ['initContainers', 'containers', 'volumes', 'restartPolicy', 'securityContext', 'resources'];
  fc.assert(
    fc.property(fc.array(wrong, { minLength: 6, maxLength: 6 }), wrong, (values, field) => {
      const fields = keys.map((key, index) => `  ${key}: ${values[index]}\n`).join('');
      lintText(`kind: Pod\nmetadata: ${field}\nspec:\n${fields}`);
      const inner = ['args', 'command', 'env', 'volumeMounts', 'image', 'resources', 'securityContext'];
      lintText(pod(`  - name: a\n${inner.map((key, index) => `    ${key}: ${values[index % 6]}\n`).join('')}`));
    }),
    { numRuns: runs * 4 },
  );
});

test('a comment with a reason lets a finding be, on its line and alone above it', () => {
  const reason = '# greenroom: lint-ignore image-tag: it never moves';
  assert.equal(openTags(untagged('')).length, 1);
  assert.equal(openTags(untagged(` ${reason}`)).length, 0);
  assert.equal(openTags(pod(`  - name: a\n    ${reason}\n    image: a\n`)).length, 0);
  assert.equal(openTags(pod(`  - name: a ${reason}\n    image: a\n`)).length, 1);
});

test('a suppression without a reason, or of no rule, is a finding itself and lets nothing be', () => {
  for (const text of ['image-tag', 'image-tag:', 'image-tga: why', '']) {
    const found = lintText(untagged(` # greenroom: lint-ignore ${text}`)).map(({ rule }) => rule.id);
    assert.ok(found.includes('lint-ignore') && found.includes('image-tag'), text);
  }
});

test('an annotation lets a rule be for its object, and for no other', () => {
  const annotated = untagged('').replace(
    '{name: web}',
    '{name: web, annotations: {greenroom.dev/lint-ignore: "image-tag: it never moves"}}',
  );
  assert.equal(openTags(annotated).length, 0);
  assert.equal(openTags(`${annotated}---\n${untagged('')}`).length, 1);
});

test('a plan in another file is judged there, and let be there', () => {
  const use = pod(
    '  - name: a\n    image: greenroom/helper:1\n    args: [run]\n    env:\n    - name: GREENROOM_PLAN\n      valueFrom: {configMapKeyRef: {name: plans, key: p}}\n',
  );
  const plans = (comment: string) => `kind: ConfigMap\nmetadata: {name: plans}\ndata:\n  p: wait db${comment}\n`;
  const found = (comment: string) =>
    lint(
      [
        { name: 'pod.yaml', text: use },
        { name: 'plans.yaml', text: plans(comment) },
      ],
      { ...settings, parseData: (text) => [text] },
    ).findings.filter(({ rule }) => rule.id === 'helper-args');
  const [fault] = found('');
  assert.deepEqual([fault?.place.file, fault?.place.line, fault?.ignored], ['plans.yaml', 4, undefined]);
  assert.equal(found(' # greenroom: lint-ignore helper-args: mended later')[0]?.ignored, 'mended later');
});

test('what an alias brings in twice is said once', () => {
  const shared = `kind: List\nitems:\n- {kind: Pod, spec: {containers: [], initContainers: &i [{name: a, image: a}]}}\n- {kind: Pod, spec: {containers: [], initContainers: *i}}\n`;
  assert.equal(openTags(shared).length, 1);
});

test('a value that aliases stand for is not mended', () => {
  const text = pod('  - name: a\n    args: [&port 8080]\n    ports: [{containerPort: *port}]\n');
  const [found] = lintText(text).filter(({ rule }) => rule.id === 'string-value');
  assert.equal(found?.severity, 'error');
  assert.equal(found?.fix, undefined);
});

test('an argument that depends on what the inputs do not say is not judged', () => {
  const use = (args: string) => pod(`  - name: a\n    image: greenroom/helper:1\n    args: ${args}\n`);
  const faults = (text: string) => lintText(text).filter(({ rule }) => rule.id === 'helper-args').length;
  assert.equal(faults(use('[wait, db]')), 1);
  assert.equal(faults(use('[wait, $(TARGET)]')), 0);
});

test('a mount of a part of a folder that is unpacked sees it; one of another part does not', () => {
  const found = (subPath: string) =>
    lintText(
      `kind: Pod\nmetadata: {name: web}\nspec:\n  initContainers:\n  - {name: a, image: "greenroom/helper:1", args: [fetch, "https://example.org/a.tar", /www/site, --unpack], volumeMounts: [{name: www, mountPath: /www}]}\n  containers: [{name: web, volumeMounts: [{name: www, mountPath: /srv, subPath: ${subPath}}]}]\n  volumes: [{name: www, emptyDir: {}}]\n`,
    ).filter(({ rule }) => rule.id === 'fetch-unseen').length;
  assert.equal(found('site'), 0);
  assert.equal(found('site/public'), 0);
  assert.equal(found('sit'), 1);
  assert.equal(found('sites/public'), 1);
});

test('every mesh proxy that inject knows is one that a wait must stand behind, unless it runs as its user', () => {
  for (const name of meshProxies) {
    const steps = (user: number) =>
      pod(
        `  - {name: a, image: "greenroom/helper:1", args: [wait, "tcp://db:1"], securityContext: {runAsUser: ${user}}}\n  - {name: ${name}, image: "x:1", restartPolicy: Always}\n`,
      );
    const found = (user: number) => lintText(steps(user)).filter(({ rule }) => rule.id === 'mesh-order').length;
    assert.equal(found(65532), 1, name);
    assert.equal(found(meshProxy(name)?.user ?? 0), 0, name);
  }
});

test('an enforced standard is asked of the whole pod, and baseline asks less than restricted', () => {
  const found = (level: string, spec: string) =>
    lintText(
      `kind: Namespace\nmetadata: {name: n, labels: {pod-security.kubernetes.io/enforce: ${level}}}\n---\nkind: Pod\nmetadata: {name: web, namespace: n}\nspec:\n${spec}  containers: [{name: web}]\n`,
    )
      .filter(({ rule, severity }) => rule.id === 'pod-security' && severity === 'error')
      .map(({ message }) => message);
  assert.deepEqual(found('baseline', ''), []);
  assert.deepEqual(found('baseline', '  hostNetwork: true\n'), [
    'the pod is not admitted: namespace n enforces baseline: the pod has hostNetwork: true',
  ]);
  assert.equal(found('restricted', '  hostNetwork: true\n').length, 2);
  assert.deepEqual(found('privileged', '  hostNetwork: true\n'), []);
});
