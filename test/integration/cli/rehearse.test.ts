// `greenroom rehearse` from end to end: the built CLI, the real helper, real name server, real files.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startOrigin } from '../../support/http-origin.ts';
import { root } from '../../support/read-imports.ts';
import { type CliOptions, runCli, startCli } from '../../support/run-cli.ts';
import { startTcpListener } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const golden = (name: string) => join(root, 'test/golden/rehearse', name);

interface Rehearsal {
  readonly started: boolean;
  readonly end: string;
  readonly phase: string;
  readonly reason: string | null;
  readonly containers: readonly Readonly<Record<string, unknown>>[];
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

async function rehearse(args: readonly string[], options?: CliOptions) {
  const { exitCode, stdout, stderr } = await runCli(['rehearse', ...args, '-o', 'json'], options);
  assert.notEqual(stdout, '', stderr);
  const { rehearsals } = JSON.parse(stdout) as { rehearsals: readonly [Rehearsal, ...Rehearsal[]] };
  const [first] = rehearsals;
  /** What happened, without the words of the log: `started wait-db`. */
  const order = first.events
    .filter(({ kind }) => !['log', 'output', 'note', 'pod-created'].includes(String(kind)))
    .map(({ kind, container, exitCode: code }) =>
      [kind, container, code].filter((part) => part !== undefined).join(' '),
    );
  return { exitCode, stderr, rehearsals, first, order };
}

/** Stops a rehearsal, which would go on, when it has said something. */
async function rehearseUntil(text: string, args: readonly string[], options?: CliOptions) {
  const running = startCli(['rehearse', ...args], options);
  await running.said(text);
  running.child.kill('SIGINT');
  const end = await running.ended;
  assert.equal(end.exitCode, 130);
  return end;
}

/** A pod whose init containers are given, with one app container that has no stand-in. */
const pod = (init: string, more = '') => `
kind: Pod
metadata: {name: a}
spec:
  ${more}
  initContainers: ${init}
  containers: [{name: app, image: x, volumeMounts: [{name: v, mountPath: /v}]}]
  volumes: [{name: v, emptyDir: {}}]
`;
const helper = (name: string, args: string, more = '') =>
  `{name: ${name}, image: "greenroom/helper:1", args: ${args}, volumeMounts: [{name: v, mountPath: /v}]${more}}`;
const foreign = (name: string, more = '') =>
  `{name: ${name}, image: x, volumeMounts: [{name: v, mountPath: /v}]${more}}`;

/** A process that has ended may still stand in the table, where nobody has asked how (Linux only). */
function assertEnded(pid: number): void {
  assert.ok(pid > 1);
  const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] : 'Z';
  assert.equal(state, 'Z', `process ${pid} still runs`);
}

describe('a pod that waits for a Service', () => {
  it('says what is missing until the Service appears', async () => {
    const { stderr } = await rehearseUntil('not ready', [golden('my-app.yaml'), '--service', 'myappb:80@1h']);
    assert.match(stderr, /tcp:\/\/myappb:80 not ready: .*myappb\.default\.svc\.cluster\.local/);
    assert.doesNotMatch(stderr, /would start now/);
  });

  it('has its app started once the Service appears', async () => {
    const { exitCode, order, first, stderr } = await rehearse([golden('my-app.yaml'), '--service', 'myappb:80@1s']);
    assert.equal(exitCode, 0);
    // a slow machine may start the container when the Service is there already
    assert.deepEqual(
      order.filter((event) => event !== 'service-created'),
      ['started wait-myappb', 'exited wait-myappb 0', 'initialized', 'would-start myapp-container'],
    );
    assert.ok(order.indexOf('service-created') < order.indexOf('exited wait-myappb 0'), order.join('\n'));
    const appears = first.events.find(({ kind }) => kind === 'service-created');
    const starts = first.events.find(({ kind }) => kind === 'would-start');
    assert.ok(Number(starts?.atMs) >= Number(appears?.atMs) && Number(appears?.atMs) >= 1_000);
    assert.match(
      stderr,
      /Deployment my-app in namespace default, one of its 2 pods: wait-myappb, then myapp-container/,
    );
    assert.match(stderr, /Deployment my-app: the app would start after/);
  });

  it('reaches what really listens behind the Service', async () => {
    await using listener = await startTcpListener();
    const { exitCode } = await rehearse([golden('my-app.yaml'), '--service', `myappb:80=127.0.0.1:${listener.port}`]);
    assert.equal(exitCode, 0);
    assert.equal(listener.accepted, 1);
  });

  it('is not helped by a Service of that name in another namespace', async () => {
    const args = [golden('my-app.yaml'), '--service', 'myappb.other:80@0s'];
    const { stderr } = await rehearseUntil('--service myappb:PORT@3s', args);
    assert.match(stderr, /Service myappb is not there in this rehearsal/);
    assert.doesNotMatch(stderr, /would start now/);
  });

  it('is refused at a Service without endpoints, until it has some', async () => {
    await rehearseUntil('connection refused', [golden('my-app.yaml'), '--service', 'myappb:80@0s+1h']);
    const { exitCode, stderr } = await rehearse([golden('my-app.yaml'), '--service', 'myappb:80@0s+1s']);
    assert.equal(exitCode, 0);
    assert.match(stderr, /Service myappb:80 has ready endpoints/);
  });

  it('finds a Service that stands in the files, and is refused there, since it has no endpoints', async () => {
    const service = '{kind: Service, metadata: {name: db}, spec: {ports: [{port: 5432}]}}\n---';
    const dns = await rehearse(['-'], { input: service + pod(`[${helper('a', '[wait, "dns://db"]')}]`) });
    assert.equal(dns.exitCode, 0);
    await rehearseUntil('connection refused', ['-'], {
      input: service + pod(`[${helper('a', '[wait, "tcp://db:5432"]')}]`),
    });
  });
});

