// Steps that share a process, as those of a plan do: what one held is let go when it ends, however it ends.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseStep } from '../../../../helper/src/contract/step.ts';
import { Failure } from '../../../../helper/src/core/failure.ts';
import { fetch } from '../../../../helper/src/fetch/fetch.ts';
import type { Log } from '../../../../helper/src/ports/log.ts';
import { systemClock } from '../../../../helper/src/system/clock.ts';
import { serveObject, startOrigin } from '../../../support/http-origin.ts';
import { memoryLog } from '../../../support/memory-log.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function run(words: readonly string[], signal: AbortSignal, log: Log = memoryLog()): Promise<unknown> {
  const step = parseStep(words);
  if (step.kind !== 'fetch') throw new Error('no fetch');
  return fetch(step, { clock: systemClock, random: { next: () => 0 }, log, env: {}, signal });
}

const onLinux = { skip: process.platform === 'linux' ? false : 'LEFT OUT: /proc tells what is open on Linux only' };

test('a copy out of the cache that nobody wants any more is closed', onLinux, async () => {
  using folder = createTempDir();
  const body = randomBytes(100_000);
  await using origin = await startOrigin((request) => serveObject({ body }, request));
  const words = (name: string) => [
    ...['fetch', `${origin.url}/a`, join(folder.path, name), '--sha256', sha256(body)],
    ...['--cache', join(folder.path, 'cache')],
  ];
  await run(words('first'), new AbortController().signal);
  const stop = new AbortController();
  const log = memoryLog();
  // at that moment the copy is whole, and not yet published
  const info: Log['info'] = (message, fields) => {
    log.info(message, fields);
    if (message.startsWith('taken from the cache')) stop.abort(new Failure('TERMINATED', 'stopped'));
  };
  await assert.rejects(run(words('second'), stop.signal, { ...log, info }), { code: 'TERMINATED' });
  const open = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      // the descriptor of the listing itself
      return [];
    }
  });
  assert.deepEqual(
    open.filter((path) => path.startsWith(folder.path)),
    [],
  );
});

test('a list that is fetched leaves no memory behind', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  using folder = createTempDir();
  await using origin = await startOrigin(({ path }) => ({ body: path === '/list' ? 'a\nb\nc\n' : path }));
  const { signal } = new AbortController();
  const heldBytes: number[] = [];
  for (let round = 0; round < 12; round++) {
    await run(['fetch', `${origin.url}/list`, join(folder.path, String(round)), '--list'], signal);
    for (let times = 0; times < 3; times++) {
      collect();
      // what was collected is told to its registries in a turn of the loop
      await new Promise(setImmediate);
    }
    heldBytes.push(process.memoryUsage().arrayBuffers);
  }
  // each has buffers of 16 KiB for three files at once
  const grownBytes = (heldBytes[11] ?? 0) - (heldBytes[4] ?? 0);
  assert.ok(grownBytes < 200_000, `${grownBytes} bytes in 7 rounds: ${heldBytes.join(' ')}`);
});
