// What `greenroom new` writes (test/golden/new, which a golden test holds to it) and the examples of manifests/, byte
// for byte, as the API server sees them: taken without a warning, in a namespace that enforces PodSecurity "restricted".
import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { onCluster } from '../case.ts';
import { attempt } from '../processes.ts';

const root = join(import.meta.dirname, '../../..');
// a plan is read by the helper, not by the API server
const files = globSync(['test/golden/new/*/output.yaml', 'manifests/*.yaml'], { cwd: root }).filter(
  (file) => file !== 'manifests/plan.yaml',
);

const restricted = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
};

onCluster(
  'every scaffold of every kind and every example passes a dry run of the API server, without a warning',
  async (namespace) => {
    const folder = mkdtempSync(join(tmpdir(), 'greenroom-dry-run-'));
    try {
      const kinds = new Set<unknown>();
      const accounts: object[] = [];
      for (const file of files) {
        // a dry run creates no namespace, so one that is named is this one
        const text = readFileSync(join(root, file), 'utf8').replaceAll(
          /\bnamespace: [\w-]+/g,
          `namespace: ${namespace.name}`,
        );
        for (const document of parseAllDocuments(text)) {
          const kind = document.get('kind');
          if (kind === 'ServiceAccount') accounts.push(document.toJS());
          if (!file.startsWith('manifests/')) kinds.add(kind);
        }
        writeFileSync(join(folder, file.replaceAll('/', '_')), text);
      }
      for (const kind of ['CronJob', 'DaemonSet', 'Deployment', 'Job', 'Pod', 'StatefulSet'])
        assert.ok(kinds.has(kind));
      // a pod is refused whose account does not exist, and in a dry run it comes to nothing
      await namespace.apply(...accounts);
      const args = ['--namespace', namespace.name, 'apply', '--dry-run=server', '-f', folder];
      const { code, stdout, stderr } = await attempt('kubectl', args, { quiet: true });
      assert.equal(stderr, '');
      assert.equal(code, 0);
      assert.ok(stdout.split('\n').filter((line) => line.endsWith('(server dry run)')).length >= files.length);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  { labels: restricted },
);
