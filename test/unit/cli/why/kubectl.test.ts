// The way to the cluster: kubectl's proxy on a private socket. Here a program that does as kubectl does, on demand.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, it, test } from 'node:test';
import { Fault } from '../../../../cli/src/fault.ts';
import { openCluster } from '../../../../cli/src/why/kube/kubectl-proxy.ts';
import { runInShell } from '../../../support/in-shell.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

/** What stands behind the proxy, as the body of a function of a request and its answer. */
function fakeKubectl(server: string, start = "console.log('Starting to serve on ' + path);") {
  const folder = createTempDir();
  folder.write(
    'kubectl',
    `#!${process.execPath}
const { createServer } = require('node:http');
const { writeFileSync } = require('node:fs');
writeFileSync(${JSON.stringify(join(folder.path, 'argv'))}, process.argv.slice(2).join('\\n'));
if (process.argv.includes('config')) { process.stdout.write('shop'); process.exit(); }
const path = process.argv.find((word) => word.startsWith('--unix-socket=')).slice(14);
createServer((request, response) => { ${server} }).listen(path, () => { ${start} });
`,
  );
  chmodSync(join(folder.path, 'kubectl'), 0o755);
  return { folder, env: { PATH: [folder.path, dirname(process.execPath)].join(delimiter) } };
}

const open = (env: Record<string, string>, requestTimeoutMs = 60_000) =>
  openCluster({ flags: ['--context=prod'], env, requestTimeoutMs });

const faultOf = async (asked: Promise<unknown>): Promise<string> => {
  try {
    await asked;
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return `${error.exit}: ${error.message}${error.cure === undefined ? '' : `; ${error.cure}`}`;
  }
  return 'no fault';
};

const status = (code: number, message: string) =>
  `response.writeHead(${code}, { 'content-type': 'application/json' }).end(${JSON.stringify(JSON.stringify({ kind: 'Status', message }))})`;

test('asks through a proxy that refuses to write, with the flags that were given', async () => {
  const { folder, env } = fakeKubectl('response.end(JSON.stringify({ url: request.url, method: request.method }))');
  using _ = folder;
  const cluster = await open(env);
  try {
    assert.deepEqual(await cluster.get('/api/v1/pods?limit=1'), {
      kind: 'found',
      value: { url: '/api/v1/pods?limit=1', method: 'GET' },
    });
    const [context, proxy, , reject] = readFileSync(join(folder.path, 'argv'), 'utf8').split('\n');
    assert.deepEqual(
      [context, proxy, reject],
      ['--context=prod', 'proxy', '--reject-methods=^(POST|PUT|PATCH|DELETE)$'],
    );
  } finally {
    cluster.close();
  }
});

test('tells what is not there from what may not be read', async () => {
  const { folder, env } = fakeKubectl(
    `if (request.url === '/a') ${status(404, 'not found')}; else ${status(403, 'events is forbidden')}`,
  );
  using _ = folder;
  const cluster = await open(env);
  try {
    assert.deepEqual(await cluster.get('/a'), { kind: 'absent' });
    assert.deepEqual(await cluster.get('/b'), { kind: 'denied', words: 'events is forbidden' });
  } finally {
    cluster.close();
  }
});

