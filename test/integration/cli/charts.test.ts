// The commands over manifests of other projects, published or rendered: GREENROOM_CHARTS names a folder of them.
// Nothing of theirs is kept here; test/README.md says with which ones this was run.
import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { exitCodes } from '../../../cli/src/exit-codes.ts';
import { sliceDocuments } from '../../../cli/src/manifest/parse.ts';
import { runInShell } from '../../support/in-shell.ts';

const folder = process.env.GREENROOM_CHARTS;
const workload = /^kind:\s*["']?(?:Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob)\b/m;
const helper = ['--helper-image', 'greenroom/helper:0.1.0'];
const added = ['--wait', 'tcp://db:5432', '--fetch', 'https://example.org/a /greenroom-data/a'];

/**
 * How many lines a text has more than another one; undefined where one of the other's is missing. An empty list that
 * gets its first item bears a remark, by which uninject knows how it was.
 */
function linesAdded(before: string, after: string): number | undefined {
  const wanted = before.split('\n');
  const was = (line: string) => line.replace(/ # greenroom: was .*$/, '');
  const matches = (line: string, other = '') =>
    line === other || (was(line) !== line && other.trimEnd().startsWith(was(line)));
  let next = 0;
  for (const line of after.split('\n')) if (next < wanted.length && matches(line, wanted[next])) next++;
  return next === wanted.length ? after.split('\n').length - wanted.length : undefined;
}

test("other projects' manifests: inject only adds lines, uninject gives the same bytes, explain and lint read them", {
  skip: folder === undefined ? 'LEFT OUT: GREENROOM_CHARTS names no folder of manifests' : false,
}, async (t) => {
  assert.ok(folder !== undefined);
  const counts = { files: 0, pods: 0, lines: 0 };
  const refused: string[] = [];
  for (const name of globSync('**/*.{yaml,yml}', { cwd: folder }).toSorted()) {
    const text = readFileSync(`${folder}/${name}`, 'utf8');
    if (!sliceDocuments(text).some((slice) => workload.test(slice.text))) continue;
    const injected = await runInShell(['inject', ...helper, ...added, '-'], { input: text });
    if (injected.exitCode === exitCodes.input.code) {
      refused.push(`${name}: ${injected.stderr.split('\n').find((line) => line !== '') ?? injected.exitCode}`);
      continue;
    }
    assert.equal(injected.exitCode, 0, `${name}: ${injected.stderr}`);
    const more = linesAdded(text, injected.stdout);
    assert.ok(more !== undefined, `${name}: a line is gone or changed`);
    assert.ok(more > 0, `${name}: nothing was added`);
    const back = await runInShell(['uninject', '-'], { input: injected.stdout });
    assert.equal(back.exitCode, 0, `${name}: ${back.stderr}`);
    assert.ok(back.stdout === text, `${name}: uninject gives other bytes`);
    const again = await runInShell(['inject', ...helper, ...added, '-'], { input: injected.stdout });
    assert.ok(again.stdout === injected.stdout, `${name}: a second inject changes something`);
    // they have an answer to all of it: lint may find something, convert may find nothing to do
    for (const [command, ...codes] of [
      ['explain', 0],
      ['lint', 0, 1],
      ['convert', 0, 3],
    ] as const) {
      const { exitCode, stderr } = await runInShell([command, '-'], { input: text });
      assert.ok(
        codes.some((code) => code === exitCode),
        `${name}: ${command} ended with ${exitCode}: ${stderr}`,
      );
    }
    counts.files++;
    counts.pods += (injected.stdout.match(/^\s*- name: greenroom$/gm) ?? []).length;
    counts.lines += more;
  }
  t.diagnostic(
    `${counts.pods} pods in ${counts.files} files of ${readdirSync(folder).join(', ')}: ${counts.lines} lines added`,
  );
  for (const line of refused) t.diagnostic(`refused: ${line}`);
  assert.ok(counts.files > 0, 'there is no manifest with a pod in the folder');
});
