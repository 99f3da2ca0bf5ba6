// The command line itself: what yargs would lose, what is answered to a slip, help and version.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf } from '../../../cli/src/command.ts';
import { commands } from '../../../cli/src/commands/index.ts';
import { exitCodes } from '../../../cli/src/exit-codes.ts';
import { type Option, stepKinds, stepOptions, targetSchemes } from '../../../helper/src/contract/index.ts';
import { runInShell } from '../../support/in-shell.ts';

const pod = 'kind: Pod\nspec:\n  containers:\n  - name: a\n';
const newPod = ['new', 'pod', 'app', '--image', 'app:1'];

test('a lone - is standard input, between other operands too', async () => {
  const { exitCode, stdout } = await runInShell(['inject', '--wait', 'tcp://db:1', '-'], { input: pod });
  assert.equal(exitCode, 0);
  assert.match(stdout, /args: \[wait, tcp:\/\/db:1\]/);
  const behind = await runInShell(['inject', '-', '--wait=tcp://db:1'], { input: pod });
  assert.equal(behind.stdout, stdout);
  const twice = await runInShell(['inject', '-', '-', '--wait', 'tcp://db:1'], { input: pod });
  assert.deepEqual([twice.exitCode, twice.stdout], [2, '']);
  assert.match(twice.stderr, /standard input \(-\) is named twice/);
});

test('steps keep the order of the command line across both flags', async () => {
  const steps = [
    '--wait',
    'tcp://a:1',
    '--fetch=https://x/f /data/f',
    '--wait',
    'tcp://b:2',
    '--fetch',
    'https://x/g /data/g',
  ];
  const { stdout } = await runInShell([...newPod, ...steps]);
  const plan = /value: \|\n((?: +- .*\n)+)/
    .exec(stdout)?.[1]
    ?.split('\n')
    .map((line) => line.trim());
  assert.deepEqual(plan, [
    '- wait tcp://a:1',
    '- fetch https://x/f /data/f',
    '- wait tcp://b:2',
    '- fetch https://x/g /data/g',
    '',
  ]);
});

test('a step may begin with its options', async () => {
  const { stdout } = await runInShell([...newPod, '--wait', '--any tcp://a:1 tcp://b:2']);
  assert.match(stdout, /args: \[wait, tcp:\/\/a:1, tcp:\/\/b:2, --any\]/);
});

test('words behind -- are the app’s own, flags and dashes included', async () => {
  const { stdout } = await runInShell([...newPod, '--wait', 'tcp://a:1', '--', '--wait', '-', '--', 'x y']);
  assert.match(stdout, /args: \[--wait, '-', '--', x y\]/);
});

