// Every cause of the table, by objects as a cluster tells them: what is found, and the sentence that is said of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chapters } from '../../../../cli/src/why/causes/index.ts';
import { answersFor } from './answers-for.ts';
import { podScenes } from './pod-scenes.ts';
import { waitScenes } from './wait-scenes.ts';
import { workloadScenes } from './workload-scenes.ts';

const scenes = [...podScenes, ...waitScenes, ...workloadScenes];

for (const { cause, verdict, also = [], objects, logs, target = 'pod/web' } of scenes) {
  test(`${cause}: ${verdict}`, async () => {
    const [answer] = await answersFor(objects, target, logs === undefined ? {} : { logs });
    assert.equal(answer?.verdict, verdict);
    assert.equal(answer.found[0]?.cause.id, cause);
    const [, ...others] = answer.found.map(({ finding }) => finding.verdict);
    assert.deepEqual(others, also);
  });
}

test('every cause of the table has a scene', () => {
  const known = new Set(scenes.map(({ cause }) => cause));
  const ids = chapters.flatMap(([, causes]) => causes.map(({ id }) => id));
  assert.deepEqual(
    ids.filter((id) => !known.has(id)),
    [],
  );
});

test('no cause stands in the table twice', () => {
  const ids = chapters.flatMap(([, causes]) => causes.map(({ id }) => id));
  assert.deepEqual([...new Set(ids)], ids);
});
