import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MongodbFraming } from '../../../../helper/src/wait/servers/mongodb-framing.ts';

/** A message of so many bytes, as its first four say. */
function message(sizeBytes: number, said = sizeBytes): Buffer {
  const bytes = Buffer.alloc(sizeBytes, 1);
  bytes.writeInt32LE(said, 0);
  return bytes;
}

test('messages pass byte for byte, however they are cut', async () => {
  const whole = Buffer.concat([message(16), message(40), message(17), message(1_000)]);
  for (const step of [1, 3, 5, 16, 500, whole.length]) {
    const framing = new MongodbFraming();
    for (let at = 0; at < whole.length; at += step) framing.write(whole.subarray(at, at + step));
    framing.end();
    const pieces: Buffer[] = [];
    for await (const piece of framing) pieces.push(piece as Buffer);
    assert.deepEqual(Buffer.concat(pieces), whole, `pieces of ${step}`);
  }
});

for (const said of [0, 3, 15, -1, 2 ** 30]) {
  test(`a message that says it has ${said} bytes does not pass`, async () => {
    const framing = new MongodbFraming();
    const failed = once(framing, 'error');
    framing.write(message(20));
    framing.write(message(20, said));
    const [error] = await failed;
    assert.match(String(error), new RegExp(`a message of ${said} bytes`));
  });
}
