// How answers look: the verdict first, the terminal's width, what can be pasted, and the shape for programs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { createStyle } from '../../../../cli/src/rehearse/report/style.ts';
import { ask } from '../../../../cli/src/why/ask.ts';
import { replyJson } from '../../../../cli/src/why/report/json.ts';
import { deniedText, replyText } from '../../../../cli/src/why/report/reply-text.ts';
import { clusterOf, type FakeObject, now } from './cluster-of.ts';
import { event, helperWaits, ownedBy, pod, running, service, waiting, workload } from './objects.ts';

interface Look {
  readonly columns?: number;
  readonly colours?: boolean;
  readonly target?: string;
  readonly denied?: readonly string[];
  readonly everywhere?: boolean;
}

async function replyTo(
  objects: readonly FakeObject[],
  { columns, colours = false, target, denied = [], everywhere = false }: Look = {},
) {
  const question = {
    namespace: everywhere ? undefined : 'shop',
    targets: target === undefined ? [] : [{ kind: 'Pod', name: target } as const],
    selector: undefined,
    isHelper: ({ image }: { readonly image: string }) => image.startsWith('greenroom/helper'),
  };
  const reply = await ask(
    clusterOf(objects, {
      denied,
      logs: { 'web/before': '{"targets":["tcp://db:5432"],"msg":"waiting for tcp://db:5432, 5m at most"}\n' },
    }),
    question,
  );
  const settings = {
    style: createStyle({ colours, columns, env: { LANG: 'C.UTF-8' } }),
    nowMs: now,
    programName: 'kubectl greenroom',
    kubectlFlags: ['--context=prod'],
    showNamespace: everywhere,
  };
  return { reply, text: replyText(reply, question, settings), settings };
}

const waits = pod({ initSpec: helperWaits('tcp://db:5432'), init: running(60) });

test('the verdict comes first, then the time, the facts, the cure and what can be pasted', async () => {
  const { text } = await replyTo([waits], { target: 'web' });
  assert.equal(
    text,
    `✗ pod/web: init container before waits for tcp://db:5432, and there is no Service db in namespace shop
  for 1m
  said  waiting for tcp://db:5432, 5m at most
  → Create the Service, or correct the name that is waited for.
    kubectl get services -n shop --context=prod
`,
  );
});

test('another look at a pod is offered in the words in which the program was called', async () => {
  const objects = [waits, service('db', { selector: { app: 'db' }, ports: [{ port: 5432 }] }), pod({ name: 'db' })];
  const { text } = await replyTo(objects, { target: 'web' });
  assert.match(text, /^ {4}kubectl greenroom why pod\/db -n shop --context=prod$/m);
});

test('no line is wider than the terminal, but for what can be pasted', async () => {
  for (const columns of [50, 80, 200]) {
    const { text } = await replyTo([waits], { target: 'web', columns });
    for (const line of text.split('\n')) {
      if (!line.startsWith('    kubectl')) assert.ok(line.length <= Math.min(columns, 110), line);
    }
  }
});

test('colours are used where the terminal has them, and nowhere else', async () => {
  const plain = await replyTo([waits], { target: 'web' });
  const coloured = await replyTo([waits], { target: 'web', colours: true });
  assert.ok(!plain.text.includes('\x1b'));
  assert.ok(coloured.text.startsWith('\x1b[31m✗\x1b[39m \x1b[1mpod/web\x1b[22m: '));
  assert.equal(stripVTControlCharacters(coloured.text), plain.text);
});

test('of more than five answers the first line of each has to do, with the sum', async () => {
  const bad = (name: string) => pod({ name, app: waiting('InvalidImageName') });
  const { text } = await replyTo(['a', 'b', 'c', 'd', 'e', 'f'].map(bad));
  const lines = text.trimEnd().split('\n');
  assert.equal(lines[0], '✗ pod/a: container app has no image: "app:1" is not the name of one (5m)');
  assert.deepEqual(lines.slice(6), [
    '',
    'not well in namespace shop: 6 of 6 pods',
    'kubectl greenroom why KIND/NAME says more of one',
  ]);
});

test('where nothing is wrong one line says so', async () => {
  const { text } = await replyTo([pod({ name: 'done', phase: 'Succeeded' })]);
  assert.equal(text, '✓ all is well in namespace shop: 1 pod\n');
  assert.equal((await replyTo([])).text, '✓ there are no pods in namespace shop\n');
});

test('across namespaces each answer says its own', async () => {
  const { text } = await replyTo(
    [waits, ownedBy(workload('ReplicaSet', 'x'), pod({ name: 'b', app: waiting('InvalidImageName') }))],
    { everywhere: true },
  );
  assert.match(text, /^✗ pod\/web in shop: /m);
});

test('what could not be read is told apart', async () => {
  const { reply } = await replyTo([waits], { denied: ['events', 'nodes'], target: 'web' });
  assert.equal(
    deniedText(reply),
    'not read, and so not considered: events: events is forbidden: User "me" cannot list resource "events"\n',
  );
});

test('the JSON has every key, whatever is known', async () => {
  const { reply, settings } = await replyTo([waits, event('Pod/web', 'Pulling', 'Pulling image', 'app')], {
    target: 'web',
    denied: ['nodes'],
  });
  assert.deepEqual(JSON.parse(replyJson(reply, settings)), {
    at: '2026-01-01T00:10:00Z',
    state: 'stuck',
    answers: [
      {
        kind: 'Pod',
        name: 'web',
        namespace: 'shop',
        owner: null,
        pods: ['web'],
        state: 'stuck',
        forGood: false,
        verdict: 'init container before waits for tcp://db:5432, and there is no Service db in namespace shop',
        causes: [
          {
            id: 'wait-service-absent',
            container: 'before',
            verdict: 'init container before waits for tcp://db:5432, and there is no Service db in namespace shop',
            outlook: 'open',
            since: '2026-01-01T00:09:00Z',
            next: null,
            facts: [{ label: 'said', text: 'waiting for tcp://db:5432, 5m at most' }],
            cure: 'Create the Service, or correct the name that is waited for.',
            commands: ['kubectl get services -n shop --context=prod'],
          },
        ],
      },
    ],
    denied: [{ what: 'nodes', words: 'nodes is forbidden: User "me" cannot list resource "nodes"' }],
  });
});
