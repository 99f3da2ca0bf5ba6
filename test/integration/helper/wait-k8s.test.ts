// k8s:// targets against a stand-in for the API server, over TLS. The real one: test/e2e.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiServer } from '../../support/api-server.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { failureOf, firstCause, startWait } from '../../support/running-wait.ts';

const jobs = '/apis/batch/v1/namespaces/shop/jobs';
const job = (type?: string) => ({ status: { conditions: type === undefined ? [] : [{ type, status: 'True' }] } });
const conditions = (type: string, status = 'True') => ({ status: { conditions: [{ type, status }] } });

test('a Job that is complete takes one question', async () => {
  await using api = await ApiServer.start();
  api.put(jobs, 'migrate', job('Complete'));
  assert.equal((await startWait(['k8s://job/migrate'], api.env).ended).attempts, 1);
  assert.deepEqual(
    api.requests.map(({ path }) => path),
    [`${jobs}?fieldSelector=metadata.name%3Dmigrate`],
  );
});

test('a Job is listed once and watched until the wait is over: not there, running, complete', async () => {
  await using api = await ApiServer.start();
  const waiting = startWait(['k8s://job/migrate'], api.env);
  await waiting.saw(/not ready: no such object: jobs\.batch "migrate" in namespace shop/);
  await api.sees('watch', 1);
  api.put(jobs, 'migrate', job());
  await waiting.saw(/not ready: the Job is not complete/);
  api.put(jobs, 'migrate', job('Complete'));
  await waiting.ended;
  assert.deepEqual(
    api.requests.map(({ verb }) => verb),
    ['list', 'watch'],
  );
  const watch = new URL(api.requests[1]?.path ?? '', 'https://localhost').searchParams;
  assert.equal(watch.get('resourceVersion'), '100');
  assert.equal(watch.get('allowWatchBookmarks'), 'true');
  assert.ok(Number(watch.get('timeoutSeconds')) >= 300);
  await api.unwatched();
});

test('a Job that has failed ends the wait at once, for good', async () => {
  await using api = await ApiServer.start();
  const waiting = startWait(['k8s://job/migrate'], api.env);
  await api.sees('watch', 1);
  api.put(jobs, 'migrate', job('Failed'));
  const failure = await failureOf(waiting.ended);
  assert.equal(failure.code, 'TARGET_FAILED');
  assert.equal(failure.exitCode, 3);
  assert.match(failure.message, /^k8s:\/\/job\/migrate cannot become ready: the Job has failed/);
});

test('a watch that ends is taken up from the last version, with the token of that moment', async () => {
  await using api = await ApiServer.start();
  const waiting = startWait(['k8s://job/migrate'], api.env);
  await api.sees('watch', 1);
  api.put(jobs, 'migrate', job());
  await waiting.saw(/the Job is not complete/);
  api.bookmark();
  api.account.write('token', 'second');
  api.endWatches('cut');
  // what happens meanwhile is not missed
  api.put(jobs, 'migrate', job('Complete'));
  await waiting.ended;
  const last = api.requests.at(-1);
  assert.equal(last?.token, 'second');
  assert.equal(api.asked('list').length, 1, 'no new list');
  // the object was 101; the bookmark, which may have been on its way still, 102
  assert.match(last?.path ?? '', /resourceVersion=10[12]$/);
});

for (const how of ['an answer', 'an event'] as const) {
  test(`a version that is too old, said by ${how}, takes a new list`, async () => {
    await using api = await ApiServer.start();
    const waiting = startWait(['k8s://job/migrate'], api.env);
    await api.sees('watch', 1);
    if (how === 'an event') api.expire();
    else {
      api.oldest = 1_000;
      api.endWatches('cut');
    }
    await api.sees('list', 2);
    api.oldest = 0;
    api.put(jobs, 'migrate', job('Complete'));
    await waiting.ended;
  });
}

test('a Job that is removed after its end was complete all the same', async () => {
  await using api = await ApiServer.start();
  const waiting = startWait(['k8s://job/migrate'], api.env);
  await api.sees('watch', 1);
  // at one go, as when ttlSecondsAfterFinished is 0
  api.put(jobs, 'migrate', job('Complete'));
  api.remove(jobs, 'migrate');
  await waiting.ended;
});

