// Following a start: what is told on the way, when it ends, and the drawing of what took how long.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStyle } from '../../../../cli/src/rehearse/report/style.ts';
import { type Attempts, drawCourse, noteAttempts } from '../../../../cli/src/why/course.ts';
import { Unreachable } from '../../../../cli/src/why/kube/cluster.ts';
import type { Pod } from '../../../../cli/src/why/kube/objects.ts';
import { viewPod } from '../../../../cli/src/why/pod-view.ts';
import { readSnapshot } from '../../../../cli/src/why/read-snapshot.ts';
import { watchUntilStarted } from '../../../../cli/src/why/watch.ts';
import { ago, clusterOf, type FakeObject, now } from './cluster-of.ts';
import { event, helperWaits, pod, running, waiting } from './objects.ts';

const style = createStyle({ colours: false, columns: 80, env: { LANG: 'C.UTF-8' } });
const waits = pod({ initSpec: helperWaits('tcp://db:5432'), init: running() });
const done = { state: { terminated: { exitCode: 0, startedAt: ago(295), finishedAt: ago(250) } }, ready: true };
const conditions = [
  { type: 'PodScheduled', status: 'True', lastTransitionTime: ago(298) },
  { type: 'PodReadyToStartContainers', status: 'True', lastTransitionTime: ago(295) },
  { type: 'Initialized', status: 'True' },
  { type: 'Ready', status: 'True', lastTransitionTime: ago(240) },
];
const started = pod({
  phase: 'Running',
  initSpec: helperWaits('tcp://db:5432'),
  init: done,
  app: { ...running(245), ready: true },
  status: { conditions },
});

const silent = {
  ...clusterOf([]),
  get: async () => {
    throw new Unreachable('EOF');
  },
};

/** A cluster that is another at each look, and stays as the last one. */
async function follow(
  looks: readonly (readonly FakeObject[] | 'silent')[],
  more: { failFast?: boolean; timeoutMs?: number } = {},
) {
  const clusters = looks.map((objects) => (objects === 'silent' ? silent : clusterOf(objects)));
  let look = 0;
  const current = () => clusters[Math.min(look, clusters.length - 1)] ?? clusterOf([]);
  const cluster = {
    ...clusterOf([]),
    get: <T>(path: string) => {
      // the first question of each look
      if (path.includes('/pods?')) look++;
      return (clusters[Math.min(look, clusters.length) - 1] ?? current()).get<T>(path);
    },
  };
  let told = '';
  const { started: hasStarted } = await watchUntilStarted(
    cluster,
    { namespace: 'shop', targets: [{ kind: 'Pod', name: 'web' }], selector: undefined, isHelper: () => true },
    {
      say: (text) => {
        told += text;
      },
      settings: () => ({ style, nowMs: now, programName: 'greenroom', kubectlFlags: [], showNamespace: false }),
      isJson: false,
      failFast: more.failFast ?? false,
      timeoutMs: more.timeoutMs,
      signal: new AbortController().signal,
      pace: { soonestMs: 0, latestMs: 0 },
    },
  );
  return { hasStarted, told };
}

test('each answer is told once, and the start is drawn', async () => {
  const { hasStarted, told } = await follow([[waits], [waits], [started]]);
  assert.equal(hasStarted, true);
  assert.equal(told.match(/ waits for tcp:/g)?.length, 1);
  assert.match(told, /✓ pod\/web: it is ready for 4m, 1m after it was made\n\nhow pod\/web started\n/);
});

test('with --fail-fast what needs a change ends it', async () => {
  const { hasStarted, told } = await follow([[waits], [pod({ app: waiting('InvalidImageName') })]], { failFast: true });
  assert.equal(hasStarted, false);
  assert.match(told, /is not the name of one\n[\s\S]*\nended: this will not start without a change\n$/);
});

test('with --fail-fast what may yet come does not end it', async () => {
  const { hasStarted } = await follow(
    [[waits], [pod({ app: waiting('CreateContainerConfigError', 'configmap "a" not found') })], [started]],
    { failFast: true },
  );
  assert.equal(hasStarted, true);
});

test('a cluster that is silent for a while does not end it', async () => {
  const { hasStarted } = await follow([[waits], 'silent', [started]]);
  assert.equal(hasStarted, true);
  await assert.rejects(follow(['silent']), Unreachable);
});

test('the timeout ends it', async () => {
  const { hasStarted, told } = await follow([[waits]], { timeoutMs: 0 });
  assert.equal(hasStarted, false);
  assert.match(told, /\nended: --timeout has passed\n$/);
});

async function draw(statuses: readonly FakeObject[], events: readonly FakeObject[] = []): Promise<string> {
  const attempts: Attempts = new Map();
  for (const each of statuses) noteAttempts(attempts, each as unknown as Pod);
  const last = statuses.at(-1) as FakeObject;
  const snapshot = await readSnapshot(clusterOf([last, ...events]), 'shop');
  return drawCourse(
    viewPod(last as unknown as Pod, snapshot, () => true),
    attempts,
    style,
  );
}

test('the drawing has a bar for each part of the start', async () => {
  const pulled = event(
    'Pod/web',
    'Pulled',
    'Successfully pulled image "app:1" in 3.2s (3.2s including waiting). Image size: 1 bytes.',
    'app',
    { lastTimestamp: ago(246) },
  );
  assert.equal(
    await draw([started], [pulled]),
    `  scheduling 2s        ██                                                 done
  volumes, network 3s   ███                                               done
  image of app 3s                                               ███       done
  before                   █████████████████████████████████████          done
  app                                                              ━━━━━  ran
                       0s                                             1m
  █ runs   ━ keeps running
`,
  );
});

test('attempts that were seen in passing are drawn with the pauses between them', async () => {
  const failed = (restartCount: number, from: number, to: number) =>
    pod({
      initSpec: {},
      init: { restartCount, state: { terminated: { exitCode: 1, startedAt: ago(from), finishedAt: ago(to) } } },
    });
  const conditionsOf = conditions.filter(({ type }) => type !== 'PodScheduled');
  const end = pod({
    phase: 'Running',
    initSpec: {},
    init: {
      ...done,
      restartCount: 2,
      state: { terminated: { exitCode: 0, startedAt: ago(260), finishedAt: ago(250) } },
    },
    app: { ...running(250), ready: true },
    status: { conditions: conditionsOf },
  });
  const lines = (await draw([failed(0, 300, 295), failed(1, 285, 280), end])).split('\n');
  assert.match(lines[0] ?? '', /^ {2}before +▒+·+▒+·+█+ +done, 2 restarts$/);
});
