// greenroom policy answers a slip where it was made: at the object that somebody applies, with what would have been right.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { minor, onCluster, patienceMs } from '../case.ts';
import { dropPolicy, pod, usePolicy, whyNoPolicy } from '../policy.ts';

type Annotations = Readonly<Record<string, string>>;

const deployment = (annotations: Annotations, own: Annotations = {}) =>
  stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', annotations: own },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'app' } },
      template: {
        metadata: { labels: { app: 'app' }, annotations },
        spec: {
          volumes: [{ name: 'www', emptyDir: {} }],
          containers: [{ name: 'app', image: 'app', volumeMounts: [{ name: 'www', mountPath: '/www' }] }],
        },
      },
    },
  });

const wait = 'greenroom.dev/wait';
const fetch = 'greenroom.dev/fetch';

const refused: readonly (readonly [sentence: RegExp, annotations: Annotations, own?: Annotations])[] = [
  [/greenroom.dev\/wiat is not known; did you mean greenroom.dev\/wait\?/, { 'greenroom.dev/wiat': 'dns://db' }],
  [/grenroom.dev\/wait is not known; did you mean greenroom.dev\/wait\?/, { 'grenroom.dev/wait': 'dns://db' }],
  [/greenroom.dev\/deadline is not known; it is one of greenroom.dev\/wait, /, { 'greenroom.dev/deadline': '1m' }],
  [/stands at the Deployment.* spec.template.metadata.annotations/, {}, { [wait]: 'dns://db' }],
  [/"db:5432" has no scheme; did you mean tcp:\/\/db:5432\?/, { [wait]: 'dns://db db:5432' }],
  [/"cache" has no scheme; did you mean dns:\/\/cache\?/, { [wait]: 'cache' }],
  [/"pg:\/\/db" is no target: it begins with one of tcp, /, { [wait]: 'pg://db' }],
  [/names no target/, { [wait]: '--deadline 1m' }],
  [/says nothing/, { [wait]: ' \n' }],
  [/unknown option --deadlin; did you mean --deadline\?/, { [wait]: 'dns://db --deadlin 1m' }],
  [/--deadline 60 is not a duration with a unit/, { [wait]: 'dns://db --deadline 60' }],
  [/takes a source and a destination/, { [fetch]: 'https://example.org/a' }],
  [/container app mounts no volume at \/srv\/a/, { [fetch]: 'https://example.org/a /srv/a' }],
  [/has no container "web"; it has app/, { [wait]: 'dns://db', 'greenroom.dev/container': 'web' }],
  [/write their steps into the plan/, { [wait]: 'dns://db', 'greenroom.dev/plan': '- wait dns://db' }],
];

const accepted: readonly Annotations[] = [
  { [wait]: 'dns://db tcp://db:5432 --deadline=1m30s\n--any http://a https://b/c?d=e' },
  { [wait]: `http://a --header "X: --no option" --contains 'a  b'` },
  { [fetch]: `https://example.org/a /www/a --sha256 ${'a'.repeat(64)}` },
  { 'greenroom.dev/plan': '- wait dns://db', 'greenroom.dev/lint-ignore': 'image-tag: pinned elsewhere' },
  { other: 'text' },
  {},
];

onCluster(
  'a misspelt annotation, or half a policy, is answered with what would have been right; what was there before stays',
  async (namespace) => {
    await namespace.apply(deployment({ 'greenroom.dev/wiat': 'dns://db' }));
    try {
      const name = await usePolicy(namespace);
      const scaled = deployment({ 'greenroom.dev/wiat': 'dns://db' }).replace(
        'replicas: 0',
        'replicas: 0\n  paused: true',
      );
      assert.equal((await namespace.tryToApply(scaled)).code, 0, 'a change beside the annotation is let through');
      const changed = await namespace.tryToApply(deployment({ 'greenroom.dev/wiat': 'dns://cache' }));
      assert.match(changed.stderr, /did you mean greenroom.dev\/wait/);
      await namespace.kubectl('delete', 'deployment', 'app');

      for (const [sentence, annotations, own] of refused) {
        const { code, stderr } = await namespace.tryDry(deployment(annotations, own));
        assert.notEqual(code, 0, `${JSON.stringify(annotations)} is refused`);
        assert.match(stderr, sentence);
      }
      const documented = readFileSync(join(import.meta.dirname, '../../golden/policy/app.yaml'), 'utf8');
      assert.equal((await namespace.tryDry(documented)).code, 0, 'what cli/policy.md shows is taken');
      for (const annotations of accepted) {
        const { code, stderr } = await namespace.tryDry(deployment(annotations));
        assert.equal(code, 0, stderr);
      }

      // (a ConfigMap that is gone has the same end)
      await namespace.kubectl('delete', 'mutatingadmissionpolicybinding', name);
      const endMs = performance.now() + patienceMs;
      const asking = pod({ [wait]: 'dns://db' });
      let said = '';
      while (said === '') {
        said = (await namespace.tryDry(asking)).stderr;
        assert.ok(performance.now() < endMs, 'the API server has seen that the binding is gone');
      }
      assert.match(said, new RegExp(`MutatingAdmissionPolicy ${name} has not added its init container`));
      assert.equal((await namespace.tryDry(pod({}))).code, 0, 'who asks for nothing is not concerned');
    } finally {
      await dropPolicy(namespace);
    }
  },
  { skip: whyNoPolicy(minor) },
);