const slips: readonly (readonly [string[], RegExp])[] = [
  [['wait', 'tcp://a:1'], /unknown command "wait"\n.*--wait STEP; help wait/],
  [['help', 'injct'], /did you mean inject\?/],
  [['help', 'wait', 'htp'], /unknown kind of target "htp"\n {2}did you mean http\?/],
  [['injct', 'x'], /unknown command "injct"\n {2}did you mean inject\?/],
  [['inject', 'x', '--wiat', 'tcp://a:1'], /unknown option --wiat; did you mean --wait\?/],
  [['why', '--foo', 'x'], /why: unknown option --foo\n/],
  [['convert', '--nosuch', 'x'], /convert: unknown option --nosuch\n/],
  [['convert', '-o', 'json', 'x'], /convert: unknown option -o\n/],
  [['inject', '-n', 'web', 'x'], /inject: unknown option -n\n/],
  [
    ['inject', 'x', '--wait', 'tcp://a:1', '--deadline', '5s'],
    /--deadline belongs into the step: --wait '… --deadline …'/,
  ],
  [
    ['inject', 'x', '--fetch', 'https://a/b /b', '--sha256=9f'],
    /--sha256 belongs into the step: --fetch '… --sha256 …'/,
  ],
  [
    ['lint', '--skip', 'image-tag,no-retry', 'x'],
    /no rule "image-tag,no-retry"\n {2}.*--skip image-tag --skip no-retry/,
  ],
  [['-v'], /a command comes first: .*\n {2}--help .* --version/],
  [['inject', 'x', '--wait'], /--wait needs a step, such as/],
  [['inject', '--wait', 'tcp://a:1'], /inject: takes INPUTS\.\.\./],
  [['new', 'pod'], /new: takes KIND NAME/],
  [['new', 'pod', 'a', 'b', '--image', 'c'], /"b" is not an option, or one operand too many/],
  [[...newPod, '--image', 'other:1', '--wait', 'tcp://a:1'], /--image is given twice/],
  [['new', 'pod', 'a', '--image'], /--image needs a value/],
  [['new', 'pod', 'a', '--image', '--port', '80'], /--image needs a value/],
  [['inject', 'x', '--wait', 'tcp://a:1', '--only'], /--only needs a value/],
  [[...newPod, '--wait', 'tpc://a:1'], /did you mean tcp:\/\/\?/],
  [[...newPod, '--wait', "tcp://a:1 'x"], /a quote \('\) is not closed/],
  [
    [...newPod, '--wait', 'tcp://a:1', '--log-format', 'txt'],
    /--log-format: must be one of json, text, not "txt"; did you mean text\?/,
  ],
  [[...newPod, '--wait', 'tcp://a:1', '--name', 'A_b'], /--name: "A_b" cannot name a container/],
  [[...newPod, '--wait', 'tcp://a:1', '--secret-env', 'A'], /is not of the form VAR=SECRET\/KEY/],
  [[...newPod, '--wait', 'tcp://a:1', '--secret-env', 'A=s/k'], /no step reads A \(--header-env, --password-env\)/],
  [[...newPod, '--wait', 'tcp://a:1', '--mount', 'secrets/a=/b'], /is not of the form secret\/NAME=PATH/],
  [[...newPod, '--wait', 'tcp://a:1', '--size-limit', '5 MB'], /"5 MB" is not a size/],
  [['inject', 'x', '--wait', 'tcp://a:1', '--first', '--last'], /one place at a time/],
  [['inject', '-', '--wait', 'tcp://a:1', '--write'], /--write cannot change standard input/],
  [['inject', 'x', '--wait', 'tcp://a:1', '--write', '--check'], /say one of them/],
  [['--wait', 'tcp://a:1'], /a command comes first/],
];

for (const [argv, expected] of slips) {
  test(`answers "${argv.join(' ')}" with what would be right, on stderr alone`, async () => {
    const { exitCode, stdout, stderr } = await runInShell(argv);
    assert.match(stderr, expected);
    assert.deepEqual([exitCode, stdout], [exitCodes.usage.code, '']);
  });
}

test('targets of one step that stand outside of it are no files', async () => {
  const { exitCode, stderr } = await runInShell(['inject', '--wait', 'tcp://a:1', 'tcp://b:1', 'x']);
  assert.equal(exitCode, exitCodes.input.code);
  assert.match(
    stderr,
    /cannot read tcp:\/\/b:1: there is no such file or folder\n {2}.* --wait 'tcp:\/\/a:1 tcp:\/\/b:1'/,
  );
});

test('a secret in a flag that is faulty is not repeated', async () => {
  const { stderr } = await runInShell([
    ...newPod,
    '--wait',
    "https://user:hunter2@api/ --header 'Token: hunter2' --statsu 2xx",
  ]);
  assert.match(stderr, /unknown option --statsu/);
  assert.doesNotMatch(stderr, /hunter2/);
});

for (const command of commands) {
  const name = nameOf(command);

  test(`the help of ${name} fits a screen, examples first`, async () => {
    const { exitCode, stdout, stderr } = await runInShell([name, '--help'], { columns: 80 });
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.ok(stdout.indexOf('  greenroom ') < stdout.indexOf('Usage:'));
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
    assert.ok(lines.length <= 40, `${lines.length} lines`);
  });

  test(`help ${name} tells every option; ${name} --help says so where it does not`, async () => {
    const all = (await runInShell(['help', name], { columns: 80 })).stdout;
    const usual = (await runInShell([name, '--help'], { columns: 80 })).stdout;
    const told = (text: string) => Object.keys(command.flags).filter((flag) => text.includes(`--${flag}`));
    assert.deepEqual(told(all), Object.keys(command.flags));
    assert.equal(usual.includes(`All options: greenroom help ${name}`), told(usual).length < told(all).length);
  });

  test(`what the help of ${name} shows on several lines is one command line to a shell`, async () => {
    for (const columns of [40, 60, 80]) {
      const { stdout } = await runInShell([name, '--help'], { columns });
      const shown = stdout.slice(0, stdout.indexOf('\nUsage:')).replaceAll(/ \\\n +/g, ' ');
      for (const [line] of command.examples) assert.ok(shown.includes(`  ${line}`), line);
      // within quotes a backslash would stay
      for (const line of stdout.split('\n').filter((one) => one.endsWith(' \\'))) {
        assert.equal((line.match(/'/g) ?? []).length % 2, 0, line);
      }
    }
  });
}

test('help wait and help fetch tell every option of a step, those of one kind of target behind its scheme', async () => {
  const pages = [['fetch'], ['wait'], ...Object.keys(targetSchemes).map((scheme) => ['wait', scheme])];
  const told = { wait: '', fetch: '' };
  for (const topic of pages) {
    const { exitCode, stdout, stderr } = await runInShell(['help', ...topic], { columns: 80 });
    assert.deepEqual([exitCode, stderr], [0, ''], topic.join(' '));
    assert.match(stdout, new RegExp(`^  --${topic[0]} ['"]`));
    told[topic[0] as 'wait' | 'fetch'] += stdout;
  }
  for (const kind of stepKinds) {
    for (const { flag } of Object.values<Option<unknown>>(stepOptions[kind])) {
      assert.match(told[kind], new RegExp(`^  --${flag}\\b`, 'm'));
    }
  }
});

test('the help of the program names every command', async () => {
  const { stdout } = await runInShell(['--help']);
  for (const { usage } of commands) assert.match(stdout, new RegExp(`^  ${usage.split(' ')[0]} `, 'm'));
});

test('called as a plugin of kubectl, it calls itself so', async () => {
  const { stdout } = await runInShell(['inject', '--help'], { programName: 'kubectl greenroom' });
  assert.match(stdout, /Usage: kubectl greenroom inject/);
  assert.match(stdout, /\| kubectl greenroom inject|^ {2}kubectl greenroom inject/m);
});

test('the version alone is printed', async () => {
  assert.deepEqual(await runInShell(['--version']), { exitCode: 0, stdout: 'test\n', stderr: '' });
});

test('without words it shows the help, as words on stderr', async () => {
  const { exitCode, stdout, stderr } = await runInShell([]);
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(stderr, /Commands:/);
});

test('-o json gives every digit of a number, and refuses what JSON has no form for', async () => {
  const holding = (text: string) => `${pod}    env: [{name: A, value: ${text}}]\n`;
  const print = (text: string, form: string) =>
    runInShell(['inject', '--wait', 'tcp://db:1', '-o', form, '-'], { input: holding(text) });
  assert.match((await print('9007199254740993', 'json')).stdout, /"value": 9007199254740993\n/);
  assert.equal((await print('9007199254740993', 'strategic')).exitCode, 0);
  const { exitCode, stdout, stderr } = await print('.inf', 'json');
  assert.deepEqual([exitCode, stdout], [3, '']);
  assert.match(stderr, /value: .*JSON/);
});
