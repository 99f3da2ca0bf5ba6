// Completion as shells do it: the built program asked by the very scripts that it prints.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../../../cli/src/commands/index.ts';
import { cleanEnv } from '../../support/environment.ts';
import { cliProgram } from '../../support/run-cli.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const folder = createTempDir();
symlinkSync(cliProgram, join(folder.path, 'greenroom'));
symlinkSync(cliProgram, join(folder.path, 'kubectl_complete-greenroom'));
process.once('exit', () => folder[Symbol.dispose]());
const env = cleanEnv({ PATH: [folder.path, process.env.PATH].join(delimiter), HOME: folder.path });

function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8', cwd: folder.path });
  assert.equal(status, 0, stderr);
  return stdout;
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

/** What each shell offers at the end of a line. */
const shells: Readonly<Record<string, (line: string) => string[]>> = {
  bash: (line) => {
    const script = `source <(greenroom completion bash); complete -p greenroom > /dev/null || exit 9
COMP_LINE=$1 COMP_POINT=\${#1}; _greenroom; printf '%s\\n' "\${COMPREPLY[@]}"`;
    // what bash has of the word already, behind the last : or =, is not offered again
    const [, had = ''] = /(\S*[:=])[^\s:=]*$/.exec(line) ?? [];
    return linesOf(run('bash', '-c', script, 'bash', line)).map((offer) => had + offer);
  },
  zsh: (line) => {
    const script = `source <(greenroom completion zsh)
compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@" }; _files() { }
words=("\${(@s: :)1}"); CURRENT=$#words; _greenroom`;
    return linesOf(run('zsh', '-f', '-c', script, 'zsh', line));
  },
  fish: (line) => {
    const script = 'greenroom completion fish | source; complete -C "$argv[1]"';
    return linesOf(run('fish', '--no-config', '-c', script, line)).map((offer) => offer.split('\t')[0] ?? '');
  },
};

const names = commands.map(({ usage }) => usage.split(' ')[0] ?? '');

for (const [shell, offers] of Object.entries(shells)) {
  const skip = spawnSync(shell, ['--version']).status === 0 ? false : `${shell} is not on this machine`;

  test(`${shell} completes commands, kinds, flags, their values, and what a step begins with`, { skip }, () => {
    assert.deepEqual(offers('greenroom ').toSorted(), [...names, 'help', 'version'].toSorted());
    assert.deepEqual(offers('greenroom new st'), ['statefulset']);
    assert.deepEqual(offers('greenroom inject --sep'), ['--separate']);
    assert.deepEqual(offers('greenroom inject -o k'), ['kustomize']);
    assert.deepEqual(offers('greenroom policy --position=la'), ['--position=last']);
    assert.deepEqual(offers('greenroom inject --wait tcp:'), ['tcp://']);
  });
}

test('an unknown command has no completion; a flag that is given is not offered again, one of a list is', () => {
  const ask = (...words: readonly string[]) => linesOf(run('greenroom', '__complete', ...words));
  assert.deepEqual(ask('nonsense', ''), [':4']);
  const [flags, directive] = [ask('inject', '--first', '--mount', 'secret/a=/a', '--'), ':4'];
  assert.equal(flags.at(-1), directive);
  assert.ok(flags.every((line) => !line.startsWith('--first')));
  assert.ok(flags.some((line) => line.startsWith('--mount\t')));
  assert.deepEqual(ask('inject', 'k8s/ap'), [':0'], 'files are for the shell to know');
  assert.deepEqual(ask('policy', ''), [':4']);
  assert.deepEqual(ask('new', 'pod', ''), [':4']);
  assert.deepEqual(ask('help', 'wait', 'red'), ['redis', 'rediss', ':4']);
  assert.deepEqual(ask('help', 'fe'), ['fetch\tWhat such a step can say', ':4']);
});

test('kubectl is answered alike, by the program that it looks for', () => {
  assert.equal(run('kubectl_complete-greenroom', 'new', 'dep'), run('greenroom', '__complete', 'new', 'dep'));
});
