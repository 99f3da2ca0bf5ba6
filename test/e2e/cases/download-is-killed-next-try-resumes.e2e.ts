// Partial work survives: the helper is killed in the middle of a download, and the next try asks for the rest alone.
import assert from 'node:assert/strict';
import { onCluster, scaffold } from '../case.ts';
import { origin, requestsOf } from '../origin.ts';
import { isReady, statusOf } from '../pod.ts';

const sizeBytes = 8_000_000;
const heldBytes = 5_000_000;

onCluster('a download whose container was killed goes on where it stood', async (namespace) => {
  await namespace.apply(
    origin(),
    await scaffold(
      'pod',
      'app',
      '--fetch',
      `http://origin:8080/bytes/${sizeBytes}?hold=${heldBytes} /data/file --timeout 2m --connections 1`,
      '--command',
      '--',
      'sleep',
      '1000',
    ),
  );
  await namespace.pod('origin', 'ready', isReady);
  await namespace.logLine('origin', 'origin', /^holds /);
  await namespace.kill('app', 'greenroom');

  const pod = await namespace.pod('app', 'ready', isReady);
  assert.equal(statusOf(pod, 'greenroom').restartCount, 1);
  const requests = await requestsOf(namespace);
  const last = requests.at(-1);
  assert.equal(last?.status, 206);
  assert.match(last?.range ?? '', /^bytes=[1-9]\d*-$/);
  const sentBytes = requests.reduce((sum, { bytes }) => sum + bytes, 0);
  assert.ok(sentBytes < sizeBytes + heldBytes, `${sentBytes} bytes left the origin`);
  const digest = await namespace.exec('app', 'app', 'sha256sum', '/data/file');
  const whole = await namespace.exec(
    'origin',
    'origin',
    'sh',
    '-c',
    `wget -qO- http://127.0.0.1:8080/bytes/${sizeBytes} | sha256sum`,
  );
  assert.equal(digest.split(' ')[0], whole.split(' ')[0]);
});
