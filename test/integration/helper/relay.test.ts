// The door on loopback by which drivers dial.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { Failure } from '../../../helper/src/core/failure.ts';
import { throughRelay } from '../../../helper/src/wait/servers/relay.ts';
import { startTcpListener } from '../../support/tcp-listener.ts';

const never = new AbortController().signal;

async function dialTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function say(port: number, text: string): Promise<string> {
  const socket = await dialTo(port);
  socket.write(text);
  const [answer] = await once(socket, 'data');
  return String(answer);
}

test('every connection to the door is one to the server, and all are closed at the end', async () => {
  await using server = await startTcpListener((socket) => void socket.on('data', (data) => socket.write(`<${data}>`)));
  let dialled = 0;
  const dial = () => {
    dialled += 1;
    return dialTo(server.port);
  };
  const said = await throughRelay(dial, never, (port) => Promise.all([say(port, 'a'), say(port, 'b'), say(port, 'c')]));
  assert.deepEqual(said, ['<a>', '<b>', '<c>']);
  assert.equal(dialled, 3);
  await server.allClosed();
});

test('a server that closes ends the connection of the driver', async () => {
  await using server = await startTcpListener((socket) => socket.destroy());
  await throughRelay(
    () => dialTo(server.port),
    never,
    async (port) => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      await once(socket, 'close');
    },
  );
});

test('why the server cannot be reached is told, not what the driver made of it', async () => {
  const refused = new Failure('CONNECTION_REFUSED', 'refused');
  await assert.rejects(
    throughRelay(
      () => Promise.reject(refused),
      never,
      () => assert.fail('no door is opened'),
    ),
    refused,
  );
  await using server = await startTcpListener();
  let dialled = 0;
  const onlyOnce = () => (dialled++ === 0 ? dialTo(server.port) : Promise.reject(refused));
  await assert.rejects(
    throughRelay(onlyOnce, never, async (port) => {
      await dialTo(port);
      const second = connect(port, '127.0.0.1').on('error', () => {});
      await once(second, 'close');
      throw new Error('the driver: connection lost');
    }),
    refused,
  );
  await server.allClosed();
});

test('an attempt that is over closes everything, whatever the driver does', async () => {
  await using server = await startTcpListener();
  const attempt = new AbortController();
  const used = throughRelay(
    () => dialTo(server.port),
    attempt.signal,
    async (port) => {
      await dialTo(port).then((socket) => socket.on('error', () => {}));
      attempt.abort(new Failure('TIMED_OUT', 'over'));
      return new Promise<never>(() => {});
    },
  );
  await assert.rejects(used, { code: 'TIMED_OUT' });
  await server.allClosed();
});