describe('a pod that downloads', () => {
  it('gives its app the whole page from a site that fails twice first, without a restart', async () => {
    using folder = createTempDir();
    const keep = join(folder.path, 'kept');
    const page = Buffer.alloc(200_000, 'page ');
    await using origin = await startOrigin(({ number }) =>
      number === 1 ? { status: 503 } : number === 2 ? { body: page, cutAt: 100_000 } : { body: page },
    );
    const { exitCode, first, stderr } = await rehearse([
      golden('php-updated.yaml'),
      '--host',
      `example.org=127.0.0.1:${origin.port}`,
      '--keep',
      keep,
    ]);
    assert.equal(exitCode, 0);
    assert.equal(first.containers[0]?.restartCount, 0);
    assert.ok(readFileSync(join(keep, 'volumes/dir/index.php')).equals(page));
    assert.equal(origin.requests.length, 3);
    assert.equal(origin.requests[0]?.headers.host, 'example.org');
    // paths are shown as the container knows them
    assert.match(stderr, /\/var\/www\/html\/index\.php fetched/);
    assert.ok(!stderr.includes(keep.concat('/volumes')), stderr);
    assert.doesNotMatch(stderr, /on no volume/);
  });

  it('says which name of the world it asked for in vain, and how to declare it', async () => {
    const { stderr } = await rehearseUntil('--host example.org=HOST:PORT, or --allow-network', [
      golden('php-updated.yaml'),
    ]);
    assert.match(stderr, /example\.org is not there in this rehearsal/);
  });

  it('cannot write into a volume that is mounted read-only', async () => {
    const mount = 'volumeMounts: [{name: v, mountPath: /v}]';
    const input = pod(`[${helper('a', '[fetch, "http://x/f", /v/f]')}]`).replace(
      mount,
      mount.replace('/v}', '/v, readOnly: true}'),
    );
    const { order, stderr } = await rehearse(['-', '--max-restarts', '0'], { input });
    assert.deepEqual(order.slice(0, 2), ['started a', 'exited a 3']);
    assert.match(stderr, /\/v\/f lies in volume v, which is mounted read-only/);
  });
});

