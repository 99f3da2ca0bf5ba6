// The helper as a program: arguments, environment, exit codes, termination message, signals.
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseTermination } from '../../../helper/src/contract/termination.ts';
import { startOrigin } from '../../support/http-origin.ts';
import { runHelper, startHelper } from '../../support/run-helper.ts';
import { createTempDir } from '../../support/temp-dir.ts';
import { prepareTimeJump } from '../../support/time-jump.ts';

const server = createServer((socket) => socket.end());
let ready = '';
// a port that was free a moment ago, on an address that nobody else uses
let closed = '';

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  ready = `tcp://127.0.0.1:${address.port}`;
  closed = `tcp://127.77.0.1:${address.port}`;
});
after(() => server.close());

test('help and version stand on stdout, and end with 0', async () => {
  const help = await runHelper(['help']);
  assert.equal(help.exitCode, 0);
  assert.match(help.stdout, /Usage: greenroom-helper/);
  assert.equal(help.stderr, '');
  const version = await runHelper(['--version']);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  for (const command of ['wait', 'fetch', 'run']) {
    const { stdout } = await runHelper([command, '--help']);
    assert.match(stdout, new RegExp(`Usage: greenroom-helper ${command}`));
  }
});

test('a fault in the arguments ends with 2, says what would have been right, and starts nothing', async () => {
  const cases: [string[], Record<string, string>, RegExp][] = [
    [[], {}, /no command/],
    [['wiat', ready], {}, /did you mean wait\?/],
    [['wait'], {}, /names no target/],
    [['wait', ready, '--deadlin', '5s'], {}, /did you mean --deadline\?/],
    [['wait', ready, '--deadline', '5'], {}, /5s or 5ms/],
    [['wait', 'db:5432'], {}, /did you mean tcp:\/\/db:5432\?/],
    [['wait', ready], { GREENROOM_DEADLNE: '5s' }, /did you mean GREENROOM_DEADLINE\?/],
    [['fetch', 'http://example.invalid/a', 'a'], {}, /absolute path/],
    [['run'], {}, /GREENROOM_PLAN/],
    [['run', '/no/such/plan.yaml'], {}, /cannot be read/],
    [['run'], { GREENROOM_PLAN: '- wait' }, /plan, step 1: wait: names no target/],
    [
      ['run'],
      { GREENROOM_PLAN: '- {wait: "tcp://a:1", deadlin: 5s}' },
      /plan, step 1: unknown key "deadlin"; did you mean deadline\?/,
    ],
    [['run'], { GREENROOM_PLAN: '- wait: [' }, /GREENROOM_PLAN: .* at line 1, column/],
    // the line itself may hold what is secret, in a plan that a Secret holds
    [
      ['run'],
      { GREENROOM_PLAN: '- fetch: a\n  header: X: hunter2' },
      /GREENROOM_PLAN: .* at line 2, column 11(?:\n\{.*)?$/,
    ],
    [
      ['run'],
      { GREENROOM_PLAN: '- together:\n  - together:\n    - wait tcp://a:1' },
      /plan, step 1\.1: "together" stands under "together" already/,
    ],
    [
      ['run'],
      {
        GREENROOM_PLAN:
          '- together: [fetch http://a.invalid/a /data/a, wait tcp://a:1, fetch http://a.invalid/b /data/a]',
      },
      /plan, step 1: steps 1 and 3 of "together" both write \/data\/a, at the same time/,
    ],
  ];
  for (const [args, env, words] of cases) {
    const { exitCode, log, stdout, termination } = await runHelper(args, env);
    assert.equal(exitCode, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.equal(log.length, 1);
    assert.match(String(log[0]?.msg), words);
    assert.match(termination ?? '', words);
    assert.equal(parseTermination(termination ?? '')?.facts.code, 'USAGE');
  }
});

test('variables that Kubernetes injects for Services called greenroom are no fault', async () => {
  const injected = {
    GREENROOM_SERVICE_HOST: '10.0.0.1',
    GREENROOM_SERVICE_PORT: '80',
    GREENROOM_SERVICE_PORT_HTTP: '80',
    GREENROOM_PORT: 'tcp://10.0.0.1:80',
    GREENROOM_PORT_80_TCP: 'tcp://10.0.0.1:80',
    GREENROOM_PORT_80_TCP_PROTO: 'tcp',
    GREENROOM_PORT_80_TCP_PORT: '80',
    GREENROOM_PORT_80_TCP_ADDR: '10.0.0.1',
    GREENROOM_API_SERVICE_HOST: '10.0.0.1',
    GREENROOM_API_PORT_8080_UDP_ADDR: '10.0.0.1',
  };
  assert.equal((await runHelper(['wait', ready], injected)).exitCode, 0);
});

test('a target that is ready ends it with 0 and a message', async () => {
  const { exitCode, termination } = await runHelper(['wait', ready]);
  assert.equal(exitCode, 0);
  assert.match(termination ?? '', /ready after/);
  assert.equal(parseTermination(termination ?? '')?.facts.outcome, 'done');
});

test('a deadline that passes ends it with 124, naming the target, the attempts and the last cause', async () => {
  using folder = createTempDir();
  const time = prepareTimeJump(folder);
  const helper = startHelper(['wait', closed, '--deadline', '5m'], time.env);
  await helper.logged('refused');
  time.jump();
  const { exitCode, termination, log } = await helper.ended;
  assert.equal(exitCode, 124);
  const { facts, sentence } = parseTermination(termination ?? '') ?? {};
  assert.match(sentence ?? '', /tcp:\/\/127\.77\.0\.1:\d+ .*not ready/);
  assert.match(sentence ?? '', /refused/);
  assert.equal(facts?.code, 'DEADLINE_PASSED');
  assert.equal(facts?.cause, 'CONNECTION_REFUSED');
  assert.equal(facts?.retryable, true);
  assert.ok((facts?.attempts ?? 0) > 1);
  assert.equal(log.at(-1)?.level, 'error');
});

test('SIGTERM and SIGINT end a wait at once, with 143 and 130', async () => {
  for (const [signal, expected] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    const helper = startHelper(['wait', closed]);
    await helper.logged('refused');
    helper.child.kill(signal);
    const { exitCode, termination } = await helper.ended;
    assert.equal(exitCode, expected);
    assert.match(termination ?? '', new RegExp(`stopped by ${signal}`));
  }
});

test('a plan runs its steps in order, from the environment or a file, in YAML or JSON', async () => {
  using folder = createTempDir();
  const plan = [
    `wait ${ready}`,
    ['wait', ready],
    { wait: ready, deadline: '5s' },
    { together: [`wait ${ready}`, { wait: [ready, ready] }] },
  ];
  const json = join(folder.path, 'plan.json');
  writeFileSync(json, JSON.stringify({ steps: plan }));
  const yaml = `- wait ${ready}\n- [wait, "${ready}"]\n- wait: ${ready}\n  deadline: 5s\n- together:\n  - wait ${ready}\n  - wait: [${ready}, ${ready}]\n`;
  // some editors of Windows begin a text with a byte order mark
  const marked = join(folder.path, 'plan.yaml');
  writeFileSync(marked, `\ufeff${yaml}`);
  const ends = [
    ['run', json],
    ['run', marked],
  ].map((words) => runHelper(words));
  for (const end of await Promise.all([...ends, runHelper(['run'], { GREENROOM_PLAN: yaml })])) {
    assert.equal(end.exitCode, 0, end.stderr);
    const steps = end.log.filter(({ msg }) => /ready after/.test(String(msg))).map(({ step }) => step);
    assert.deepEqual(steps.slice(0, 3), ['1/4', '2/4', '3/4']);
    assert.deepEqual(new Set(steps.slice(3)), new Set(['4/4.1', '4/4.2']));
  }
});

test('the step that fails ends the plan, and the message says which it was', async () => {
  const plan = `- wait ${ready}\n- wait ${closed} --deadline 600ms\n- wait ${ready}\n`;
  const { exitCode, log, termination } = await runHelper(['run'], { GREENROOM_PLAN: plan });
  assert.equal(exitCode, 124);
  assert.equal(parseTermination(termination ?? '')?.facts.step, '2/3');
  assert.match(termination ?? '', /^step 2\/3: /);
  assert.equal(
    log.some(({ step }) => step === '3/3'),
    false,
  );
});

test('of steps that run together, the first that fails ends the others at once', async () => {
  const plan = `- together:\n  - wait ${closed} --deadline 500ms\n  - wait ${closed} --deadline 10m\n`;
  const { exitCode, termination } = await runHelper(['run'], { GREENROOM_PLAN: plan });
  assert.equal(exitCode, 124);
  assert.equal(parseTermination(termination ?? '')?.facts.step, '1/1.1');
});

test('a termination log that cannot be written changes nothing but a line of the log', async () => {
  using folder = createTempDir();
  const path = join(folder.path, 'missing', 'termination-log');
  const { exitCode, log } = await runHelper(['wait', ready], { GREENROOM_TERMINATION_LOG: path });
  assert.equal(exitCode, 0);
  assert.match(String(log.at(-1)?.msg), /termination log not written/);
});

test('a secret in a plan or a URL stands in no output', async () => {
  const secret = 'hunter2-s3cr3t';
  const target = `http://user:${secret}@127.77.0.1:9/path?token=${secret}`;
  for (const args of [
    ['wait', target, '--deadline', '600ms', '--log-level', 'debug'],
    ['fetch', target, '/nowhere/a', '--deadline', '600ms', '--log-level', 'debug'],
    ['wait', `tcp://user:${secret}@db:5432`],
    ['fetch', `ftp://user:${secret}@host/a?${secret}`, '/a'],
    ['wait', 'tcp://127.0.0.1:1', `--deadlin=${secret}`],
  ]) {
    const { stderr, stdout, termination, exitCode } = await runHelper(args);
    assert.notEqual(exitCode, 0);
    assert.ok(!`${stderr}${stdout}${termination}`.includes(secret), `${args.join(' ')}\n${stderr}\n${termination}`);
  }
});

test('without a reader of its log it still does its work', async () => {
  const helper = startHelper(['wait', ready]);
  helper.child.stderr?.destroy();
  assert.equal((await helper.ended).exitCode, 0);
});

test('a plan in a file that may not be read is a fault of use', {
  skip: process.getuid?.() === 0 && 'root may read everything',
}, async () => {
  using folder = createTempDir();
  const path = join(folder.path, 'plan.yaml');
  writeFileSync(path, '- wait tcp://a:1\n');
  chmodSync(path, 0);
  assert.equal((await runHelper(['run', path])).exitCode, 2);
});

test('a download has 32 threads for the file system, unless somebody says otherwise; a wait needs none', async () => {
  using folder = createTempDir();
  const during = async (env: Record<string, string>, ...words: string[]) => {
    let threads = 0;
    await using origin = await startOrigin(() => {
      threads = readdirSync(`/proc/${run.child.pid}/task`).length;
      return { body: 'x' };
    });
    const [command = '', ...others] = words;
    const run = startHelper([command, `${origin.url}/f`, ...others], env);
    assert.equal((await run.ended).exitCode, 0);
    return threads;
  };
  const usual = await during({}, 'wait');
  assert.equal(await during({}, 'fetch', join(folder.path, 'f')), usual + 32);
  assert.equal(await during({ UV_THREADPOOL_SIZE: '5' }, 'fetch', join(folder.path, 'g')), usual + 5);
});
