// What steps cost a pod until its app starts: six in one init container, beside six init containers, on the real kubelet.
// `npm run bench -- pod-start` runs it and rewrites test/bench/pod-start.md. GREENROOM_BENCH_ROUNDS: how often (5).
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { markdownTable } from '../../support/generated-section.ts';
import { helper, minor, onCluster, stage } from '../case.ts';
import { isRunning } from '../pod.ts';

const rounds = Number(process.env.GREENROOM_BENCH_ROUNDS ?? 5);
const steps = 6;

// a name that is always there, so that the time is that of starting alone; asked for as the article does
const name = 'kubernetes.default.svc.cluster.local';
const shellWait = ['sh', '-c', `until nslookup ${name}; do sleep 2; done`];
const wait = ['wait', `dns://${name}`];
const each = (container: object) =>
  Array.from({ length: steps }, (_, index) => ({ name: `step-${index}`, ...container }));

const contestants: Readonly<Record<string, readonly object[]>> = {
  'no init container': [],
  'one init container of busybox, one wait': [{ name: 'step', image: stage, command: shellWait }],
  'one of ours, one wait': [{ name: 'step', image: helper, args: wait }],
  'one of ours, a plan of six waits': [
    {
      name: 'steps',
      image: helper,
      args: ['run'],
      env: [{ name: 'GREENROOM_PLAN', value: `- ${wait.join(' ')}\n`.repeat(steps) }],
    },
  ],
  'six init containers of busybox': each({ image: stage, command: shellWait }),
  'six of ours': each({ image: helper, args: wait }),
};

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

onCluster(
  'six steps in one init container cost a pod less than six init containers',
  async (namespace) => {
    const times = new Map(Object.keys(contestants).map((name) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round++) {
      for (const [index, [name, initContainers]] of Object.entries(contestants).entries()) {
        const pod = `pod-${round}-${index}`;
        await namespace.apply(
          stringify({
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name: pod },
            spec: {
              terminationGracePeriodSeconds: 0,
              initContainers,
              containers: [{ name: 'app', image: stage, command: ['sleep', '1000'] }],
            },
          }),
        );
        await namespace.pod(pod, 'its app runs', (one) => isRunning(one, 'app'));
        const seen = namespace.seen(pod);
        const running = seen.find((one) => isRunning(one.pod, 'app'));
        assert.ok(running !== undefined && seen[0] !== undefined);
        times.get(name)?.push(running.atMs - seen[0].atMs);
        await namespace.kubectl('delete', 'pod', pod, '--wait=false');
      }
    }
    const busybox = median(times.get('six init containers of busybox') ?? []);
    const plan = median(times.get('one of ours, a plan of six waits') ?? []);
    const rows = [...times].map(([name, own]) => [
      name,
      (median(own) / 1000).toFixed(1),
      `${(Math.min(...own) / 1000).toFixed(1)} to ${(Math.max(...own) / 1000).toFixed(1)}`,
      (median(own) / busybox).toFixed(2),
    ]);
    const page = `# What steps cost a pod, measured

\`npm run bench -- pod-start\` rewrites this page. ${new Date().toISOString().slice(0, 10)}, Kubernetes 1.${minor} in kind, ${rounds} rounds in turn. From the pod's
creation to the moment when the API server says that its app runs; the images are on the node, and each step waits for a
name that is there already.

${markdownTable(['init containers', 'median, s', 'least to most, s', 'times six of busybox'], rows)}

The kubelet looks at a pod about once a second between two init containers, whatever they do: that is what a plan saves.
`;
    writeFileSync(join(import.meta.dirname, '../../bench/pod-start.md'), page);
    assert.ok(plan < busybox, page);
  },
  { timeoutMs: 900_000 },
);