// at once: three of them are asked again, after pauses
describe('where the cluster cannot be asked', { concurrency: true }, () => {
  for (const [what, server, said] of [
    [
      'an API server that is away',
      "response.writeHead(500).end('dial tcp 10.0.0.1:6443: connect: connection refused\\n')",
      'input: the cluster cannot be asked: dial tcp 10.0.0.1:6443: connect: connection refused; kubectl version asks it too: mend that first; --context chooses another',
    ],
    [
      'a login that fails',
      "response.writeHead(500).end('getting credentials: exec: executable aws failed with exit code 255')",
      'input: the cluster cannot be asked: getting credentials: exec: executable aws failed with exit code 255; kubectl version asks it too: mend that first; --context chooses another',
    ],
    ['a token that is over', status(401, 'Unauthorized'), 'input: the cluster cannot be asked: Unauthorized'],
    [
      'an answer that is no JSON',
      "response.end('<html>')",
      'input: the cluster answers /x with what is not JSON; is the address in the kubeconfig that of an API server?',
    ],
    [
      'a server that is silent',
      '',
      'input: the cluster has not answered within 0.3s; is it reachable (kubectl get --raw /version)? --request-timeout gives it longer',
    ],
    ['a server that hangs up', 'request.socket.destroy()', 'input: the cluster cannot be asked: socket hang up'],
  ] as const) {
    it(`says in one line what is wrong with ${what}`, async () => {
      const { folder, env } = fakeKubectl(server);
      using _ = folder;
      const cluster = await (server === '' ? open(env, 300) : open(env));
      try {
        assert.equal(await faultOf(cluster.get('/x')), said);
      } finally {
        cluster.close();
      }
    });
  }
});

test('asks again where an answer was cut off', async () => {
  const { folder, env } = fakeKubectl(
    "globalThis.asked = (globalThis.asked ?? 0) + 1; if (globalThis.asked < 3) response.writeHead(500).end('EOF'); else response.end('{}')",
  );
  using _ = folder;
  const cluster = await open(env);
  try {
    assert.deepEqual(await cluster.get('/x'), { kind: 'found', value: {} });
  } finally {
    cluster.close();
  }
});

test('says where kubectl comes from if it is not there', async () => {
  assert.equal(
    await faultOf(open({ PATH: '/nonexistent' })),
    'input: kubectl is not on the PATH; the cluster is asked through it: https://kubernetes.io/docs/tasks/tools/',
  );
});

test('passes on what kubectl says of its settings', async () => {
  const { folder, env } = fakeKubectl(
    '',
    'process.stderr.write(\'error: context "prod" does not exist\\n\'); process.exit(1)',
  );
  using _ = folder;
  assert.equal(await faultOf(open(env)), 'input: kubectl: context "prod" does not exist');
});

test('the command asks in the namespace of the kubeconfig and exits with 0 where all is well', async () => {
  const ready = {
    metadata: { name: 'web', namespace: 'shop', uid: '1' },
    spec: { nodeName: 'a', containers: [{ name: 'app' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'app', ready: true, started: true, state: { running: {} } }],
    },
  };
  const { folder, env } = fakeKubectl(
    `response.end(request.url.startsWith('/api/v1/namespaces/shop/pods?') ? ${JSON.stringify(JSON.stringify({ items: [ready] }))} : '{"items":[]}')`,
  );
  using _ = folder;
  const well = await runInShell(['why'], { env: { ...env, LANG: 'C.UTF-8' } });
  assert.deepEqual(well, { exitCode: 0, stdout: '✓ all is well in namespace shop: 1 pod\n', stderr: '' });
  const absent = await runInShell(['why', 'pod/nobody'], { env });
  assert.deepEqual(
    [absent.exitCode, absent.stderr],
    [3, 'greenroom: pod/nobody does not exist in namespace shop\n  -n NAMESPACE looks elsewhere, -A everywhere\n'],
  );
});

for (const [line, said] of [
  [['-n', 'a', '-A'], 'why: -n and -A exclude each other'],
  [['--fail-fast'], 'why: --fail-fast needs --watch'],
  [['pod/a', '-l', 'app=a'], 'why: a name and -l exclude each other'],
  [['--watch', '--timeout', '5'], 'why: --timeout: "5" is not a duration with a unit, such as 30s or 5m'],
] as const) {
  test(`nothing is asked where the words contradict each other: ${line.join(' ')}`, async () => {
    const { exitCode, stderr } = await runInShell(['why', ...line], { env: { PATH: '/nonexistent' } });
    assert.equal(exitCode, 2);
    assert.equal(stderr.split('\n')[0], `greenroom: ${said}`);
  });
}
