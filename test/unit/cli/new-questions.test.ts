// `greenroom new` alone, at a terminal: what it asks, what it refuses, what it makes of the answers.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { openTerminal } from '../../../cli/src/terminal.ts';
import { splitWords } from '../../../helper/src/contract/index.ts';
import { runInShell } from '../../support/in-shell.ts';

/** Somebody who types these lines, however many at once; and what was shown to them. */
function typist(typed: string) {
  const keyboard = new PassThrough();
  const screen = new PassThrough().setEncoding('utf8');
  keyboard.write(typed);
  return {
    openTerminal: async () => openTerminal(keyboard, screen),
    shown: () => String(screen.read() ?? ''),
  };
}

const enter = (...lines: readonly string[]) => lines.map((line) => `${line}\r`).join('');

test('the answers give what the command line that is told would give', async () => {
  const answers = [
    ...['', 'my-app', 'busybox:1.28', 'shop'],
    ...['dns://myappb', "https://api/health --header 'Accept: text/plain'", ''],
    ...['https://example.org/a /data/a', ''],
  ];
  const { openTerminal: open } = typist(enter(...answers));
  const { exitCode, stdout, stderr } = await runInShell(['new'], { openTerminal: open });
  assert.equal(exitCode, 0, stderr);
  const [, line = ''] = /^ {2}greenroom (new .*)$/m.exec(stderr) ?? [];
  const words = splitWords(line);
  assert.deepEqual(words.slice(0, 7), [
    'new',
    'deployment',
    'my-app',
    '--image',
    'busybox:1.28',
    '--namespace',
    'shop',
  ]);
  assert.equal(stdout, (await runInShell(words)).stdout);
});

test('an answer is refused at once, with what would be right, and asked for again', async () => {
  const answers = [
    ...['cronjb', 'cj', 'My_App', 'my-app', 'not an image', 'busybox:1.28', 'every day', '0 3 * * *', ''],
    ...['tcp://db', 'tcp://db:5432', '', 'https://example.org/a /', ''],
  ];
  const { openTerminal: open } = typist(enter(...answers));
  const { exitCode, stderr } = await runInShell(['new'], { openTerminal: open });
  assert.equal(exitCode, 0, stderr);
  for (const said of [
    /unknown kind "cronjb"\n {2}did you mean cronjob\?/,
    /"My_App" is not a name in Kubernetes/,
    /"not an image" is not the reference of an image/,
    /"every day" has not five fields/,
    /tcp:\/\/db.*port/,
    /a volume at \/ would hide/,
    /greenroom new cj my-app --image busybox:1\.28 --schedule '0 3 \* \* \*' --wait tcp:\/\/db:5432$/m,
  ]) {
    assert.match(stderr, said);
  }
});

test('without any step the list is asked for again', async () => {
  const { openTerminal: open } = typist(enter('', 'a', 'a:1', '', '', '', 'tcp://db:5432', '', ''));
  const { exitCode, stderr } = await runInShell(['new'], { openTerminal: open });
  assert.equal(exitCode, 0);
  assert.match(stderr, /at least one of the two/);
});

test('Ctrl-C and Ctrl-D end it, and nothing is written', async () => {
  for (const [key, code, said] of [
    ['\x03', 130, /stopped; nothing was written/],
    ['\x04', 2, /no more answers; nothing was written/],
  ] as const) {
    const { exitCode, stdout, stderr } = await runInShell(['new'], typist(enter('pod', 'a') + key));
    assert.deepEqual([exitCode, stdout], [code, '']);
    assert.match(stderr, said);
  }
});

test('what is wrong with the settings is told before anything is asked', async () => {
  const { openTerminal: open, shown } = typist('');
  const env = { GREENROOM_HELPER_IMAGE: 'not an image' };
  const { exitCode, stderr } = await runInShell(['new'], { openTerminal: open, env });
  assert.equal(exitCode, 2);
  assert.match(stderr, /GREENROOM_HELPER_IMAGE/);
  assert.doesNotMatch(shown(), /Kind/);
});

test('with a word, or without a terminal, nothing is asked', async () => {
  const { openTerminal: open } = typist('');
  assert.match((await runInShell(['new', 'pod'], { openTerminal: open })).stderr, /new: takes KIND NAME/);
  assert.match((await runInShell(['new'])).stderr, /new: takes KIND NAME/);
});
