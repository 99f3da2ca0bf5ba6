import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import type { MountedFolder } from '../../../../cli/src/rehearse/pod/mounts.ts';
import { helperWords, moveCommand } from '../../../../cli/src/rehearse/processes/helper-command.ts';
import { parseArgs, parsePlan } from '../../../../helper/src/contract/index.ts';

const mount = (path: string, folder: string, readOnly = false): MountedFolder => ({
  volume: folder.split('/').at(-1) ?? '',
  path,
  subPath: '',
  readOnly,
  folder,
});
const mounts = [
  mount('/data', '/host/data'),
  mount('/data/static', '/host/static'),
  mount('/etc/creds', '/host/creds', true),
];

function move(words: readonly string[], env: Record<string, string> = {}, plans = new Map<string, string>()) {
  return moveCommand(words, env, {
    mounts,
    rootFolder: '/host/root',
    terminationFile: '/host/termination',
    readPlan: (path) => plans.get(path),
    parseData: (text) => parse(text) as unknown,
  });
}

/** What the moved command asks the helper for. */
function stepOf(words: readonly string[], env: Record<string, string> = {}) {
  const moved = move(words, env);
  const command = parseArgs(moved.argv, moved.env);
  assert.equal(command.kind, 'step');
  return { moved, ...(command as Extract<typeof command, { kind: 'step' }>) };
}

describe('the command of the helper, moved to this machine', () => {
  it('has its destination in the folder of the innermost volume', () => {
    const { step } = stepOf(['fetch', 'http://site/a', '/data/static/a.js']);
    assert.equal(step.kind === 'fetch' && step.destination, '/host/static/a.js');
    assert.equal(step.kind === 'fetch' && step.source, 'http://site/a');
  });

  it('keeps the slash that says that a folder is meant', () => {
    const { step } = stepOf(['fetch', 'http://site/a', '/data/']);
    assert.equal(step.kind === 'fetch' && step.destination, '/host/data/');
  });

  it('has every other path that an option names moved as well, and nothing else changed', () => {
    const { step } = stepOf([
      'wait',
      'https://db/x',
      '--ca-file',
      '/etc/creds/ca.pem',
      '--header-file',
      'X-Key: /etc/creds/key',
      '--deadline',
      '7s',
    ]);
    assert.equal(step.options.caFile, '/host/creds/ca.pem');
    assert.deepEqual(step.options.fileHeaders, ['X-Key: /host/creds/key']);
    assert.equal(step.options.deadlineMs, 7_000);
  });

  it('has targets that are files or sockets in their place, and leaves the others alone', () => {
    const { step } = stepOf(['wait', 'file:///data/ready', 'unix:///data/static/s', 'tcp://db:1']);
    assert.deepEqual(step.kind === 'wait' && step.targets, [
      'file:///host/data/ready',
      'unix:///host/static/s',
      'tcp://db:1',
    ]);
  });

  it('logs JSON and writes its termination message where the rehearsal reads it', () => {
    const { process } = stepOf(['wait', 'dns://a', '--log-format', 'text', '--log-level', 'error']);
    assert.deepEqual(process, { logFormat: 'json', logLevel: 'info', terminationLog: '/host/termination' });
  });

  it('means the same when options come from the environment, which argv overrules even with a default', () => {
    const env = { GREENROOM_DEADLINE: '2m', GREENROOM_TIMEOUT: '1s', GREENROOM_CA_FILE: '/etc/creds/ca.pem' };
    const { step } = stepOf(['wait', 'dns://a', '--deadline', '5m'], env);
    assert.equal(step.options.deadlineMs, 300_000);
    assert.equal(step.kind === 'wait' && step.options.timeoutMs, 1_000);
    assert.equal(step.options.caFile, '/host/creds/ca.pem');
  });

  it('never brings a header from the environment into argv', () => {
    const { moved, step } = stepOf(['wait', 'http://a/'], { GREENROOM_HEADER: 'Authorization: secret\n' });
    assert.deepEqual(step.options.headers, ['Authorization: secret']);
    assert.ok(!moved.argv.join(' ').includes('secret'));
  });

  it('refuses a destination in a volume that is mounted read-only, with the exit code that the helper has for it', () => {
    const { refusal } = move(['fetch', 'http://site/a', '/etc/creds/a']);
    assert.equal(refusal?.exitCode, 3);
    assert.match(refusal?.message ?? '', /\/etc\/creds\/a lies in volume creds, which is mounted read-only/);
  });

  it('refuses a destination outside of every volume: the helper runs as a user that may write nowhere else', () => {
    const { refusal } = move(['fetch', 'http://site/a', '/opt/a']);
    assert.equal(refusal?.exitCode, 3);
    assert.match(refusal?.message ?? '', /\/opt\/a lies in no volume/);
  });

  it('moves the steps of a plan, from the environment or from a file of a volume', () => {
    const plan = '- wait dns://a\n- fetch http://site/a /data/a\n- together:\n  - fetch http://site/b /data/static/b\n';
    const expected = ['/host/data/a', '/host/static/b'];
    const ways = [
      move(['run'], { GREENROOM_PLAN: plan, GREENROOM_DEADLINE: '9s' }),
      move(['run', '/data/plan.yaml'], { GREENROOM_DEADLINE: '9s' }, new Map([['/host/data/plan.yaml', plan]])),
    ];
    for (const { argv, env } of ways) {
      assert.equal(parseArgs(argv, env).kind, 'run');
      const { items } = parsePlan(parse(env.GREENROOM_PLAN ?? ''), env);
      const steps = items.flatMap((item) => (item.kind === 'together' ? item.steps : [item]));
      assert.deepEqual(
        steps.flatMap((step) => (step.kind === 'fetch' ? [step.destination] : [])),
        expected,
      );
      assert.deepEqual(
        steps.map(({ options }) => options.deadlineMs),
        [9_000, 9_000, 9_000],
      );
    }
  });

  it('leaves a faulty command to the helper, which has the words for it', () => {
    const { argv, env } = move(['wiat', 'dns://a']);
    assert.deepEqual(argv, ['wiat', 'dns://a']);
    assert.equal(env.GREENROOM_TERMINATION_LOG, '/host/termination');
  });
});

describe('the words of a container', () => {
  const container = { name: 'a', command: undefined, args: ['wait', 'dns://a'] };

  it('are its args, behind the helper that the image starts', () => {
    assert.deepEqual(helperWords(container), ['wait', 'dns://a']);
    assert.deepEqual(helperWords({ ...container, command: ['/usr/bin/greenroom-helper', 'wait'], args: ['dns://b'] }), [
      'wait',
      'dns://b',
    ]);
  });

  it('are refused where they start a program that the image does not hold', () => {
    assert.throws(() => helperWords({ ...container, command: ['sh', '-c', 'x'] }), /holds no program sh/);
  });
});
