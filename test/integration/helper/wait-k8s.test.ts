// k8s:// targets against a scripted API server over TLS, with the answers that a real one gives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCertificate } from '../../support/certificate.ts';
import { type Reply, startOrigin } from '../../support/http-origin.ts';
import { failureOf, firstCause, startWait } from '../../support/running-wait.ts';
import { createTempDir } from '../../support/temp-dir.ts';

/** An API server that answers by path, and a pod's access to it. */
async function cluster(answers: (path: string, number: number) => Reply) {
  const certificate = makeCertificate(['localhost']);
  const folder = createTempDir();
  folder.write('ca.crt', certificate.cert);
  folder.write('namespace', 'shop');
  folder.write('token', 'first');
  const origin = await startOrigin(
    ({ path, number, headers }) => {
      const known = ['Bearer first', 'Bearer second'].includes(headers.authorization ?? '');
      return known ? answers(path, number) : { status: 401, body: '{"message":"Unauthorized"}' };
    },
    { tls: certificate },
  );
  const env = {
    KUBERNETES_SERVICE_HOST: 'localhost',
    KUBERNETES_SERVICE_PORT: String(origin.port),
    GREENROOM_SERVICE_ACCOUNT: folder.path,
  };
  return {
    ...{ origin, env, folder },
    paths: () => origin.requests.map(({ path }) => path),
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
      await origin[Symbol.asyncDispose]();
    },
  };
}

const json = (body: unknown, status = 200): Reply => ({ status, body: JSON.stringify(body) });
const job = (type?: string) => json({ status: { conditions: type === undefined ? [] : [{ type, status: 'True' }] } });
const missing = json({ kind: 'Status', message: 'jobs.batch "migrate" not found' }, 404);

test('a Job is waited for: not there, running, complete; the token is read anew each time', async () => {
  await using it = await cluster((_, number) => [missing, job()][number - 1] ?? job('Complete'));
  const waiting = startWait(['k8s://job/migrate'], it.env);
  await waiting.saw(/no such object: jobs\.batch "migrate" not found/);
  it.folder.write('token', 'second');
  await waiting.ended;
  assert.deepEqual([...new Set(it.paths())], ['/apis/batch/v1/namespaces/shop/jobs/migrate']);
  assert.equal(it.origin.requests.at(-1)?.headers.authorization, 'Bearer second');
  assert.match(String(waiting.log.entries[1]?.fields.hint), /ttlSecondsAfterFinished/);
});

test('a Job that has failed ends the wait at once, for good', async () => {
  await using it = await cluster(() => job('Failed'));
  const failure = await failureOf(startWait(['k8s://job/migrate'], it.env).ended);
  assert.equal(failure.code, 'TARGET_FAILED');
  assert.equal(failure.exitCode, 3);
  assert.match(failure.message, /^k8s:\/\/job\/migrate cannot become ready: the Job has failed/);
});

test('a right that is missing is named with the command that grants it', async () => {
  const message =
    'jobs.batch "migrate" is forbidden: User "system:serviceaccount:shop:default" cannot get resource "jobs"';
  await using it = await cluster(() => json({ message }, 403));
  const cause = await firstCause(['k8s://job/migrate'], it.env);
  assert.match(cause.message, /the Kubernetes API refuses: jobs\.batch "migrate" is forbidden/);
  assert.match(cause.hint, /kubectl create role wait --verb=get --resource=jobs\.batch -n shop/);
});

test('a Service is there without endpoints, then ready', async () => {
  const slices = (ready: boolean) => json({ items: [{ endpoints: [{ conditions: { ready } }] }] });
  await using it = await cluster((path, number) => (path.includes('endpointslices') ? slices(number > 2) : json({})));
  const waiting = startWait(['k8s://service/db', '--namespace', 'data'], it.env);
  await waiting.saw(/the Service has no ready endpoint: 1 that are not ready/);
  await waiting.ended;
  assert.deepEqual(
    [...new Set(it.paths())],
    [
      '/api/v1/namespaces/data/services/db',
      '/apis/discovery.k8s.io/v1/namespaces/data/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Ddb',
    ],
  );
});

test('pods are chosen by a selector', async () => {
  const ready = { metadata: { name: 'db-0' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } };
  await using it = await cluster((_, number) => json({ items: number > 1 ? [ready] : [] }));
  const waiting = startWait(['k8s://pod', '--selector', 'app=db,tier in (a, b)'], it.env);
  await waiting.saw(/the selector chooses no pods/);
  await waiting.ended;
  assert.equal(it.paths()[0], '/api/v1/namespaces/shop/pods?labelSelector=app%3Ddb%2Ctier%20in%20(a%2C%20b)');
});

test('a custom resource is found by the preferred version of its group', async () => {
  await using it = await cluster((path, number) => {
    if (path !== '/apis/cert-manager.io') return json({ status: { conditions: [{ type: 'Ready', status: 'True' }] } });
    return number === 1 ? json({}, 404) : json({ preferredVersion: { version: 'v1' } });
  });
  const waiting = startWait(['k8s://certificates.cert-manager.io/web', '--condition', 'Ready'], it.env);
  await waiting.saw(/knows no group cert-manager\.io yet/);
  await waiting.ended;
  assert.equal(it.paths().at(-1), '/apis/cert-manager.io/v1/namespaces/shop/certificates/web');
});

test('gone: an object that is not there any more is gone, a refusal proves nothing', async () => {
  const replies = [json({}), json({ message: 'no' }, 403)];
  await using it = await cluster((_, number) => replies[number - 1] ?? missing);
  const waiting = startWait(['k8s://configmap/lock', '--gone'], it.env);
  assert.equal((await waiting.ended).attempts, 3);
});

test('an API server that fails or says nonsense is not ready', async () => {
  await using it = await cluster((_, number) =>
    number === 1 ? json({ message: 'etcd' }, 500) : { status: 200, body: 'no JSON' },
  );
  const waiting = startWait(['k8s://job/migrate'], it.env);
  await waiting.saw(/the Kubernetes API answers 500: etcd/);
  await waiting.saw(/the Kubernetes API answers 200/);
  waiting.stop.abort(new Error('seen'));
});

test('a token that nobody knows is told apart', async () => {
  await using it = await cluster(() => json({}));
  it.folder.write('token', 'old');
  assert.match((await firstCause(['k8s://job/migrate'], it.env)).hint, /does not know the token/);
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
