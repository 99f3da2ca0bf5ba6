// `greenroom explain` as its users call it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../../support/run-cli.ts';

const two = `
{kind: Pod, metadata: {name: a}, spec: {containers: [{name: app, image: x}]}}
---
{kind: Job, metadata: {name: b}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: app, image: x}]}}}}
`;

test('all workloads of an input are explained, to standard output', async () => {
  const { exitCode, stdout, stderr } = await runCli(['explain', '-'], { input: two });
  assert.equal(exitCode, 0);
  assert.equal(stderr, '');
  assert.match(stdout, /^Pod a in namespace default\n[\s\S]*\nJob b in namespace default\n/);
  assert.match(stdout, /at once: nothing comes before the app/);
});

test('a picture is of one workload, and the others are named', async () => {
  const { exitCode, stdout, stderr } = await runCli(['explain', '-', '-o', 'svg'], { input: two });
  assert.equal(exitCode, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /--only: pod\/a, job\/b;/);
  const one = await runCli(['explain', '-', '-o', 'svg', '--only', 'job/b'], { input: two });
  assert.match(one.stdout, /^<svg [\s\S]*<\/svg>\n$/);
});

test('a quantity that is none is named, and nothing is printed', async () => {
  const input = two.replace('image: x}', 'image: x, resources: {requests: {memory: 64MB}}}');
  const { exitCode, stdout, stderr } = await runCli(['explain', '-'], { input });
  assert.equal(exitCode, 3);
  assert.equal(stdout, '');
  assert.match(stderr, /Pod a, spec\.containers\[0\]\.resources\.requests\.memory: "64MB" is not a quantity/);
});