describe('init containers', () => {
  it('run in order, and leave their files in the volume for the app', async () => {
    const input = pod(`[${foreign('one')}, ${foreign('two')}]`);
    const standIns = ['one=echo 1 > {/v/f}', 'two=echo 2 >> {/v/f}', 'app=cat {/v/f}'];
    const { order, first, exitCode } = await rehearse(
      ['-', '--run-app-for', '10s', '--max-restarts', '0', ...standIns.flatMap((text) => ['--stand-in', text])],
      { input: input.replace('spec:', 'spec:\n  restartPolicy: Never') },
    );
    assert.equal(exitCode, 0);
    assert.deepEqual(order, [
      'started one',
      'exited one 0',
      'started two',
      'exited two 0',
      'initialized',
      'started app',
      'exited app 0',
      'pod-ended',
    ]);
    const output = first.events.filter(({ kind }) => kind === 'output').map(({ line }) => line);
    assert.deepEqual(output, ['1', '2']);
    assert.equal(first.phase, 'Succeeded');
  });

  it('are restarted when they fail, with what they had written still there', async () => {
    const line = 'a=echo x >> {/v/f}; test $(wc -l < {/v/f}) = 3 || exit 7';
    const { first, exitCode } = await rehearse(['-', '--max-restart-period', '100ms', '--stand-in', line], {
      input: pod(`[${foreign('a')}]`),
    });
    assert.equal(exitCode, 0);
    assert.deepEqual(first.containers[0], {
      name: 'a',
      role: 'init',
      state: 'terminated',
      reason: 'Completed',
      restartCount: 2,
      exitCode: 0,
    });
  });

  it('end the rehearsal when they fail again and again', async () => {
    const { first, exitCode, stderr } = await rehearse(
      ['-', '--max-restart-period', '50ms', '--max-restarts', '2', '--stand-in', 'a=exit 7'],
      { input: pod(`[${foreign('a')}]`) },
    );
    assert.equal(exitCode, 1);
    assert.equal(first.end, 'gave-up');
    assert.equal(first.phase, 'Pending');
    assert.equal(first.containers[0]?.restartCount, 2);
    assert.equal(first.containers[1]?.reason, 'PodInitializing');
    assert.match(stderr, /the app would not start because of container a, which failed again and again/);
  });

  it('fail the pod under restartPolicy Never, with the termination message shown', async () => {
    const { first, order, exitCode, stderr } = await rehearse(['-'], {
      input: pod(`[${helper('a', '[wait, "tcp://db:1", --deadline, 300ms]')}]`, 'restartPolicy: Never'),
    });
    assert.equal(exitCode, 1);
    assert.deepEqual(order, ['started a', 'exited a 124', 'pod-ended']);
    assert.equal(first.phase, 'Failed');
    const end = first.events.find(({ kind }) => kind === 'exited');
    assert.match(String(end?.message), /"outcome":"failed","code":"DEADLINE_PASSED"/);
    assert.match(stderr, /exit 124: The deadline passed/);
  });

  it('follow rules of their own: 124 is tried again, 3 fails the pod at once', async () => {
    const rules =
      ', restartPolicy: Never, restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [124]}}]';
    const line = 'a=test -e {/v/f} && exit 3; touch {/v/f}; exit 124';
    const { first, order } = await rehearse(['-', '--stand-in', line], { input: pod(`[${foreign('a', rules)}]`) });
    assert.deepEqual(order, ['started a', 'exited a 124', 'started a', 'exited a 3', 'pod-ended']);
    assert.equal(first.phase, 'Failed');
  });

  it('do what a faulty argument makes the helper do', async () => {
    const { order, first } = await rehearse(['-', '--max-restarts', '0'], {
      input: pod(`[${helper('a', '[wait, "tcp//db:1"]')}]`),
    });
    assert.deepEqual(order.slice(0, 2), ['started a', 'exited a 2']);
    const end = first.events.find(({ kind }) => kind === 'exited');
    assert.match(String(end?.message), /"code":"USAGE"/);
  });

  it('cannot write where a container could not, as the helper would be told', async () => {
    const { order, stderr } = await rehearse(['-', '--max-restarts', '0'], {
      input: pod(`[${helper('a', '[fetch, "http://x/f", /opt/f]')}]`),
    });
    assert.deepEqual(order.slice(0, 2), ['started a', 'exited a 3']);
    assert.match(stderr, /\/opt\/f lies in no volume/);
  });
});

describe('native sidecars', () => {
  const sidecar = (name: string, more = '') => foreign(name, `, restartPolicy: Always${more}`);

  it('are started, let the next one go on, and are ended after the app in reverse order', async () => {
    const input = pod(`[${sidecar('one')}, ${sidecar('two')}, ${foreign('a')}]`, 'restartPolicy: OnFailure');
    const standIns = ['one=sleep 100', 'two=sleep 100', 'a=true', 'app=true'];
    const { order, first } = await rehearse(['-', ...standIns.flatMap((text) => ['--stand-in', text])], { input });
    const stops = order.slice(order.indexOf('exited app 0'));
    assert.deepEqual(stops, [
      'exited app 0',
      'stopping two',
      'exited two 143',
      'stopping one',
      'exited one 143',
      'pod-ended',
    ]);
    assert.equal(first.phase, 'Succeeded');
  });

  it('keep the next one back until their port answers the startup probe', async () => {
    await using listener = await startTcpListener();
    const probe = `, startupProbe: {tcpSocket: {port: ${listener.port}}, periodSeconds: 1, timeoutSeconds: 60}`;
    const { order } = await rehearse(['-', '--stand-in', 'proxy=sleep 100'], {
      input: pod(`[${sidecar('proxy', probe)}, ${helper('a', '[wait, "dns://kubernetes.default"]')}]`),
    });
    assert.deepEqual(order.slice(0, 3), ['started proxy', 'startup-passed proxy', 'started a']);
    assert.equal(listener.accepted, 1);
  });
});