test('a Job that is removed before its end was seen is waited for anew', async () => {
  await using api = await ApiServer.start();
  api.put(jobs, 'migrate', job());
  const waiting = startWait(['k8s://job/migrate'], api.env);
  await api.sees('watch', 1);
  api.remove(jobs, 'migrate');
  await waiting.saw(/it was there and is gone, and how it ended was not seen: jobs\.batch "migrate"/);
  assert.match(String(waiting.log.entries.at(-1)?.fields.hint), /ttlSecondsAfterFinished/);
  api.put(jobs, 'migrate', job('Complete'));
  await waiting.ended;
});

test('a right that was granted before, and is refused while the API server starts, is asked for again', async () => {
  await using api = await ApiServer.start();
  api.put(jobs, 'migrate', job());
  const waiting = startWait(['k8s://job/migrate', '--interval', '20ms'], api.env);
  await api.sees('watch', 1);
  api.denied.add('watch').add('list').add('get');
  api.endWatches('cut');
  await waiting.saw(/the Kubernetes API refuses: jobs is forbidden/);
  // it ends, and is removed, unseen: the watch that goes on where it stopped still tells
  api.put(jobs, 'migrate', job('Complete'));
  api.remove(jobs, 'migrate');
  api.denied.clear();
  await waiting.ended;
  assert.equal(api.asked('list').length, 1);
});

test('where it may not be watched, it is asked again, which is said once with the rule', async () => {
  await using api = await ApiServer.start();
  api.denied.add('watch');
  const waiting = startWait(['k8s://job/migrate', '--interval', '20ms'], api.env);
  await api.sees('list', 3);
  api.put(jobs, 'migrate', job('Complete'));
  await waiting.ended;
  const said = waiting.log.messages('info').filter((message) => /may not be watched/.test(message));
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /jobs is forbidden: the account cannot watch/);
  assert.equal(api.asked('watch').length, 1);
});

test('with the right to get alone, the one object is asked for again', async () => {
  await using api = await ApiServer.start();
  api.denied.add('watch').add('list');
  const waiting = startWait(['k8s://job/migrate', '--interval', '20ms'], api.env);
  await waiting.saw(/jobs\.batch may not be listed, so the API is asked again/);
  await api.sees('get', 3);
  api.put(jobs, 'migrate', job('Complete'));
  await waiting.ended;
  assert.equal(api.asked('list').length, 1);
});

test('a right that is missing is named with the command that grants it, and may come', async () => {
  await using api = await ApiServer.start();
  api.denied.add('watch').add('list').add('get');
  const waiting = startWait(['k8s://job/migrate', '--interval', '20ms'], api.env);
  await waiting.saw(/the Kubernetes API refuses: jobs is forbidden/);
  const hint = /kubectl create role wait --verb=get,list,watch --resource=jobs\.batch --resource-name=migrate -n shop/;
  assert.match(String(waiting.log.entries.at(-1)?.fields.hint), hint);
  api.denied.clear();
  api.put(jobs, 'migrate', job('Complete'));
  await waiting.ended;
});

test('a Service is there without endpoints, then ready', async () => {
  await using api = await ApiServer.start();
  const slices = '/apis/discovery.k8s.io/v1/namespaces/data/endpointslices';
  const slice = (ready: boolean) => ({ endpoints: [{ conditions: { ready } }] });
  const waiting = startWait(['k8s://service/db', '--namespace', 'data'], api.env);
  await waiting.saw(/no such object: services "db" in namespace data/);
  await api.sees('watch', 2);
  api.put('/api/v1/namespaces/data/services', 'db', {});
  await waiting.saw(/the Service has no ready endpoint/);
  api.put(slices, 'db-x', slice(false));
  api.put(slices, 'db-x', slice(true));
  await waiting.ended;
  assert.deepEqual(
    api.asked('list').map(({ path }) => path),
    [
      '/api/v1/namespaces/data/services?fieldSelector=metadata.name%3Ddb',
      `${slices}?labelSelector=kubernetes.io%2Fservice-name%3Ddb`,
    ],
  );
});

test('pods are chosen by a selector', async () => {
  await using api = await ApiServer.start();
  const waiting = startWait(['k8s://pod', '--selector', 'app=db,tier in (a, b)'], api.env);
  await waiting.saw(/the selector chooses no pods/);
  await api.sees('watch', 1);
  api.put('/api/v1/namespaces/shop/pods', 'db-0', conditions('Ready'));
  await waiting.ended;
  assert.match(api.requests[0]?.path ?? '', /^\/api\/v1\/namespaces\/shop\/pods\?labelSelector=app%3Ddb%2Ctier%20in/);
});

