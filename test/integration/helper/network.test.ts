import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { Failure } from '../../../helper/src/core/failure.ts';
import { createNetwork, type Network, type Phase } from '../../../helper/src/network/network.ts';
import type { Clock } from '../../../helper/src/ports/clock.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { type DnsQuestion, type DnsReply, type DnsServer, startDnsServer } from '../../support/dns-server.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const never = new AbortController().signal;
const a = (name: string, data: string) => [{ type: 'A' as const, name, ttl: 30, data }];

// an answer that a slow machine has not read after a second, or after 50 ms beside another, is an answer all the same
const patient: Clock = { ...systemClock, sleep: (_, signal) => systemClock.sleep(60_000, signal) };

interface Lab extends AsyncDisposable {
  readonly server: DnsServer;
  readonly network: Network;
}

/** A network whose only name servers are the scripted ones. */
async function lab(
  answer: (question: DnsQuestion) => DnsReply,
  { options = 'ndots:5', others = [] as string[], hosts = '', connectTo = '', clock = patient } = {},
): Promise<Lab> {
  const server = await startDnsServer(answer);
  const folder = createTempDir();
  const lines = [...others, server.nameserver].map((nameserver) => `nameserver ${nameserver}`);
  const conf = ['search shop.svc.cluster.local svc.cluster.local', ...lines, `options ${options}`].join('\n');
  const env = {
    GREENROOM_RESOLV_CONF: folder.write('resolv.conf', conf),
    GREENROOM_HOSTS_FILE: folder.write('hosts', hosts),
    GREENROOM_CONNECT_TO: connectTo,
  };
  return {
    server,
    network: createNetwork({ env, clock }),
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const thrown = await promise.then(
    () => assert.fail('did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(thrown instanceof Failure, String(thrown));
  return thrown;
}

test('a short name is found in the namespace of the pod, as its own resolver finds it', async () => {
  await using it = await lab(({ name, type }) =>
    name === 'db.shop.svc.cluster.local' ? (type === 'A' ? a(name, '10.96.0.7') : []) : 'NXDOMAIN',
  );
  assert.deepEqual(await it.network.resolve('db', never), [{ address: '10.96.0.7', family: 4 }]);
  assert.deepEqual([...new Set(it.server.questions.map(({ name }) => name))], ['db.shop.svc.cluster.local']);
});

test('goes through the search list, then asks for the name itself', async () => {
  await using it = await lab(({ name, type }) =>
    name === 'example.org' && type === 'AAAA'
      ? [{ type, name, data: '2001:db8::1' }]
      : name === 'example.org'
        ? []
        : 'NXDOMAIN',
  );
  assert.deepEqual(await it.network.resolve('example.org', never), [{ address: '2001:db8::1', family: 6 }]);
});

test('IPv6 comes first where a name has both', async () => {
  await using it = await lab(({ name, type }) =>
    type === 'A' ? a(name, '10.0.0.1') : [{ type: 'AAAA', name, data: 'fd00::1' }],
  );
  assert.deepEqual(await it.network.resolve('db', never), [
    { address: 'fd00::1', family: 6 },
    { address: '10.0.0.1', family: 4 },
  ]);
});

test('a silent AAAA does not hold up an A', async () => {
  await using it = await lab(({ name, type }) => (type === 'A' ? a(name, '10.0.0.1') : 'silence'), {
    clock: { ...patient, sleep: (ms, stop) => (ms < 1_000 ? systemClock : patient).sleep(ms, stop) },
  });
  assert.deepEqual(await it.network.resolve('db', never), [{ address: '10.0.0.1', family: 4 }]);
});

test('NXDOMAIN lists every candidate that was tried', async () => {
  await using it = await lab(() => 'NXDOMAIN');
  const failure = await failureOf(it.network.resolve('db', never));
  assert.equal(failure.code, 'NAME_NOT_FOUND');
  assert.equal(failure.message, 'no such name: asked for db.shop.svc.cluster.local, db.svc.cluster.local, db');
  assert.deepEqual(failure.details, {
    name: 'db',
    answer: 'NXDOMAIN',
    candidates: ['db.shop.svc.cluster.local', 'db.svc.cluster.local', 'db'],
    nameservers: [it.server.nameserver],
  });
});

test('a name without an address is told from a name that is not there', async () => {
  await using it = await lab(({ name }) => (name === 'db.svc.cluster.local' ? [] : 'NXDOMAIN'));
  const failure = await failureOf(it.network.resolve('db', never));
  assert.equal(failure.code, 'NAME_NOT_FOUND');
  assert.equal(failure.details.answer, 'NODATA');
});

test('SERVFAIL of one candidate outweighs NXDOMAIN of the others', async () => {
  await using it = await lab(({ name }) => (name === 'db' ? 'SERVFAIL' : 'NXDOMAIN'));
  const failure = await failureOf(it.network.resolve('db', never));
  assert.equal(failure.code, 'NAME_SERVER_FAILED');
  assert.equal(failure.details.answer, 'SERVFAIL');
});

test('REFUSED is told apart', async () => {
  await using it = await lab(() => 'REFUSED');
  assert.equal((await failureOf(it.network.resolve('db', never))).details.answer, 'REFUSED');
});

test('a server that stays silent is asked again, then named, and ends the search', async () => {
  await using it = await lab(() => 'silence', { options: 'ndots:5 attempts:2', clock: systemClock });
  const failure = await failureOf(it.network.query('db', 'A', never));
  assert.equal(failure.code, 'NAME_SERVER_FAILED');
  assert.equal(
    failure.message,
    `name server ${it.server.nameserver} does not answer: asked for db.shop.svc.cluster.local`,
  );
  assert.equal(it.server.questions.length, 2);
});

test('a server that nothing listens at is told apart', async () => {
  await using gone = await lab(() => 'silence');
  await gone.server[Symbol.asyncDispose]();
  const failure = await failureOf(gone.network.query('db', 'A', never));
  assert.equal(failure.details.answer, 'UNREACHABLE');
  Object.assign(gone.server, { [Symbol.asyncDispose]: async () => {} });
});

test('asks the next server where the first one fails', async () => {
  await using failing = await startDnsServer(() => 'SERVFAIL');
  await using it = await lab(({ name }) => a(name, '10.0.0.9'), { others: [failing.nameserver] });
  assert.equal((await it.network.query('db', 'A', never)).records[0], '10.0.0.9');
  assert.equal(failing.questions.length, 1);
});

test('a truncated answer is asked for again over TCP', async () => {
  await using it = await lab(({ name, over }) => (over === 'udp' ? 'truncated' : a(name, '10.0.0.3')));
  assert.deepEqual((await it.network.query('db', 'A', never)).records, ['10.0.0.3']);
  assert.deepEqual(
    it.server.questions.map(({ over }) => over),
    ['udp', 'tcp'],
  );
});

test('nothing is remembered: a name that appears is found by the next question', async () => {
  await using it = await lab(() => 'NXDOMAIN');
  await failureOf(it.network.resolve('db', never));
  it.server.answer = ({ name, type }) => (type === 'A' ? a(name, '10.0.0.4') : []);
  assert.deepEqual(await it.network.resolve('db', never), [{ address: '10.0.0.4', family: 4 }]);
});

test('every record type follows the search list, one line a record', async () => {
  await using it = await lab(({ name, type }) => {
    if (name !== 'db.shop.svc.cluster.local') return 'NXDOMAIN';
    if (type === 'SRV') return [{ type, name, data: { priority: 0, weight: 100, port: 5432, target: 'db-0.db' } }];
    if (type === 'MX') return [{ type, name, data: { preference: 10, exchange: 'mail.db' } }];
    if (type === 'TXT') return [{ type, name, data: ['two ', 'strings'] }];
    if (type === 'CNAME' || type === 'NS' || type === 'PTR') return [{ type, name, data: 'other.example' }];
    return [];
  });
  const records = async (type: 'SRV' | 'MX' | 'TXT' | 'CNAME' | 'NS' | 'PTR') => it.network.query('db', type, never);
  assert.deepEqual(await records('SRV'), { name: 'db.shop.svc.cluster.local', records: ['0 100 5432 db-0.db'] });
  assert.deepEqual((await records('MX')).records, ['10 mail.db']);
  assert.deepEqual((await records('TXT')).records, ['two strings']);
  for (const type of ['CNAME', 'NS', 'PTR'] as const)
    assert.deepEqual((await records(type)).records, ['other.example']);
});

test('names of the hosts file and addresses need no name server', async () => {
  await using it = await lab(() => 'NXDOMAIN', { hosts: '10.1.1.1 alias.example ALIAS\n' });
  assert.deepEqual(await it.network.resolve('alias', never), [{ address: '10.1.1.1', family: 4 }]);
  assert.deepEqual(await it.network.resolve('fd00::5', never), [{ address: 'fd00::5', family: 6 }]);
  assert.equal((await it.network.resolve('localhost', never))[0]?.address, '127.0.0.1');
  assert.equal(it.server.questions.length, 0);
});

test('an abort ends a question that hangs, with its reason', async () => {
  const asked = Promise.withResolvers<void>();
  await using it = await lab(() => {
    asked.resolve();
    return 'silence';
  });
  const stop = new AbortController();
  const resolving = it.network.resolve('db', stop.signal);
  await asked.promise;
  stop.abort(new Failure('TERMINATED', 'stopped'));
  assert.equal((await failureOf(resolving)).code, 'TERMINATED');
});

test('connects by name, says what it is busy with, and closes nothing that it hands over', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await using it = await lab(({ name, type }) => (type === 'A' ? a(name, '10.96.0.7') : []), {
    connectTo: `10.96.0.7:5432=127.0.0.1:${port}`,
  });
  const phases: Phase[] = [];
  const socket = await it.network.connect('db', 5432, never, (phase) => phases.push(phase));
  assert.equal(socket.remotePort, port);
  assert.equal(socket.destroyed, false);
  assert.deepEqual(phases, [
    { kind: 'resolve', name: 'db' },
    { kind: 'connect', endpoint: '10.96.0.7:5432' },
  ]);
  socket.destroy();
  server.close();
  await once(server, 'close');
});

test('tries every address: one that refuses does not hide one that accepts', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.2');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await using it = await lab(({ name, type }) =>
    type === 'A' ? [...a(name, '127.0.0.1'), ...a(name, '127.0.0.2')] : [],
  );
  const socket = await it.network.connect('db', port, never);
  assert.equal(socket.remoteAddress, '127.0.0.2');
  socket.destroy();
  server.close();
  await once(server, 'close');
});

test('a refused connection names the address that the pod sees', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await using it = await lab(({ name, type }) => (type === 'A' ? a(name, '10.96.0.7') : []), {
    connectTo: `10.96.0.7:5432=127.0.0.1:${port}`,
  });
  const failure = await failureOf(it.network.connect('db', 5432, never));
  assert.equal(failure.code, 'CONNECTION_REFUSED');
  assert.equal(failure.message, 'connection refused: 10.96.0.7:5432');
});
