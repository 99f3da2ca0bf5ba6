// The built helper, killed with SIGKILL at moments that chance chooses: whatever is killed when, the app never sees a
// wrong file, and the run after the last kill goes on where it can.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { serveObject, startOrigin } from '../../support/http-origin.ts';
import { startHelper } from '../../support/run-helper.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const versions = Array.from({ length: 4 }, () => randomBytes(3_000_000));
const digests = new Set(versions.map((bytes) => createHash('sha256').update(bytes).digest('hex')));

/** Fails if the destination holds anything but nothing or a whole version. */
function check(path: string): void {
  if (!existsSync(path)) return;
  assert.ok(digests.has(createHash('sha256').update(readFileSync(path)).digest('hex')), 'a wrong file');
}

test('killed at random moments, the destination holds nothing or a whole file', { timeout: 120_000 }, async (t) => {
  const kill = fc.record({
    /** Killed so long after its first request, in milliseconds. */
    afterMs: fc.integer({ min: 0, max: 90 }),
    version: fc.integer({ min: 0, max: versions.length - 1 }),
    validator: fc.constantFrom('strong', 'weak', 'none'),
  });
  const property = fc.asyncProperty(fc.array(kill, { minLength: 2, maxLength: 5 }), async (kills) => {
    using folder = createTempDir();
    const path = join(folder.path, 'model.bin');
    let now = kills[0] as (typeof kills)[number];
    let asked = () => {};
    await using origin = await startOrigin((request) => {
      asked();
      const body = versions[now.version] as Buffer;
      const etag = { strong: `"${now.version}"`, weak: `W/"${now.version}"`, none: undefined }[now.validator];
      const served = etag === undefined ? { body } : { body, etag };
      return serveObject(served, request, { trickle: { pieceBytes: 60_000, everyMs: 1 } });
    });
    for (now of kills) {
      const request = new Promise<void>((resolve) => {
        asked = resolve;
      });
      const helper = startHelper(['fetch', `${origin.url}/model.bin`, path]);
      await Promise.race([request, helper.ended]);
      await Promise.race([systemClock.sleep(now.afterMs), helper.ended]);
      helper.child.kill('SIGKILL');
      await helper.ended;
      check(path);
    }
    const { exitCode, stderr } = await startHelper(['fetch', `${origin.url}/model.bin`, path]).ended;
    assert.equal(exitCode, 0, stderr);
    assert.ok(existsSync(path));
    check(path);
    const parts = readdirSync(join(folder.path, '.greenroom')).filter((name) => name.endsWith('.part'));
    assert.deepEqual(parts, []);
  });
  const seed = Date.now() % 2 ** 31;
  t.diagnostic(`seed ${seed}`);
  await fc.assert(property, { numRuns: 6, seed, endOnFailure: true });
});

test('after SIGKILL the next run asks only for the rest, and after SIGTERM too', async () => {
  for (const [signal, exitCode] of [
    ['SIGKILL', null],
    ['SIGTERM', 143],
  ] as const) {
    using folder = createTempDir();
    const path = join(folder.path, 'model.bin');
    const body = versions[0] as Buffer;
    await using origin = await startOrigin((request) =>
      serveObject({ body, etag: '"a"' }, request, request.number === 1 ? { stallAt: 2_500_000 } : {}),
    );
    const first = startHelper(['fetch', `${origin.url}/model.bin`, path]);
    const room = join(folder.path, '.greenroom');
    const received = () =>
      existsSync(room) &&
      readdirSync(room).some((name) => name.endsWith('.part') && readFileSync(join(room, name)).length > 1_000_000);
    while (!received()) await systemClock.sleep(10);
    first.child.kill(signal);
    assert.equal((await first.ended).exitCode, exitCode);
    const second = await startHelper(['fetch', `${origin.url}/model.bin`, path]).ended;
    assert.equal(second.exitCode, 0, second.stderr);
    assert.match(origin.requests[1]?.headers.range ?? '', /^bytes=\d{7}-$/);
    assert.deepEqual(readFileSync(path), body);
  }
});
