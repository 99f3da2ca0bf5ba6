// Which pods and workloads a question means, what is told of what is well, and how much is asked of the cluster.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../../../../cli/src/fault.ts';
import { ask } from '../../../../cli/src/why/ask.ts';
import type { Question } from '../../../../cli/src/why/question.ts';
import { answersFor } from './answers-for.ts';
import { ago, clusterOf, type FakeObject } from './cluster-of.ts';
import { ended, helperWaits, ownedBy, pod, running, waiting, workload } from './objects.ts';

const isReady = [{ type: 'Ready', status: 'True', lastTransitionTime: ago(240) }];
const ready = (name: string) =>
  pod({ name, phase: 'Running', conditions: isReady, app: { ...running(), ready: true } });
const crashing = (name: string) =>
  pod({
    name,
    phase: 'Running',
    app: { restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: ended(1) } },
  });
const deployment = workload('Deployment', 'shop', { replicas: 3 }, { readyReplicas: 3 });
const replicaSet = ownedBy(deployment, workload('ReplicaSet', 'shop-1', { replicas: 3 }, { readyReplicas: 3 }));
const tell = (answers: readonly { kind: string; name: string; state: string; verdict: string }[]) =>
  answers.map(({ kind, name, state, verdict }) => `${state} ${kind}/${name}: ${verdict}`);

test('a pod that is ready is well, and says since when', async () => {
  assert.deepEqual(tell(await answersFor([ready('web')], 'web')), [
    'well Pod/web: it is ready for 4m, 1m after it was made',
  ]);
});

test('a native sidecar that has started is never what holds a pod up', async () => {
  const sidecar = (state: Readonly<Record<string, unknown>>): FakeObject =>
    pod({
      phase: 'Running',
      conditions: isReady,
      initSpec: { restartPolicy: 'Always' },
      init: state,
      app: { ...running(), ready: true },
      status: { conditions: [{ type: 'Initialized', status: 'True' }, ...isReady] },
    });
  const [well] = await answersFor([sidecar(running())], 'pod/web');
  assert.equal(well?.state, 'well');
  // long running, with readiness of its own that has not come: the app is what counts
  const [unready] = await answersFor([sidecar({ ...running(), ready: false })], 'pod/web');
  assert.equal(unready?.state, 'well');
});

test('a sidecar that crashes behind the start is told, though the pod is up', async () => {
  const crashes = {
    started: false,
    restartCount: 3,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: ended(1) },
  };
  const parts = {
    phase: 'Running',
    initSpec: { restartPolicy: 'Always' },
    init: crashes,
    app: { ...running(), ready: true },
    status: { conditions: [{ type: 'Initialized', status: 'True' }] },
  };
  const [answer] = await answersFor([pod(parts)], 'pod/web');
  assert.equal(answer?.verdict, 'sidecar before fails with exit code 1, 4 times so far');
});

test('without a name whatever is not well is told, pods of one owner with one cause as one', async () => {
  const objects = [
    deployment,
    replicaSet,
    ownedBy(replicaSet, crashing('a')),
    ownedBy(replicaSet, crashing('b')),
    ready('other'),
  ];
  const answers = await answersFor(objects, undefined);
  assert.deepEqual(
    answers.map(({ pods, owner }) => [pods, owner]),
    [[['a', 'b'], 'Deployment/shop']],
  );
});

test('a pod says how it stands with the rest of its owner', async () => {
  const overdue = workload(
    'Deployment',
    'shop',
    { replicas: 3 },
    { readyReplicas: 2, conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] },
  );
  const [answer] = await answersFor([overdue, replicaSet, ownedBy(replicaSet, crashing('a'))], 'pod/a');
  const facts = answer?.found[0]?.finding.facts ?? [];
  assert.deepEqual(facts.at(-1), [
    'of',
    'deployment/shop, 2 of 3 ready; its rollout counts as failed (progressDeadlineSeconds)',
  ]);
});

test('what somebody wanted so is no trouble of a namespace', async () => {
  assert.deepEqual(
    await answersFor(
      [workload('Deployment', 'web', { replicas: 0 }), workload('CronJob', 'nightly', { suspend: true })],
      undefined,
    ),
    [],
  );
});

test('evicted pods that were replaced are left out, and told by name', async () => {
  const evicted = ownedBy(
    replicaSet,
    pod({ name: 'old', phase: 'Failed', status: { reason: 'Evicted', message: 'The node was low on memory.' } }),
  );
  const objects = [deployment, replicaSet, evicted];
  assert.deepEqual(
    (await answersFor(objects, undefined)).filter(({ kind }) => kind === 'Pod'),
    [],
  );
  assert.deepEqual(tell(await answersFor(objects, 'pod/old')), [
    'stuck Pod/old: it was evicted: the node was low on memory',
  ]);
});

