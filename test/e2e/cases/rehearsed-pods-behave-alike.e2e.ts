// Parity: what `greenroom rehearse` says of a manifest is what becomes of it on the cluster.
import assert from 'node:assert/strict';
import { greenroom, helper, onCluster, stage } from '../case.ts';
import { endOf, findStatus, isReady, type Pod } from '../pod.ts';

interface Rehearsed {
  readonly name: string;
  readonly started: boolean;
  readonly phase: string;
  readonly containers: readonly { name: string; role: string; restartCount: number; exitCode: number | null }[];
  readonly events: readonly { kind: string; container?: string }[];
}

/** What is compared: everything but the times. */
interface Course {
  readonly phase: string;
  /** In the order in which they first started. */
  readonly started: readonly string[];
  readonly ends: Readonly<Record<string, { restartCount: number; exitCode: number | undefined }>>;
}

// each of its tries leaves a line; the third finds two
const third = (folder: string) => `echo try >> ${folder}/tries; test $(wc -l < ${folder}/tries) = 3`;
const helperStep = (name: string, ...args: string[]) => ({ name, image: helper, args: ['wait', ...args] });
const flaky = {
  name: 'flaky',
  image: stage,
  command: ['sh', '-c', third('/shared')],
  volumeMounts: [{ name: 'shared', mountPath: '/shared' }],
};
const present = helperStep('present', 'dns://db');

const pods = {
  succeeds: { restartPolicy: 'Always', initContainers: [present] },
  'in-order': { restartPolicy: 'Always', initContainers: [present, flaky] },
  'never-tried-again': { restartPolicy: 'Never', initContainers: [flaky, present] },
  'too-late': { restartPolicy: 'Never', initContainers: [helperStep('late', 'dns://nobody', '--deadline', '1s')] },
  faulty: { restartPolicy: 'Never', initContainers: [helperStep('faulty', 'dns://db', '--deadlin', '1s')] },
};

const manifest = (name: string, { restartPolicy, initContainers }: (typeof pods)[keyof typeof pods]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    restartPolicy,
    terminationGracePeriodSeconds: 0,
    volumes: [{ name: 'shared', emptyDir: {} }],
    initContainers,
    containers: [{ name: 'app', image: stage, command: ['sleep', '1000'] }],
  },
});

async function rehearse(name: string, pod: (typeof pods)[keyof typeof pods]): Promise<Course> {
  const standIns = ['--stand-in', 'app=sleep 1000'];
  if (pod.initContainers.some((container) => container === flaky)) {
    standIns.push('--stand-in', `flaky=${third('{/shared}')}`);
  }
  const settings = [
    '--service',
    'db@0s',
    '--helper-image',
    helper,
    '--max-restart-period',
    '1s',
    '--run-app-for',
    '1s',
  ];
  const args = ['rehearse', '-', ...settings, ...standIns, '--quiet', '--output', 'json'];
  const stdout = await greenroom(args, JSON.stringify(manifest(name, pod)), [0, 1, 2]);
  const { rehearsals } = JSON.parse(stdout) as { rehearsals: Rehearsed[] };
  const [rehearsed] = rehearsals;
  assert.ok(rehearsed !== undefined);
  const started = rehearsed.events.flatMap(({ kind, container }) =>
    kind === 'started' && container ? [container] : [],
  );
  const inits = rehearsed.containers.filter(({ role, name: one }) => role === 'init' && started.includes(one));
  return {
    phase: rehearsed.phase,
    started: [...new Set(started)],
    ends: Object.fromEntries(
      inits.map(({ name: one, restartCount, exitCode }) => [one, { restartCount, exitCode: exitCode ?? undefined }]),
    ),
  };
}

function courseOf(states: readonly Pod[]): Course {
  const last = states.at(-1);
  assert.ok(last !== undefined);
  const names = (pod: Pod) => [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
  const started = states.flatMap((pod) => names(pod).flatMap(({ name, containerID }) => (containerID ? [name] : [])));
  const inits = new Set(started.filter((name) => name !== 'app'));
  return {
    phase: last.status.phase,
    started: [...new Set(started)],
    ends: Object.fromEntries(
      [...inits].map((name) => {
        const restartCount = findStatus(last, name)?.restartCount ?? 0;
        return [name, { restartCount, exitCode: endOf(last, name)?.exitCode }];
      }),
    ),
  };
}

onCluster('a rehearsed pod starts, restarts and ends as it does on the cluster', async (namespace, t) => {
  await namespace.kubectl('create', 'service', 'clusterip', 'db', '--tcp=80');
  await namespace.apply(...Object.entries(pods).map(([name, pod]) => manifest(name, pod)));
  for (const [name, pod] of Object.entries(pods)) {
    await t.test(name, async () => {
      const rehearsed = await rehearse(name, pod);
      await namespace.pod(name, 'ready or failed', (one) => isReady(one) || one.status.phase === 'Failed');
      assert.deepEqual(courseOf(namespace.seen(name).map((observation) => observation.pod)), rehearsed);
    });
  }
});
