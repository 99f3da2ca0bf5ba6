// A thousand targets at once: within the descriptors that a process has, and none of them forgotten.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { startHelper } from '../../support/run-helper.ts';
import { closedPort, startTcpListener } from '../../support/tcp-listener.ts';

test('a thousand targets are asked with no more than 128 at once, and all are found', async () => {
  const port = await closedPort();
  const targets = Array.from({ length: 1_000 }, (_, index) => `tcp://127.1.${index >> 8}.${index & 255}:${port}`);
  // Node's own descriptors, and no more than 128 sockets
  const { child, logged, ended } = startHelper(['wait', ...targets, '--deadline', '2m']);
  await logged('not ready: connection refused');
  const open = readdirSync(`/proc/${child.pid}/fd`).length;
  assert.ok(open < 200, `${open} descriptors`);
  await using listener = await startTcpListener(undefined, { port, host: '0.0.0.0' });
  const { exitCode, log } = await ended;
  assert.equal(exitCode, 0);
  assert.ok(log.some(({ msg }) => /^all 1000 targets ready/.test(String(msg))));
  assert.ok(listener.accepted >= 1_000);
  await listener.allClosed();
});
