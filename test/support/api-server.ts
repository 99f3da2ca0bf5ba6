// A stand-in for the Kubernetes API server, over HTTPS on loopback: it keeps objects, lists them, and tells of their
// changes in watches, with the versions, bookmarks and refusals of the real one
// (https://kubernetes.io/docs/reference/using-api/api-concepts/). It knows no field of an object.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from './certificate.ts';
import type { TempDir } from './temp-dir.ts';
import { createTempDir } from './temp-dir.ts';

export type Verb = 'get' | 'list' | 'watch' | 'discover';

export interface ApiRequest {
  readonly verb: Verb;
  /** With its query. */
  readonly path: string;
  readonly token: string;
}

type KubeObject = { readonly metadata?: object; readonly [field: string]: unknown };

interface Watch {
  readonly collection: string;
  readonly name: string | undefined;
  readonly response: ServerResponse;
}

interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly collection: string;
  readonly name: string;
  readonly object: KubeObject;
}

export class ApiServer implements AsyncDisposable {
  readonly requests: ApiRequest[] = [];
  /** What nobody may do. */
  readonly denied = new Set<Verb>();
  /** Tokens that are known. */
  readonly tokens = new Set(['first', 'second']);
  /** What discovery says, by path. */
  readonly discovery = new Map<string, unknown>();
  /** The environment of a pod that has a service account here. */
  readonly env: Readonly<Record<string, string>>;
  readonly account: TempDir;
  /** Versions below this are forgotten: 410. */
  oldest = 0;
  #version = 100;
  readonly #objects = new Map<string, KubeObject>();
  readonly #changes: Change[] = [];
  readonly #watches = new Set<Watch>();
  #asked: { verb: Verb; count: number; resolve: () => void }[] = [];
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>, account: TempDir) {
    this.#server = server;
    this.account = account;
    this.env = {
      KUBERNETES_SERVICE_HOST: 'localhost',
      KUBERNETES_SERVICE_PORT: String((server.address() as AddressInfo).port),
      GREENROOM_SERVICE_ACCOUNT: account.path,
    };
    server.on('request', (request, response) => {
      const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
      this.#answer(request.url ?? '', token, response);
    });
  }

  static async start(): Promise<ApiServer> {
    const certificate = makeCertificate(['localhost']);
    const account = createTempDir();
    account.write('ca.crt', certificate.cert);
    account.write('namespace', 'shop');
    account.write('token', 'first');
    const server = createServer(certificate);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ApiServer(server, account);
  }

  /** Creates or changes an object. */
  put(collection: string, name: string, object: KubeObject): void {
    const type = this.#objects.has(`${collection}/${name}`) ? 'MODIFIED' : 'ADDED';
    this.#change(type, collection, name, object);
  }

  /** Removes an object, whose last state goes to those who watch. */
  remove(collection: string, name: string): void {
    const object = this.#objects.get(`${collection}/${name}`);
    if (object !== undefined) this.#change('DELETED', collection, name, object);
  }

  /** Ends all watches: as the server does when their time is over, or with a cut connection. */
  endWatches(how: 'end' | 'cut' = 'end'): void {
    for (const { response } of this.#watches) {
      if (how === 'end') response.end();
      else response.destroy();
    }
    this.#watches.clear();
  }

  /** Sends a bookmark to all watches. */
  bookmark(): void {
    this.#version++;
    const object = { metadata: { resourceVersion: String(this.#version) } };
    for (const { response } of this.#watches) send(response, { type: 'BOOKMARK', object });
  }

  /** Tells all watches that their version is too old, as an event. */
  expire(): void {
    this.oldest = ++this.#version;
    this.#changes.length = 0;
    const object = { kind: 'Status', code: 410, message: 'too old resource version' };
    for (const { response } of this.#watches) {
      send(response, { type: 'ERROR', object });
      response.end();
    }
    this.#watches.clear();
  }

  /** Resolves when nobody watches any more. */
  async unwatched(): Promise<void> {
    await Promise.all([...this.#watches].map(({ response }) => once(response, 'close')));
  }

  asked(verb: Verb): ApiRequest[] {
    return this.requests.filter((request) => request.verb === verb);
  }

  /** Resolves when so many requests of that kind have come. */
  async sees(verb: Verb, count: number): Promise<void> {
    if (this.asked(verb).length >= count) return;
    await new Promise<void>((resolve) => this.#asked.push({ verb, count, resolve }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.account[Symbol.dispose]();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #change(type: Change['type'], collection: string, name: string, object: KubeObject): void {
    const version = ++this.#version;
    const whole = { ...object, metadata: { ...object.metadata, name, resourceVersion: String(version) } };
    if (type === 'DELETED') this.#objects.delete(`${collection}/${name}`);
    else this.#objects.set(`${collection}/${name}`, whole);
    const change = { type, version, collection, name, object: whole };
    this.#changes.push(change);
    for (const watch of this.#watches) if (concerns(watch, change)) send(watch.response, { type, object: whole });
  }

  #answer(path: string, token: string, response: ServerResponse): void {
    const url = new URL(path, 'https://localhost');
    const [, collection = '', last] =
      /^((?:\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/[^/]+(?=\/))?\/[^/]+)(?:\/([^/]+))?$/.exec(url.pathname) ??
      [];
    const isWatch = url.searchParams.get('watch') === 'true';
    const isDiscovery = this.discovery.has(url.pathname) || /^\/apis\/[^/]+(?:\/[^/]+)?$/.test(url.pathname);
    const verb: Verb = isDiscovery ? 'discover' : last !== undefined ? 'get' : isWatch ? 'watch' : 'list';
    this.requests.push({ verb, path, token });
    const status = (code: number, message: string) => json(response, code, { kind: 'Status', code, message });
    const resource = collection.slice(collection.lastIndexOf('/') + 1);
    if (!this.tokens.has(token)) status(401, 'Unauthorized');
    else if (this.denied.has(verb))
      status(403, `${resource} is forbidden: the account cannot ${verb} resource "${resource}"`);
    else if (isDiscovery) {
      const found = this.discovery.get(url.pathname);
      if (found === undefined) status(404, 'the server could not find the requested resource');
      else json(response, 200, found);
    } else if (last !== undefined) {
      const object = this.#objects.get(url.pathname);
      if (object === undefined) status(404, `${resource} "${last}" not found`);
      else json(response, 200, object);
    } else {
      const name = /^metadata\.name=(.+)$/.exec(url.searchParams.get('fieldSelector') ?? '')?.[1];
      if (isWatch) this.#watch({ collection, name, response }, Number(url.searchParams.get('resourceVersion')));
      else this.#list(collection, name, response);
    }
    this.#asked = this.#asked.filter(({ verb: wanted, count, resolve }) => {
      const isSeen = this.asked(wanted).length >= count;
      if (isSeen) resolve();
      return !isSeen;
    });
  }

  #list(collection: string, name: string | undefined, response: ServerResponse): void {
    const items = [...this.#objects]
      .filter(([path]) => (name === undefined ? path.startsWith(`${collection}/`) : path === `${collection}/${name}`))
      .map(([, object]) => object);
    json(response, 200, { metadata: { resourceVersion: String(this.#version) }, items });
  }

  #watch(watch: Watch, from: number): void {
    const { response } = watch;
    if (from < this.oldest) {
      json(response, 410, { kind: 'Status', code: 410, message: 'too old resource version' });
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    response.on('close', () => this.#watches.delete(watch));
    this.#watches.add(watch);
    for (const change of this.#changes) {
      if (change.version > from && concerns(watch, change))
        send(response, { type: change.type, object: change.object });
    }
  }
}

const concerns = (watch: Watch, { collection, name }: Change) =>
  watch.collection === collection && (watch.name === undefined || watch.name === name);

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function send(response: ServerResponse, event: unknown): void {
  // in two pieces, as a network may deliver it
  const line = `${JSON.stringify(event)}\n`;
  response.write(line.slice(0, 7));
  response.write(line.slice(7));
}
