// Exit codes as an interface: restartPolicyRules of an init container and podFailurePolicy of a Job act on them.
import assert from 'node:assert/strict';
import { helper, minor, onCluster, stage } from '../case.ts';
import { failed, isReady, statusOf } from '../pod.ts';

const rules = `
    restartPolicy: Never
    restartPolicyRules:
    - action: Restart
      exitCodes: { operator: In, values: [124] }`;

const pod = (name: string, ...args: string[]) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 0
  initContainers:
  - name: wait
    image: ${helper}
    args: ${JSON.stringify(['wait', ...args])}${rules}
  containers:
  - { name: app, image: '${stage}', command: [sleep, '1000'] }
`;

onCluster(
  'restart rules try "late" again and let "never" fail the pod at once',
  async (namespace) => {
    await namespace.apply(pod('late', 'dns://db', '--deadline', '1s'), pod('never', 'dns://db', '--deadlin', '1s'));
    const never = await namespace.pod('never', 'failed', failed);
    assert.equal(statusOf(never, 'wait').restartCount, 0);
    assert.equal(statusOf(never, 'wait').state.terminated?.exitCode, 2);
    assert.match(statusOf(never, 'wait').state.terminated?.message ?? '', /--deadline/);

    await namespace.pod('late', 'restarted', (one) => (one.status.initContainerStatuses?.[0]?.restartCount ?? 0) > 0);
    await namespace.kubectl('create', 'service', 'clusterip', 'db', '--tcp=80');
    const late = await namespace.pod('late', 'ready', isReady);
    assert.ok(statusOf(late, 'wait').restartCount > 0);
  },
  { skip: minor < 35 ? `restartPolicyRules are on by default since Kubernetes 1.35, this is 1.${minor}` : undefined },
);