test('objects of the cluster are in no namespace', async () => {
  await using api = await ApiServer.start();
  api.put('/api/v1/nodes', 'one', conditions('Ready'));
  api.put('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'a.example.org', conditions('Established'));
  await startWait(['k8s://node/one', 'k8s://crd/a.example.org'], api.env).ended;
});

test('a custom resource is found by discovery, once its definition is there', async () => {
  await using api = await ApiServer.start();
  const waiting = startWait(['k8s://issuers.example.org/web', '--condition', 'Ready', '--interval', '20ms'], api.env);
  await waiting.saw(/knows no group example\.org yet/);
  api.discovery.set('/apis/example.org', { preferredVersion: { version: 'v2' }, versions: [{ version: 'v1' }] });
  api.discovery.set('/apis/example.org/v2', { resources: [{ name: 'issuer', namespaced: true }] });
  api.discovery.set('/apis/example.org/v1', { resources: [] });
  await waiting.saw(/knows no issuers in the group example\.org yet; did you mean issuer\.example\.org\?/);
  api.discovery.set('/apis/example.org/v1', { resources: [{ name: 'issuers', namespaced: false }] });
  await api.sees('watch', 1);
  api.put('/apis/example.org/v1/issuers', 'web', conditions('Ready', 'False'));
  await waiting.saw(/the condition Ready is False/);
  api.put('/apis/example.org/v1/issuers', 'web', conditions('Ready'));
  await waiting.ended;
});

test('any field of an object can be waited for', async () => {
  await using api = await ApiServer.start();
  const ingresses = '/apis/networking.k8s.io/v1/namespaces/shop/ingresses';
  const condition = '@.status.loadBalancer.ingress[0].ip';
  const waiting = startWait(['k8s://ingress/web', '--expect-json', condition], api.env);
  await api.sees('watch', 1);
  api.put(ingresses, 'web', { status: { loadBalancer: {} } });
  await waiting.saw(/it does not fulfil @\.status\.loadBalancer/);
  api.put(ingresses, 'web', { status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } } });
  await waiting.ended;
  await startWait(['k8s://ing/web', '--expect-json', '{.status.loadBalancer.ingress[0].ip}=10.0.0.1'], api.env).ended;
});

test('gone: an object that is not there any more is gone, a refusal proves nothing', async () => {
  await using api = await ApiServer.start();
  const configmaps = '/api/v1/namespaces/shop/configmaps';
  api.put(configmaps, 'lock', {});
  api.denied.add('list').add('get');
  const waiting = startWait(['k8s://configmap/lock', '--gone', '--interval', '20ms'], api.env);
  await waiting.saw(/not gone: the Kubernetes API refuses/);
  api.denied.clear();
  await waiting.saw(/not gone: it is still there/);
  await api.sees('watch', 1);
  api.remove(configmaps, 'lock');
  await waiting.ended;
});

test('what is ready must stay so for as long as asked, though nothing is told', async () => {
  await using api = await ApiServer.start();
  api.put(jobs, 'migrate', job('Complete'));
  const { attempts } = await startWait(['k8s://job/migrate', '--successes', '3'], api.env).ended;
  assert.equal(attempts, 3);
});

test('at the deadline what is known of it is said', async () => {
  await using api = await ApiServer.start();
  api.put(jobs, 'migrate', job());
  const clock = new JumpingClock();
  const waiting = startWait(['k8s://job/migrate', '--deadline', '5m'], api.env, clock);
  await waiting.saw(/not ready/);
  clock.jump(300_000);
  const failure = await failureOf(waiting.ended);
  assert.equal(failure.code, 'DEADLINE_PASSED');
  assert.match(failure.message, /the Job is not complete$/);
  await api.unwatched();
});

test('without a cluster, and without a service account, it is a fault at once', async () => {
  const outside = await failureOf(startWait(['k8s://job/a'], {}).ended);
  assert.deepEqual(
    [outside.code, outside.message],
    ['USAGE', 'k8s targets need a cluster: KUBERNETES_SERVICE_HOST is not set'],
  );
  const env = { KUBERNETES_SERVICE_HOST: 'localhost', GREENROOM_SERVICE_ACCOUNT: '/nowhere' };
  const without = await failureOf(startWait(['k8s://job/a'], env).ended);
  assert.equal(without.code, 'USAGE');
});

test('an answer that is no list is not ready', async () => {
  await using api = await ApiServer.start();
  api.discovery.set(jobs, 'no list');
  assert.match((await firstCause(['k8s://job/migrate'], api.env)).message, /the Kubernetes API answers 200/);
});
