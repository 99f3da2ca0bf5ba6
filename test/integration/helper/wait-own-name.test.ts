// A pod whose name is that of what it waits for: /etc/hosts has that name from the start.
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import type { Failure } from '../../../helper/src/core/failure.ts';
import type { Runtime } from '../../../helper/src/runtime.ts';
import { startDnsServer } from '../../support/dns-server.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { failureOf, startWait } from '../../support/running-wait.ts';
import { closedPort } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const name = hostname().toLowerCase();
const managed = `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n127.0.0.1\t${name}\n`;

/** The failure of a wait whose deadline passes once every target was seen not to be ready. */
async function atDeadline(targets: readonly string[], env: Runtime['env']): Promise<Failure> {
  const clock = new JumpingClock();
  const waiting = startWait([...targets, '--deadline', '5m'], env, clock);
  await Promise.all(targets.map((target) => waiting.saw(new RegExp(`^${target} not ready`))));
  clock.jump(300_000);
  return failureOf(waiting.ended);
}

test("dns: the pod's own line in /etc/hosts is not what is waited for", async () => {
  await using server = await startDnsServer(() => 'NXDOMAIN');
  using folder = createTempDir();
  const conf = `search shop.svc.cluster.local\nnameserver ${server.nameserver}\noptions ndots:5\n`;
  const waiting = startWait([`dns://${name}`], {
    GREENROOM_RESOLV_CONF: folder.write('resolv.conf', conf),
    GREENROOM_HOSTS_FILE: folder.write('hosts', managed),
  });
  await waiting.saw(/not ready: no such name/);
  assert.match(String(waiting.log.entries.at(-1)?.fields.hint), /this pod's own name too/);
  server.answer = (question) => (question.type === 'A' ? [{ type: 'A', name: question.name, data: '10.96.0.7' }] : []);
  await waiting.ended;
});

test('tcp: what connects to its own name is told so', async () => {
  using folder = createTempDir();
  const env = { GREENROOM_HOSTS_FILE: folder.write('hosts', managed) };
  const failure = await atDeadline([`tcp://${name}:${await closedPort()}`], env);
  assert.match(failure.hint ?? '', /this pod's own name too/);
});

test('several hosts that refuse alike are seen together', async () => {
  using folder = createTempDir();
  const env = {
    GREENROOM_HOSTS_FILE: folder.write('hosts', '127.0.0.1 db cache\n'),
    GREENROOM_RESOLV_CONF: folder.write('resolv.conf', 'search shop.svc.cluster.local\n'),
  };
  const targets = [`tcp://db:${await closedPort()}`, `tcp://cache:${await closedPort()}`];
  const failure = await atDeadline(targets, env);
  assert.match(failure.hint ?? '', /^2 hosts refuse alike/);
});
