// The same container run once more, as a kubelet does after a sandbox or a node was restarted: quick and harmless.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseTermination } from '../../../../helper/src/contract/termination.ts';
import { serveObject, startOrigin } from '../../../support/http-origin.ts';
import { startHelper } from '../../../support/run-helper.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

test('a plan that is run again ends with 0, writes its own message, and leaves the file as it is', async () => {
  using folder = createTempDir();
  const path = join(folder.path, 'f');
  await using origin = await startOrigin((request) =>
    serveObject({ body: Buffer.from('the model'), etag: '"1"' }, request),
  );
  const plan = `- wait tcp://127.0.0.1:${origin.port} ${origin.url}/ --timeout 60s\n- fetch ${origin.url}/f ${path}\n- wait file://${path}\n`;
  // longer than any of ours: what is left of it would show
  const termination = folder.write('end', `an older message ${'x'.repeat(4_000)}\n{"outcome":"failed"}`);
  const env = { GREENROOM_PLAN: plan, GREENROOM_TERMINATION_LOG: termination };
  const inodes: number[] = [];
  for (let run = 1; run <= 3; run++) {
    const { exitCode, stderr } = await startHelper(['run'], env).ended;
    assert.equal(exitCode, 0, stderr);
    const message = readFileSync(termination, 'utf8');
    assert.match(message, /^all 3 steps done in /);
    assert.equal(parseTermination(message)?.facts.outcome, 'done');
    assert.equal(readFileSync(path, 'utf8'), 'the model');
    inodes.push(statSync(path).ino);
    assert.doesNotMatch(stderr, /not ready/);
  }
  assert.equal(new Set(inodes).size, 1, 'written anew');
});

test('a wait that failed once leaves nothing that a run later could stumble over', async () => {
  using folder = createTempDir();
  const path = join(folder.path, 'ready');
  const termination = join(folder.path, 'end');
  const words = (deadline: string) => ['wait', `file://${path}`, '--deadline', deadline];
  const env = { GREENROOM_TERMINATION_LOG: termination };
  assert.equal((await startHelper(words('300ms'), env).ended).exitCode, 124);
  assert.match(readFileSync(termination, 'utf8'), /not ready after/);
  folder.write('ready', '');
  assert.equal((await startHelper(words('60s'), env).ended).exitCode, 0);
  assert.match(readFileSync(termination, 'utf8'), /ready after/);
  assert.doesNotMatch(readFileSync(termination, 'utf8'), /not ready/);
});
