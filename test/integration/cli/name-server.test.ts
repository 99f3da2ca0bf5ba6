// The name server of a rehearsal, asked by c-ares as the helper asks it.
import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { test } from 'node:test';
import { encode, streamDecode, streamEncode } from 'dns-packet';
import { startNameServer } from '../../../cli/src/rehearse/cluster/name-server.ts';
import type { NameAnswer } from '../../../cli/src/rehearse/cluster/names.ts';

const answers: Readonly<Record<string, NameAnswer>> = {
  'web A': { kind: 'addresses', addresses: ['10.96.0.11'] },
  'web AAAA': { kind: 'no-data' },
  '_http._tcp.web SRV': { kind: 'ports', target: 'web', ports: [80, 81] },
};
const start = () => startNameServer(async (name, type) => answers[`${name} ${type}`] ?? { kind: 'no-such-name' });

test('it answers with addresses, ports, no data and no such name', async () => {
  const server = await start();
  const resolver = new Resolver({ timeout: 60_000, tries: 1 });
  resolver.setServers([server.address]);
  try {
    assert.deepEqual(await resolver.resolve4('web'), ['10.96.0.11']);
    await assert.rejects(resolver.resolve6('web'), { code: 'ENODATA' });
    await assert.rejects(resolver.resolve4('other'), { code: 'ENOTFOUND' });
    const records = await resolver.resolveSrv('_http._tcp.web');
    assert.deepEqual(records.map(({ name, port, weight }) => [name, port, weight]).sort(), [
      ['web', 80, 50],
      ['web', 81, 50],
    ]);
  } finally {
    await server.close();
  }
});

test('it answers over TCP, two questions that come in pieces', async () => {
  const server = await start();
  const socket = connect(Number(server.address.split(':')[1]), '127.0.0.1');
  try {
    const query = streamEncode({ type: 'query', id: 7, questions: [{ type: 'A', name: 'web' }] });
    const both = Buffer.concat([query, query]);
    socket.write(both.subarray(0, 5));
    socket.write(both.subarray(5));
    let received = Buffer.alloc(0);
    for await (const data of socket) {
      received = Buffer.concat([received, data as Buffer]);
      if (received.length >= 2 * (2 + received.readUInt16BE(0))) break;
    }
    const reply = streamDecode(received);
    assert.equal(reply?.id, 7);
    assert.equal(reply?.answers?.length, 1);
  } finally {
    socket.destroy();
    await server.close();
  }
});

test('it goes on after a question that is none', async () => {
  const server = await start();
  const { createSocket } = await import('node:dgram');
  const socket = createSocket('udp4');
  try {
    const port = Number(server.address.split(':')[1]);
    const reply = new Promise<Buffer>((resolve) => socket.once('message', resolve));
    socket.send(Buffer.from('not a question'), port, '127.0.0.1');
    socket.send(encode({ type: 'query', id: 8, questions: [{ type: 'A', name: 'web' }] }), port, '127.0.0.1');
    assert.equal((await reply).readUInt16BE(0), 8);
  } finally {
    socket.close();
    await server.close();
  }
});
