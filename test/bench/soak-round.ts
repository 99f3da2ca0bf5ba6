// One round of the soak: what is fetched or waited for, from which servers, and what goes wrong at them.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { parseStep } from '../../helper/src/contract/step.ts';
import { Failure } from '../../helper/src/core/failure.ts';
import { fetch } from '../../helper/src/fetch/fetch.ts';
import type { Clock } from '../../helper/src/ports/clock.ts';
import { wait } from '../../helper/src/wait/wait.ts';
import { ApiServer } from '../support/api-server.ts';
import { type DnsReply, startDnsServer } from '../support/dns-server.ts';
import { type OriginRequest, type Reply, serveObject, startOrigin } from '../support/http-origin.ts';
import { memoryLog } from '../support/memory-log.ts';
import { tarOf, zipOf } from '../support/raw-archives.ts';
import { startTcpListener } from '../support/tcp-listener.ts';
import { createTempDir } from '../support/temp-dir.ts';

/** How a round ended. */
export type Ending = 'done' | 'stopped' | 'failed';

export interface Field extends AsyncDisposable {
  /** The name of what it does. */
  readonly kinds: readonly string[];
  round(number: number): Promise<Ending>;
  /** Lets the servers forget what they remember, so that only the helper's own memory is seen. */
  forget(): void;
  /** Names of all files on the volume. */
  files(): string[];
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** What the origin serves, by path. */
function makeObjects(): Map<string, Buffer> {
  const sizes = [0, 10, 3_000, 20_000, 70_000, 2_000_000];
  const named = sizes.map((size, index) => [`d${index % 2}/f${index}`, randomBytes(size)] as const);
  const entries = named.map(([name, content]) => ({ name, content }));
  return new Map<string, Buffer>([
    ...[20_000, 400_000, 3_000_000].map((size) => [`/file/${size}`, randomBytes(size)] as const),
    ...Array.from({ length: 6 }, (_, index) => [`/shared/${index}`, randomBytes(1_200_000)] as const),
    ...named.map(([name, content]) => [`/list/${name}`, content] as const),
    ['/list/SHA256SUMS', Buffer.from(named.map(([name, content]) => `${sha256(content)}  ${name}\n`).join(''))],
    ['/a.tar.gz', gzipSync(tarOf(...entries))],
    ['/a.zip', zipOf(...entries.map((entry) => ({ ...entry, deflate: true })))],
  ]);
}

/** @param chance gives numbers from 0 to 1, by which everything is chosen */
export async function prepareField(chance: () => number, clock: Clock): Promise<Field> {
  const oneOf = <T>(values: readonly T[]): T => values[Math.floor(chance() * values.length)] as T;
  const objects = makeObjects();
  // so many answers of a round go wrong; after them the weather is fine
  let faults = 0;
  const spoil = (right: Reply, size: number): Reply => {
    if (faults-- <= 0) return right;
    const at = Math.floor(chance() * size);
    return oneOf<() => Reply>([
      () => ({ ...right, cutAt: at }),
      () => ({ ...right, cutAt: at, reset: true }),
      () => ({ ...right, stallAt: at }),
      () => ({ hangUp: true }),
      () => ({ status: 503, headers: { 'retry-after': '1' } }),
      () => ({ ...right, contentLength: 'chunked', cutAt: at }),
      () => right,
    ])();
  };
  const serve = (request: OriginRequest): Reply => {
    const body = objects.get(request.path) ?? Buffer.from('ready');
    return spoil(serveObject({ body, etag: `"${request.path}"` }, request), body.length);
  };
  const stack = new AsyncDisposableStack();
  const origin = stack.use(await startOrigin(serve));
  const troubles: readonly DnsReply[] = ['SERVFAIL', 'silence', 'NXDOMAIN', 'REFUSED', 'truncated'];
  const dns = stack.use(
    await startDnsServer(({ type, over }) => {
      if (faults-- > 0) return over === 'tcp' ? 'SERVFAIL' : oneOf(troubles);
      return type === 'A' ? [{ type: 'A', name: 'web.test', ttl: 1, data: '127.0.0.1' }] : [];
    }),
  );
  const listener = stack.use(await startTcpListener(undefined, { host: '0.0.0.0' }));
  const api = stack.use(await ApiServer.start());
  const folder = stack.use(createTempDir());
  const env = {
    GREENROOM_RESOLV_CONF: folder.write('resolv.conf', `nameserver ${dns.nameserver}\n`),
    GREENROOM_HOSTS_FILE: folder.write('hosts', ''),
  };
  const volume = join(folder.path, 'volume');
  const base = `http://web.test:${origin.port}`;
  const filesOf = () => (existsSync(volume) ? readdirSync(volume, { recursive: true }).map(String) : []);

  /** A folder, or the file, that is at times there from an earlier round, at times not. */
  const place = (name: string): string => {
    const path = join(volume, name);
    if (chance() < 0.5) rmSync(path, { recursive: true, force: true });
    return path;
  };
  const jobs = '/apis/batch/v1/namespaces/shop/jobs';
  const job = (isDone: boolean) => ({ status: { conditions: isDone ? [{ type: 'Complete', status: 'True' }] : [] } });
  /** The API server's share: the Job gets on while its watches end in every way. */
  const runJob = async () => {
    while (faults-- > 0) {
      await sleep(chance() * 20);
      oneOf([
        () => api.put(jobs, 'migrate', job(false)),
        () => api.bookmark(),
        () => api.expire(),
        () => api.endWatches('end'),
        () => api.endWatches('cut'),
        () => api.remove(jobs, 'migrate'),
      ])();
    }
    await sleep(chance() * 20);
    api.put(jobs, 'migrate', job(true));
  };

  const shared = (name: string, index: number) => [
    ...['fetch', `${base}/shared/${index}`, place(name), '--sha256', sha256(objects.get(`/shared/${index}`) as Buffer)],
    ...['--cache', join(volume, 'cache'), '--cache-size', '4Mi'],
  ];
  // by name, the steps that run side by side
  const kinds: Readonly<Record<string, (number: number) => (readonly string[])[]>> = {
    'a file, over one connection or several': (number) => [
      [
        ...['fetch', `${base}/file/${oneOf([20_000, 400_000, 3_000_000])}`, join(volume, `f${number % 8}`)],
        ...['--connections', oneOf(['1', 'auto', '4'])],
      ],
    ],
    'two destinations by way of one cache that is too small for all': (number) => {
      const index = number % 6;
      return [shared('one', index), shared('two', oneOf([index, (index + 1) % 6]))];
    },
    'a list of files': () => [['fetch', `${base}/list/SHA256SUMS`, place('list'), '--list']],
    'an archive, unpacked': () => {
      const name = oneOf(['a.tar.gz', 'a.zip']);
      return [['fetch', `${base}/${name}`, place(`of ${name}`), '--unpack']];
    },
    'three targets': () => [['wait', `${base}/ready`, `tcp://web.test:${origin.port}`, 'dns://web.test']],
    '41 targets': () => [
      ['wait', ...Array.from({ length: 40 }, (_, at) => `tcp://127.2.0.${at}:${listener.port}`), `${base}/`],
    ],
    'a Job of the Kubernetes API that is watched': () => {
      if (chance() < 0.5) api.remove(jobs, 'migrate');
      else api.put(jobs, 'migrate', job(false));
      return [['wait', 'k8s://job/migrate']];
    },
  };

  /** Rounds share a process, which is alive: makes what they left that of a dead one, for the next to go on with. */
  const orphan = (): void => {
    for (const name of filesOf().filter((one) => one.includes('.greenroom/') && one.endsWith('.json'))) {
      const path = join(volume, name);
      const state = JSON.parse(readFileSync(path, 'utf8'));
      if (state.owner !== undefined)
        writeFileSync(path, JSON.stringify({ ...state, owner: { ...state.owner, started: 'over' } }));
    }
  };

  const round = async (number: number): Promise<Ending> => {
    faults = Math.floor(chance() * 4);
    const kind = oneOf(Object.keys(kinds));
    const isOfApi = kind.includes('Kubernetes');
    const stop = new AbortController();
    const { signal } = stop;
    // silence of five seconds ends an attempt, here a quarter of one
    const steps = (kinds[kind]?.(number) ?? []).map((words) =>
      parseStep([...words, '--timeout', '5s', '--deadline', '20m']),
    );
    const runs = steps.map((step) => {
      const runtime = { clock, random: { next: chance }, log: memoryLog(), env: isOfApi ? api.env : env, signal };
      return step.kind === 'wait' ? wait(step, runtime) : fetch(step, runtime);
    });
    const work = isOfApi ? runJob() : undefined;
    const all = Promise.allSettled(runs);
    // one in six is stopped, at any point
    if (chance() < 1 / 6) {
      await Promise.race([sleep(chance() * 60), all]);
      stop.abort(new Failure('TERMINATED', 'stopped'));
    }
    const failures = (await all).flatMap((one) => (one.status === 'rejected' ? [one.reason as Failure] : []));
    await work;
    const wrong = failures.filter(({ code }) => code !== 'TERMINATED');
    for (const { code, message } of wrong) {
      process.stderr.write(`round ${number} (${kind}): ${code}: ${message.slice(0, 200)}\n`);
    }
    if (wrong.length > 0) return 'failed';
    if (failures.length === 0) return 'done';
    orphan();
    return 'stopped';
  };

  return {
    kinds: Object.keys(kinds),
    round,
    forget: () => {
      for (const memory of [origin.requests, dns.questions, api.requests]) (memory as unknown[]).length = 0;
      api.expire();
    },
    files: filesOf,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
