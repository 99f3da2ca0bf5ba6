// --kube-version: the rule that the CLI writes into a bare Pod tries again what may pass, and no more than that.
import assert from 'node:assert/strict';
import { minor, onCluster, scaffold } from '../case.ts';
import { origin } from '../origin.ts';
import { failed, isReady, statusOf } from '../pod.ts';

onCluster(
  'what is late is tried again, what is refused for good fails the pod at once',
  async (namespace) => {
    const pod = (name: string, ...steps: readonly string[]) =>
      scaffold('pod', name, ...steps, '--kube-version', `1.${minor}`, '--command', '--', 'sleep', '1000');
    await namespace.apply(origin({ 'a.txt': 'a\n' }));
    await namespace.pod('origin', 'ready', isReady);
    await namespace.apply(
      await pod('late', '--wait', 'dns://db --deadline 1s'),
      await pod('never', '--fetch', 'http://origin:8080/no-such-file /data/a'),
    );
    const never = await namespace.pod('never', 'failed', failed);
    assert.equal(statusOf(never, 'greenroom').restartCount, 0);
    assert.equal(statusOf(never, 'greenroom').state.terminated?.exitCode, 3);

    await namespace.pod('late', 'restarted', (one) => (one.status.initContainerStatuses?.[0]?.restartCount ?? 0) > 0);
    await namespace.kubectl('create', 'service', 'clusterip', 'db', '--tcp=80');
    await namespace.pod('late', 'ready', isReady);
  },
  { skip: minor < 35 ? `restartPolicyRules are on by default since Kubernetes 1.35, this is 1.${minor}` : undefined },
);
