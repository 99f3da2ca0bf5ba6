// A conversation with a server, over a stream that stands for its socket.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { converse } from '../../../../helper/src/wait/servers/dialogue.ts';

const { signal } = new AbortController();

test('of an answer without end no more than 64 KiB is read', async () => {
  const peer = new PassThrough();
  // what has no line feed is no line yet, however much of it there is
  peer.write(Buffer.alloc(65_536, 'a'));
  const talk = converse(peer as unknown as Socket, 'db:1', signal, ({ readLine }) => readLine());
  await new Promise(setImmediate);
  peer.write('a');
  peer.end();
  await assert.rejects(talk, { code: 'UNEXPECTED_ANSWER', message: 'too long an answer: db:1' });
  assert.ok(peer.destroyed);
});

test('an answer of as much is taken', async () => {
  const peer = new PassThrough();
  peer.write(Buffer.alloc(65_535, 'a'));
  peer.end('\n');
  const line = await converse(peer as unknown as Socket, 'db:1', signal, ({ readLine }) => readLine());
  assert.equal(line.length, 65_535);
});