describe('a Job', () => {
  const ready = ['--stand-in', 'proxy=sleep 100'];

  it('completes with a sidecar, a plan out of a ConfigMap and a stand-in for its work', async () => {
    const args = [golden('migrate.yaml'), '--service', 'db:5432@0s', ...ready, '--stand-in', 'migrate=true'];
    const { exitCode, first, stderr } = await rehearse(args);
    assert.equal(exitCode, 0);
    assert.equal(first.phase, 'Succeeded');
    assert.match(stderr, /step 2\/2/);
    assert.match(stderr, /Job migrate: the app started after .* and has succeeded/);
  });

  it('makes another pod when one failed, with empty volumes, up to its backoffLimit', async () => {
    const args = [golden('migrate.yaml'), '--service', 'db:5432@0s', ...ready, '--stand-in', 'migrate=exit 9'];
    const { exitCode, first } = await rehearse([...args, '--max-restart-period', '50ms']);
    assert.equal(exitCode, 1);
    assert.equal(first.events.filter(({ kind }) => kind === 'pod-created').length, 2);
    assert.deepEqual([first.end, first.reason], ['job-failed', 'BackoffLimitExceeded']);
  });

  it('fails at once for an exit code that its podFailurePolicy names', async () => {
    using folder = createTempDir();
    const text = readFileSync(golden('migrate.yaml'), 'utf8').replace('wait dns://db', 'wiat dns://db');
    const { first } = await rehearse([folder.write('job.yaml', text), ...ready]);
    assert.equal(first.events.filter(({ kind }) => kind === 'pod-created').length, 1);
    assert.deepEqual([first.end, first.reason], ['job-failed', 'PodFailurePolicy']);
  });
});

describe('what a rehearsal refuses before it starts anything', () => {
  const refusals: readonly [what: string, args: readonly string[], input: string, code: number, message: RegExp][] = [
    [
      'a foreign init container',
      [],
      pod(`[${foreign('perms')}]`),
      3,
      /perms \(image x\)[\s\S]*--stand-in perms='COMMAND'/,
    ],
    [
      'a stand-in for nobody',
      ['--stand-in', 'ap=true'],
      pod('[]'),
      2,
      /no pod has one of that name[\s\S]*did you mean app\?/,
    ],
    ['a path outside of every volume', ['--stand-in', 'app=cat {/etc/x}'], pod('[]'), 2, /\/etc\/x lies in no volume/],
    ['a volume of nobody', ['--volume', 'w=.'], pod('[]'), 2, /--volume w: no pod has one/],
    [
      'a ConfigMap that is missing',
      [],
      pod(`[${helper('a', '[run]', ', envFrom: [{configMapRef: {name: c}}]')}]`),
      3,
      /ConfigMap c of namespace default/,
    ],
    ['an input without pods', [], 'kind: Service\nmetadata: {name: a}\n', 3, /the input holds no pod/],
    ['broken YAML', [], 'kind: [Pod\n', 3, /-:\d+:\d+: broken YAML: /],
    [
      'a wait for the API server',
      [],
      pod(`[${helper('a', '[wait, "k8s://job/b"]')}]`),
      3,
      /no API server to ask for k8s:\/\/job\/b[\s\S]*--stand-in a=true/,
    ],
    [
      'a host that is not there',
      ['--service', 'db=no-such-host.invalid:1'],
      pod('[]'),
      2,
      /knows no host no-such-host/,
    ],
    ['a duration without a unit', ['--deadline', '5'], pod('[]'), 2, /"5" is not a duration/],
    ['a program that the image lacks', [], pod(`[${helper('a', '[]', ', command: [sh]')}]`), 3, /holds no program sh/],
  ];
  for (const [what, args, input, code, message] of refusals) {
    it(`is ${what}`, async () => {
      const { exitCode, stdout, stderr } = await runCli(['rehearse', '-', ...args], { input });
      assert.match(stderr, message);
      assert.equal(exitCode, code);
      assert.equal(stdout, '');
    });
  }
});

