// The built helper, killed with SIGKILL while it unpacks, at moments that chance chooses: the folder is there whole,
// or it is not there.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { serveObject, startOrigin } from '../../support/http-origin.ts';
import { tarOf } from '../../support/raw-archives.ts';
import { startHelper } from '../../support/run-helper.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const count = 1_500;
const body = gzipSync(
  tarOf(
    ...Array.from({ length: count }, (_, at) => ({
      name: `tree/d${at % 7}/f${at}`,
      content: `${at},`.repeat(at % 90),
    })),
    { name: 'tree/closed/', type: '5', mode: 0o500 },
    { name: 'tree/closed/f', content: 'closed' },
  ),
);

function isFilled(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}

/** @returns whether it is there; fails where it is not whole */
function check(path: string): boolean {
  if (!existsSync(path)) return false;
  for (let at = 0; at < count; at++) {
    assert.equal(readFileSync(join(path, `d${at % 7}`, `f${at}`), 'utf8'), `${at},`.repeat(at % 90));
  }
  assert.equal(readFileSync(join(path, 'closed/f'), 'utf8'), 'closed');
  return true;
}

test('killed while it unpacks, the folder is there whole or not at all', { timeout: 180_000 }, async (t) => {
  let killedBefore = 0;
  const property = fc.asyncProperty(
    fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 3 }),
    async (kills) => {
      using folder = createTempDir();
      const path = join(folder.path, 'site');
      const room = join(folder.path, '.greenroom');
      const left = (pattern: RegExp) =>
        existsSync(room) ? readdirSync(room).filter((name) => pattern.test(name)) : [];
      await using origin = await startOrigin((request) => serveObject({ body, etag: '"1"' }, request));
      const words = ['fetch', `${origin.url}/site.tgz`, path, '--unpack', '--strip-components', '1'];
      for (const afterMs of kills) {
        const before = new Set(left(/\.tree$/));
        // something of it is there: so the archive is, which came in one piece
        const hasBegun = () => left(/\.tree$/).some((name) => !before.has(name) && isFilled(join(room, name)));
        const helper = startHelper(words);
        let ended = false;
        const end = helper.ended.finally(() => {
          ended = true;
        });
        while (!ended && !hasBegun()) await systemClock.sleep(2);
        await Promise.race([systemClock.sleep(afterMs), end]);
        helper.child.kill('SIGKILL');
        await end;
        if (!check(path)) killedBefore++;
      }
      const { exitCode, stderr } = await startHelper(words).ended;
      assert.equal(exitCode, 0, stderr);
      assert.ok(check(path));
      assert.deepEqual(left(/\.(tree|trash|part)$/), [], 'what runs left that were killed is cleared away');
      assert.equal(origin.requests.length, 1, 'the archive is fetched once');
    },
  );
  const seed = Date.now() % 2 ** 31;
  t.diagnostic(`seed ${seed}`);
  await fc.assert(property, { numRuns: 6, seed, endOnFailure: true });
  assert.ok(killedBefore > 0, 'no kill came before the end');
});
