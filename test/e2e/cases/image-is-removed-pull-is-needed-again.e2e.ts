// The helper's image leaves the node (somebody prunes it) and an init container must run again: under IfNotPresent the
// kubelet pulls it again, and until it can, neither the init container nor the app starts. What was downloaded stays, and
// counts.
import assert from 'node:assert/strict';
import { helper, inject, onCluster, stage } from '../case.ts';
import { ctr } from '../node.ts';
import { origin, release, requestsOf } from '../origin.ts';
import { findStatus, isReady, isRunning, type Pod, statusOf } from '../pod.ts';

const sizeBytes = 8_000_000;
const heldBytes = 5_000_000;

const app = `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  terminationGracePeriodSeconds: 0
  containers: [{ name: app, image: '${stage}', command: [sleep, '1000'] }]
`;

const lacksImage = (pod: Pod): boolean =>
  /^(?:ErrImagePull|ImagePullBackOff)$/.test(findStatus(pod, 'greenroom')?.state.waiting?.reason ?? '');

onCluster(
  'an init container whose image is gone waits for it, the app with it, and then goes on',
  async (namespace) => {
    // a name of its own for the image, so that no other case misses it; to the kubelet the name is the image
    const image = `docker.io/greenroom/helper:${namespace.name.slice(-6)}`;
    const bring = () => ctr('images', 'tag', `docker.io/${helper}`, image);
    const remove = () => ctr('images', 'remove', '--sync', image);
    await bring();
    try {
      const fetch = `http://origin:8080/bytes/${sizeBytes}?hold=${heldBytes} /data/file --timeout 10m --connections 1`;
      const manifest = await inject(app, '--helper-image', image, '--fetch', fetch);
      assert.doesNotMatch(manifest, /imagePullPolicy/, 'so it is IfNotPresent');
      await namespace.apply(origin(), manifest);
      await namespace.pod('origin', 'ready', isReady);
      await namespace.logLine('origin', 'origin', /^holds /);

      await remove();
      await namespace.kill('app', 'greenroom');
      const without = await namespace.pod('app', 'misses the image', lacksImage);
      assert.equal(isRunning(without, 'app'), false);
      await release(namespace);
      await bring();
      const ready = await namespace.pod('app', 'ready', isReady);
      assert.equal(statusOf(ready, 'greenroom').restartCount, 1);
      const requests = await requestsOf(namespace);
      assert.deepEqual(
        requests.map(({ status }) => status),
        [200, 206],
      );
      assert.match(requests[1]?.range ?? '', /^bytes=[1-9]\d*-$/, 'it goes on where it stood');

      // once more, after the helper has done its work: a lost sandbox needs the image again
      await remove();
      await namespace.kill('app');
      const lost = await namespace.pod('app', 'misses the image again', lacksImage);
      assert.equal(isRunning(lost, 'app'), false);
      await bring();
      const id = (pod: Pod) => statusOf(pod, 'app').containerID;
      await namespace.pod('app', 'ready in a new sandbox', (pod) => isReady(pod) && id(pod) !== id(ready));
      assert.equal((await requestsOf(namespace)).length, 2, 'and nothing is downloaded twice');
    } finally {
      await ctr('images', 'remove', image);
    }
  },
);