describe('a rehearsal', () => {
  it('leaves nothing behind, and ends what it started, when it is stopped', async () => {
    using folder = createTempDir();
    const env = { TMPDIR: folder.path };
    const pidFile = join(folder.path, 'pid');
    const running = startCli(['rehearse', '-', '--stand-in', `a=echo $$ > ${pidFile}; echo he''re; sleep 1000`], {
      input: pod(`[${foreign('a')}]`),
      env,
    });
    await running.said('here');
    running.child.kill('SIGINT');
    const { exitCode } = await running.ended;
    assert.equal(exitCode, 130);
    assertEnded(Number(readFileSync(pidFile, 'utf8')));
    assert.deepEqual(readdirSync(folder.path), ['pid']);
  });

  it('kills what does not end within its grace period, with everything that it started', async () => {
    using folder = createTempDir();
    const pidFile = join(folder.path, 'pid');
    const standIns = [
      `deaf=trap '' TERM; sleep 1000 & echo $! > ${pidFile}; wait; sleep 1000`,
      `a=until test -s ${pidFile}; do sleep 0.02; done`,
    ];
    const { exitCode, order } = await rehearse(['-', ...standIns.flatMap((text) => ['--stand-in', text])], {
      input: pod(
        `[${foreign('deaf', ', restartPolicy: Always')}, ${foreign('a')}]`,
        'terminationGracePeriodSeconds: 1',
      ),
    });
    assert.equal(exitCode, 0);
    assert.deepEqual(order.slice(-3), ['over', 'stopping deaf', 'exited deaf 137']);
    assertEnded(Number(readFileSync(pidFile, 'utf8')));
  });

  it('does not let a program that writes on and on flood the report', async () => {
    const { first } = await rehearse(['-', '--stand-in', 'a=yes | head -n 50000'], { input: pod(`[${foreign('a')}]`) });
    assert.ok(first.events.length < 1_100);
    assert.ok(first.events.some(({ message }) => String(message).includes('a writes on and on')));
  });

  it('counts a Job as failed when its own deadline passes', async () => {
    const job = `{kind: Job, metadata: {name: j}, spec: {activeDeadlineSeconds: 1, template: {spec: {restartPolicy: Never, initContainers: [${foreign('a').replace(/, volumeMounts.*?\]/, '')}], containers: [{name: app, image: x}]}}}}`;
    const { first } = await rehearse(['-', '--stand-in', 'a=sleep 100'], { input: job });
    assert.deepEqual([first.end, first.reason, first.phase], ['job-failed', 'DeadlineExceeded', 'Failed']);
  });

  it('ends at its own deadline, with the pod as it is then', async () => {
    const { first, order, exitCode } = await rehearse(['-', '--deadline', '500ms', '--stand-in', 'a=sleep 100'], {
      input: pod(`[${foreign('a')}]`),
    });
    assert.equal(exitCode, 1);
    // a slow machine may not have come so far
    const state = order.includes('started a') ? 'running' : 'waiting';
    assert.deepEqual([first.end, first.phase, first.containers[0]?.state], ['deadline', 'Pending', state]);
  });

  it('keeps its volumes where it is told to', async () => {
    using folder = createTempDir();
    const keep = join(folder.path, 'kept');
    await rehearse(['-', '--keep', keep, '--stand-in', 'a=echo hello > {/v/f}'], { input: pod(`[${foreign('a')}]`) });
    assert.equal(readFileSync(join(keep, 'volumes/v/f'), 'utf8'), 'hello\n');
    const again = await runCli(['rehearse', '-', '--keep', keep], { input: pod('[]') });
    assert.equal(again.exitCode, 2);
    assert.match(again.stderr, /the folder is not empty/);
    assert.ok(existsSync(join(keep, 'resolv.conf')));
  });

  it('takes a folder of the user as a volume, and rehearses one of several workloads', async () => {
    using folder = createTempDir();
    folder.write('f', 'mine');
    const input = `${pod('[]')}\n---\n${pod(`[${foreign('a')}]`).replace('name: a}', 'name: b}')}`;
    const { rehearsals, first } = await rehearse(
      ['-', '--only', 'pod/b', '--volume', `v=${folder.path}`, '--stand-in', 'a=cat {/v/f}'],
      { input },
    );
    assert.equal(rehearsals.length, 1);
    assert.ok(first.events.some(({ kind, line }) => kind === 'output' && line === 'mine'));
  });
});
