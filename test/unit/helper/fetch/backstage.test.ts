import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBackstage } from '../../../../helper/src/fetch/backstage/backstage.ts';
import { openStaging } from '../../../../helper/src/fetch/many/staging.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

// on which nothing ever comes
const clock = { now: () => 0, wallTime: () => 0, sleep: () => new Promise<void>(() => {}) };
const { signal } = new AbortController();
const known = { digestKnown: false, algorithms: [] };
const state = { source: 'x', validators: {}, flushedBytes: 0 };

test('a run goes on when another one has removed the empty folder that both had opened', async () => {
  using folder = createTempDir();
  await chmod(folder.path, 0o775);
  const room = join(folder.path, '.greenroom');
  const open = (name: string) => openBackstage({ path: join(folder.path, name), folder: folder.path, name });
  const over = await open('a');
  const mine = await open('b');
  const removed = async () => {
    await over.tidy();
    assert.ok(!existsSync(room));
  };

  await removed();
  assert.equal(await mine.takeOver('x', known, signal), undefined);
  await removed();
  const work = await mine.begin(state, []);
  await work.partial.append(Buffer.from('bytes'));
  await over.tidy();
  assert.equal(readdirSync(room).length, 2, 'what is not empty stays');
  assert.equal(statSync(room).mode & 0o777, 0o775, 'whoever may write the folder may write this one');
  await mine.drop(work);
});

test('so does a run of many files', async () => {
  using folder = createTempDir();
  const destination = { path: join(folder.path, 'c'), folder: folder.path, name: 'c' };
  const over = await openBackstage(destination);
  await over.tidy();
  const aim = { source: 'x', selection: '' };
  const staging = await openStaging(destination, aim, [], clock, signal);
  assert.ok(existsSync(staging.tree));
  await staging.close();
});

test('a state that is saved too late does not come back', async () => {
  for (const end of ['drop', 'finish'] as const) {
    using folder = createTempDir();
    const backstage = await openBackstage({
      ...{ path: join(folder.path, 'f'), folder: folder.path, name: 'f' },
    });
    const work = await backstage.begin(state, []);
    await backstage[end](work);
    await backstage.saveState(work, { ...state, flushedBytes: 1 });
    const left = readdirSync(join(folder.path, '.greenroom'));
    assert.deepEqual(
      left.filter((name) => name.endsWith('.json')),
      [],
    );
    if (end === 'finish') await work.partial.close();
  }
});

test('what another run has under way is not taken over while it is alive, and is once it is over', async () => {
  using folder = createTempDir();
  const destination = { path: join(folder.path, 'f'), folder: folder.path, name: 'f' };
  const [theirs, ours] = [await openBackstage(destination), await openBackstage(destination)];
  const work = await theirs.begin({ ...state, validators: { etag: '"1"' } }, []);
  await work.partial.append(Buffer.from('half'));
  await work.partial.drain();
  assert.equal(await ours.takeOver('x', known, signal), undefined);
  assert.ok(existsSync(work.partial.path), 'it was removed');

  await work.partial.close();
  const statePath = work.partial.path.replace(/part$/, 'json');
  const { owner, ...rest } = JSON.parse(readFileSync(statePath, 'utf8'));
  writeFileSync(statePath, JSON.stringify({ ...rest, owner: { ...owner, started: 'over' } }));
  const taken = await ours.takeOver('x', known, signal);
  assert.equal(taken?.held.bytes, 4);
  await taken?.work.partial.close();
});
