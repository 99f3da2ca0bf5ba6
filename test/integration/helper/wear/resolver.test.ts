// Name servers that flap: a wait gets through whenever one right answer comes, and else says what they said.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { decode, encode } from 'dns-packet';
import { type DnsReply, startDnsServer } from '../../../support/dns-server.ts';
import { runHelper, startHelper } from '../../../support/run-helper.ts';
import { startTcpListener } from '../../../support/tcp-listener.ts';
import { createTempDir } from '../../../support/temp-dir.ts';
import { prepareTimeJump } from '../../../support/time-jump.ts';

const right = (type: string, name: string): DnsReply =>
  type === 'A' ? [{ type: 'A', name, ttl: 1, data: '127.0.0.1' }] : [];

test('a name server that fails, keeps silent, refuses, denies and cuts its answers short delays a wait, no more', async () => {
  using folder = createTempDir();
  await using listener = await startTcpListener();
  const course: readonly [weather: DnsReply, said: string][] = [
    ['SERVFAIL', 'SERVFAIL'],
    ['NXDOMAIN', 'no such name'],
    ['silence', 'does not answer'],
    ['REFUSED', 'refused the question'],
    [[], 'has no such record'],
  ];
  await using dns = await startDnsServer(() => 'silence');
  const env = {
    GREENROOM_RESOLV_CONF: folder.write('resolv.conf', `nameserver ${dns.nameserver}\noptions attempts:1\n`),
    GREENROOM_HOSTS_FILE: folder.write('hosts', ''),
  };
  const helper = startHelper(['wait', `tcp://web.test:${listener.port}`, '--timeout', '1m'], env);
  for (const [weather, said] of course) {
    dns.answer = () => weather;
    await helper.logged(said);
  }
  dns.answer = ({ type, name, over }) => (over === 'udp' ? 'truncated' : right(type, name));
  const { exitCode, stderr } = await helper.ended;
  assert.equal(exitCode, 0, stderr);
  assert.ok(dns.questions.some(({ over }) => over === 'tcp'));
});

test('where it never answers rightly, the wait says what it said last', async () => {
  const weathers = [
    ['SERVFAIL', 'SERVFAIL'],
    ['silence', 'does not answer'],
    ['REFUSED', 'refused the question'],
    ['NXDOMAIN', 'no such name'],
  ] as const;
  const one = async ([weather, said]: (typeof weathers)[number]) => {
    using folder = createTempDir();
    await using dns = await startDnsServer(() => weather);
    const env = {
      GREENROOM_RESOLV_CONF: folder.write('resolv.conf', `nameserver ${dns.nameserver}\noptions attempts:1\n`),
      GREENROOM_HOSTS_FILE: folder.write('hosts', ''),
    };
    const time = prepareTimeJump(folder);
    const words = ['wait', 'tcp://web.test:1', '--deadline', '5m', '--timeout', '1m'];
    const helper = startHelper(words, { ...env, ...time.env });
    await helper.logged(said);
    time.jump();
    const { exitCode, termination = '' } = await helper.ended;
    assert.equal(exitCode, 124, weather);
    assert.ok(termination.includes(said), termination);
  };
  await Promise.all(weathers.map(one));
});

test('answers to questions that nobody asked, torn ones and noise are not believed', async () => {
  using folder = createTempDir();
  await using listener = await startTcpListener();
  const udp = createSocket('udp4');
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  let asked = 0;
  udp.on('message', (message, from) => {
    const query = decode(message);
    const name = query.questions?.[0]?.name ?? '';
    const type = query.questions?.[0]?.type ?? '';
    const answer = (id: number, data: string, about = name) =>
      encode({
        ...{ type: 'response' as const, id, questions: [{ type: 'A' as const, name: about }] },
        answers: [{ type: 'A', name: about, ttl: 1, data }],
      });
    const send = (packet: Uint8Array) => udp.send(packet, from.port, from.address);
    const id = query.id ?? 0;
    // nothing listens at 127.9.9.9: whoever believed it would be refused there
    send(answer(id ^ 1, '127.9.9.9'));
    send(answer(id, '127.9.9.9', 'other.test'));
    if (asked++ < 4) return send(answer(id, '127.9.9.9').subarray(0, 20));
    send(type === 'A' ? answer(id, '127.0.0.1') : encode({ type: 'response', id, questions: query.questions ?? [] }));
  });
  try {
    const env = {
      GREENROOM_RESOLV_CONF: folder.write('resolv.conf', `nameserver 127.0.0.1:${udp.address().port}\n`),
      GREENROOM_HOSTS_FILE: folder.write('hosts', ''),
    };
    const { exitCode, stderr } = await runHelper(['wait', `tcp://web.test:${listener.port}`, '--deadline', '60s'], env);
    assert.equal(exitCode, 0, stderr);
    assert.doesNotMatch(stderr, /127\.9\.9\.9/);
  } finally {
    udp.close();
  }
});
