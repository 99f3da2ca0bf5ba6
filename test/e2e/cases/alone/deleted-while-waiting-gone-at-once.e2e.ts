// SIGTERM: a pod that waits has nothing to lose, so its deletion takes no time, whatever its grace period.
import assert from 'node:assert/strict';
import { onCluster, scaffold } from '../../case.ts';
import { endOf, isRunning } from '../../pod.ts';

onCluster('a pod that waits is gone within 2 s of its deletion', async (namespace, t) => {
  await namespace.apply(await scaffold('pod', 'app', '--wait', 'dns://no-such-service'));
  await namespace.pod('app', 'waits', (pod) => isRunning(pod, 'greenroom'));
  // the kubelet's own clock measures: what still runs 2 s after SIGTERM is killed, and has ended with 137 then
  await namespace.kubectl('delete', 'pod', 'app', '--wait=false', '--grace-period=2');
  await namespace.gone('app');
  const states = namespace.seen('app');
  const ends = states.map(({ pod }) => endOf(pod, 'greenroom')?.exitCode).filter((code) => code !== undefined);
  assert.deepEqual(new Set(ends), new Set([143]));
  const deleted = states.find(({ pod }) => pod.metadata.deletionTimestamp !== undefined);
  const gone = states.at(-1);
  assert.ok(deleted !== undefined && gone?.type === 'DELETED');
  t.diagnostic(`gone ${Math.round(gone.atMs - deleted.atMs)} ms after its deletion`);
});