test('of a CronJob the newest Job counts', async () => {
  const cron = workload('CronJob', 'nightly', { schedule: '0 3 * * *' }, { lastScheduleTime: ago(60) });
  const job = (name: string, seconds: number, status: object) => {
    const made = ownedBy(cron, workload('Job', name, {}, { ...status }));
    return { ...made, metadata: { ...made.metadata, creationTimestamp: ago(seconds) } as FakeObject['metadata'] };
  };
  const failed = {
    conditions: [
      {
        type: 'Failed',
        status: 'True',
        reason: 'BackoffLimitExceeded',
        message: 'Job has reached the specified backoff limit',
      },
    ],
    failed: 1,
  };
  const [first] = await answersFor(
    [cron, job('old', 90_000, failed), job('new', 60, { succeeded: 1, completionTime: ago(30) })],
    'cj/nightly',
  );
  assert.equal(first?.state, 'well');
  const [second] = await answersFor([cron, job('old', 90_000, { succeeded: 1 }), job('new', 60, failed)], 'cj/nightly');
  assert.equal(`${second?.kind}/${second?.name} ${second?.state}`, 'Job/new stuck');
});

test("of a CronJob's failed Jobs those are left out that a later one has made good", async () => {
  const cron = workload('CronJob', 'nightly', {});
  const made = (name: string, seconds: number, type: string): FakeObject => {
    const job = ownedBy(cron, workload('Job', name, {}, { conditions: [{ type, status: 'True' }] }));
    return { ...job, metadata: { ...job.metadata, creationTimestamp: ago(seconds) } as FakeObject['metadata'] };
  };
  const old = made('old', 90_000, 'Failed');
  const app = { state: { terminated: ended(1) } };
  const failed = ownedBy(old, pod({ name: 'old-a', phase: 'Failed', spec: { restartPolicy: 'Never' }, app }));
  assert.equal((await answersFor([cron, old, failed], undefined)).length, 1);
  assert.equal((await answersFor([cron, old, failed, made('new', 60, 'Complete')], undefined)).length, 0);
});

test('a name that does not exist is a fault that names the ones near to it', async () => {
  const asked = answersFor([ready('web-7d9c')], 'pod/web');
  await assert.rejects(asked, (fault: Fault) => {
    assert.ok(fault instanceof Fault);
    assert.equal(
      `${fault.exit}: ${fault.message}; ${fault.cure}`,
      'input: pod/web does not exist in namespace shop; there is pod/web-7d9c',
    );
    return true;
  });
  await assert.rejects(answersFor([deployment], 'deployment/shpo'), { cure: 'there is deployment/shop' });
});

test('what may not be read is left out of the answer, not the answer', async () => {
  const stuck = pod({ initSpec: helperWaits('tcp://db:5432'), init: running() });
  const denied = ['events', 'services', 'endpointslices', 'persistentvolumeclaims', 'nodes', 'jobs', 'deployments'];
  const cluster = clusterOf([stuck], { denied });
  const { answers, snapshot } = await ask(cluster, question('pod/web'));
  // nothing is said of a Service that could not be looked at
  assert.deepEqual(tell(answers), ['stuck Pod/web: init container before waits for tcp://db:5432']);
  assert.deepEqual([...snapshot.denied.keys()].toSorted(), [
    'claims',
    'events',
    'nodes',
    'services',
    'slices',
    'workloads',
  ]);
});

test('who may not list pods may ask about one by its name', async () => {
  const cluster = clusterOf([pod({ app: waiting('InvalidImageName') })], { denied: ['pods'] });
  const { answers } = await ask(cluster, question('pod/web'));
  assert.equal(answers[0]?.found[0]?.cause.id, 'image-name-invalid');
  await assert.rejects(ask(cluster, question()), /the pods cannot be read: pods is forbidden/);
});

test('a namespace of two hundred stuck pods is answered with a bounded number of questions', async () => {
  const cluster = clusterOf(
    Array.from({ length: 200 }, (_, index) => crashing(`web-${index}`)),
    { logs: {} },
  );
  const { answers, left } = await ask(cluster, question());
  assert.equal(answers.length + left, 200);
  assert.ok(cluster.asked.length <= 45, `${cluster.asked.length} questions`);
});

function question(name?: string): Question {
  const targets = name === undefined ? [] : [{ kind: 'Pod', name: name.slice(4) } as const];
  return {
    namespace: 'shop',
    targets,
    selector: undefined,
    isHelper: ({ image }) => image.startsWith('greenroom/helper'),
  };
}
