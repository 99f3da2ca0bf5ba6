// Pods that the API server refuses, as only their controllers' events say; an asker who may read little; and the
// command as a plugin of the real kubectl.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { greenroom, onCluster, scaffold, stage } from '../case.ts';
import { attempt } from '../processes.ts';

const deployment = (name: string, container: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'app', image: stage, ...container }] },
    },
  },
});

const cli = join(import.meta.dirname, '../../../dist/cli/greenroom.js');

onCluster(
  'refusals by Pod Security, quota and limit are told by name, and little rights still give an answer',
  async (namespace) => {
    await namespace.apply(
      { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few' }, spec: { hard: { pods: '1' } } },
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'small' },
        spec: { limits: [{ type: 'Container', max: { memory: '1Gi' } }] },
      },
    );
    await namespace.apply(await scaffold('pod', 'waiting', '--wait', 'tcp://absent:1'));
    await namespace.apply(
      deployment('plain', {}),
      deployment('large', { resources: { limits: { memory: '2Gi' } } }),
      await scaffold('deployment', 'one-too-many', '--wait', 'tcp://absent:1'),
    );
    const expected = {
      large: 'refused-limit-range',
      'one-too-many': 'refused-quota',
      plain: 'refused-pod-security',
      waiting: 'wait-service-absent',
    };
    let told: Record<string, string> = {};
    for (let look = 0; look < 60 && Object.keys(told).length < 4; look++) {
      const { answers } = JSON.parse(
        await greenroom(['why', '-n', namespace.name, '-o', 'json'], undefined, [0, 1]),
      ) as {
        answers: { name: string; causes: { id: string; outlook: string }[] }[];
      };
      const firm = answers.flatMap(({ name, causes: [cause] }) =>
        cause === undefined || cause.outlook === 'passing' ? [] : [[name, cause.id]],
      );
      told = Object.fromEntries(firm);
      await pause(500);
    }
    assert.deepEqual(told, expected);

    await namespace.kubectl('create', 'role', 'look', '--verb=get', '--resource=pods');
    await namespace.kubectl(
      'create',
      'rolebinding',
      'look',
      '--role=look',
      `--serviceaccount=${namespace.name}:default`,
    );
    const asAccount = `--as=system:serviceaccount:${namespace.name}:default`;
    const { answers, denied } = JSON.parse(
      await greenroom(['why', 'pod/waiting', '-n', namespace.name, asAccount, '-o', 'json'], undefined, [1]),
    );
    assert.equal(answers[0].causes[0].id, 'wait-goes-on');
    assert.deepEqual(
      new Set(denied.map(({ what }: { what: string }) => what)),
      new Set(['pods', 'events', 'services', 'slices', 'claims', 'nodes', 'quotas', 'policies', 'workloads']),
    );

    const bin = mkdtempSync(join(tmpdir(), 'greenroom-plugin-'));
    try {
      symlinkSync(cli, join(bin, 'kubectl-greenroom'));
      const env = { ...process.env, PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter) };
      const { code, stdout } = await attempt('kubectl', ['greenroom', 'why', 'po/waiting', '-n', namespace.name], {
        env,
        quiet: true,
      });
      assert.equal(code, 1);
      assert.match(
        stdout,
        /^\S pod\/waiting: init container greenroom waits for tcp:\/\/absent:1, and there is no Service absent/,
      );
    } finally {
      rmSync(bin, { recursive: true });
    }
  },
  { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
);
