// An API server that fails for a while, during a wait that it told something of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../helper/src/core/failure.ts';
import { ApiServer } from '../../support/api-server.ts';
import { type RunningWait, startWait } from '../../support/running-wait.ts';

const jobs = '/apis/batch/v1/namespaces/shop/jobs';
const job = (isDone: boolean) => ({ status: { conditions: isDone ? [{ type: 'Complete', status: 'True' }] : [] } });
// where the wait idles, it does so for an hour: longer than anybody runs a test
const words = ['k8s://job/migrate', '--interval', '20ms', '--deadline', '1h'];
const impatient = { timeout: 60_000 };

/** Ends with the test, also with one that took too long. */
function start(words: readonly string[], api: ApiServer, { signal }: { readonly signal: AbortSignal }): RunningWait {
  const waiting = startWait(words, api.env);
  signal.addEventListener('abort', () => waiting.stop.abort(new Failure('TERMINATED', 'it idles')));
  return waiting;
}

test('an API server that goes away is named, and its return finds what changed', impatient, async (context) => {
  await using api = await ApiServer.start();
  const waiting = start(words, api, context);
  await api.sees('watch', 1);
  api.tokens.clear();
  api.endWatches('cut');
  await waiting.saw(/the Kubernetes API refuses: Unauthorized/);
  assert.match(String(waiting.log.entries.at(-1)?.fields.hint), /does not know the token/);
  api.tokens.add('first');
  api.put(jobs, 'migrate', job(true));
  await waiting.ended;
});

test('what a watch told at its end counts, though the next one is refused', impatient, async (context) => {
  await using api = await ApiServer.start();
  api.put(jobs, 'migrate', job(false));
  const waiting = start(words, api, context);
  await api.sees('watch', 1);
  api.put(jobs, 'migrate', job(true));
  api.endWatches('end');
  api.tokens.clear();
  await waiting.saw(/the Kubernetes API refuses: Unauthorized/);
  api.tokens.add('first');
  await waiting.ended;
});

test(
  'what must stay ready is asked again after a refusal, though nothing about it changes',
  impatient,
  async (context) => {
    await using api = await ApiServer.start();
    api.put(jobs, 'migrate', job(true));
    const waiting = start([...words, '--successes', '3'], api, context);
    await waiting.saw(/ready once/);
    api.tokens.clear();
    api.endWatches('cut');
    await waiting.saw(/the Kubernetes API refuses: Unauthorized/);
    api.tokens.add('first');
    await waiting.ended;
  },
);
