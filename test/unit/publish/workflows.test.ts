// The workflows and the documents around a release: pinned, and true to what is in the repository.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { goTool } from '../../support/go-tool.ts';
import { root } from '../../support/read-imports.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { version, scripts } = JSON.parse(read('package.json')) as { version: string; scripts: Record<string, string> };

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly 'timeout-minutes': number; readonly steps: readonly Step[] }>>;
}
interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const paths = globSync('.github/workflows/*.yml', { cwd: root });
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);

test('there are workflows for tests and for a release', () => {
  assert.deepEqual(paths.map((path) => basename(path)).toSorted(), ['release.yml', 'test.yml']);
});

for (const path of paths) {
  const text = read(path);
  const workflow = parse(text) as Workflow;

  test(`${basename(path)}: every action is pinned by its commit, with the version beside it`, () => {
    for (const { uses } of stepsOf(workflow)) {
      if (uses === undefined) continue;
      assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      assert.match(text, new RegExp(`${uses} # v\\d+\\.\\d+\\.\\d+\\n`));
    }
  });

  test(`${basename(path)}: every script and file that it calls is there`, () => {
    const lines = stepsOf(workflow).flatMap(({ run = '' }) => run.split('\n'));
    assert.ok(lines.some((line) => /^npm (?:test|run) /.test(line)));
    for (const line of lines) {
      const [, script] = /\bnpm (?:run )?(test|(?<=run )[\w-]+)/.exec(line) ?? [];
      if (script !== undefined) assert.ok(script in scripts, line);
      for (const [file] of line.matchAll(/(?:\.ci|\.github|test)\/[\w./-]+/g)) {
        assert.ok(globSync(file, { cwd: root }).length > 0, file);
      }
    }
  });

  test(`${basename(path)}: it may do no more than it must, ends some time, and puts no input into a shell`, () => {
    assert.deepEqual(workflow.permissions, { contents: 'read' });
    for (const job of Object.values(workflow.jobs)) assert.ok(job['timeout-minutes'] <= 120);
    for (const { uses, run, with: inputs } of stepsOf(workflow)) {
      // https://docs.github.com/actions/security-guides/security-hardening-for-github-actions
      assert.doesNotMatch(run ?? '', /\$\{\{/);
      if (uses?.startsWith('actions/checkout@')) assert.equal(inputs?.['persist-credentials'], false);
    }
  });
}

const actionlint = goTool('actionlint');

test('actionlint, which knows what GitHub takes, has nothing to say', 'skip' in actionlint ? actionlint : {}, () => {
  if ('skip' in actionlint) return;
  const { status, stdout } = spawnSync(actionlint.path, ['-no-color', ...paths], { cwd: root, encoding: 'utf8' });
  assert.deepEqual([status, stdout], [0, '']);
});

test('the version has its section among the changes, and is the one of the action', () => {
  assert.match(read('.github/CHANGELOG.md'), new RegExp(`^## ${version.replaceAll('.', '\\.')}$`, 'm'));
  assert.equal(parse(read('.github/actions/greenroom/action.yml')).inputs.version.default, version);
});

test('the scripts that the release steps name are there', () => {
  const named = [...read('.github/RELEASING.md').matchAll(/`npm (?:run )?(test|release)\b/g)].map(
    ([, name = '']) => name,
  );
  assert.ok(named.length >= 2);
  for (const name of named) assert.ok(name in scripts, name);
});
