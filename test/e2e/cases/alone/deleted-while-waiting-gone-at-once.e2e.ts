// SIGTERM: a pod that waits has nothing to lose, so its deletion takes no time, whatever its grace period.
import assert from 'node:assert/strict';
import { onCluster, scaffold } from '../../case.ts';
import { isRunning } from '../../pod.ts';

onCluster('a pod that waits is gone within 2 s of its deletion', async (namespace, t) => {
  await namespace.apply(await scaffold('pod', 'app', '--wait', 'dns://no-such-service'));
  await namespace.pod('app', 'waits', (pod) => isRunning(pod, 'greenroom'));
  await namespace.kubectl('delete', 'pod', 'app', '--wait=false');
  await namespace.gone('app');
  const states = namespace.seen('app');
  const deleted = states.find(({ pod }) => pod.metadata.deletionTimestamp !== undefined);
  const gone = states.at(-1);
  assert.ok(deleted !== undefined && gone?.type === 'DELETED');
  const tookMs = gone.atMs - deleted.atMs;
  t.diagnostic(`${Math.round(tookMs)} ms`);
  assert.ok(tookMs < 2_000, `${tookMs} ms`);
});
