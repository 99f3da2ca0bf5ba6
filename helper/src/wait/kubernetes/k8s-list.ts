// One list of the Kubernetes API, kept current by a watch: list, then watch from its version
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes). What the objects
// mean is k8s-rules.ts' business.

import type { Ask, ProbeWorld } from '../probe.ts';
import type { K8sAnswer, K8sApi, K8sStream } from './k8s-api.ts';
import { type Refusal, refusal } from './k8s-refusal.ts';
import type { K8sObject } from './k8s-rules.ts';

/** What a list is of. */
export interface K8sQuery {
  /** Its folder in the API: `/apis/batch/v1/namespaces/shop/jobs`. */
  readonly path: string;
  /** As in RBAC: `jobs.batch`. */
  readonly resource: string;
  /** Undefined: of the whole cluster. */
  readonly namespace: string | undefined;
  /** The one object that it is of, or the labels that choose. */
  readonly name: string | undefined;
  readonly selector: string | undefined;
}

// The API server sends a bookmark a minute (its defaultBookmarkFrequency), whatever happens or does not: a watch that
// is silent for longer is one whose other end is gone.
const longestSilenceMs = 90_000;
// Watches are ended by the server after so long: as client-go asks, by chance between this and twice this.
const watchSeconds = 300;
// Where a right was denied, it is asked for again after so long.
const askRightsAgainMs = 60_000;
// A watch that ends sooner than this, with nothing said, is no better than none.
const shortestWatchMs = 1_000;

interface WatchEvent {
  readonly type?: string;
  readonly object?: K8sObject & { readonly code?: number; readonly message?: string };
}

export class K8sList {
  readonly query: K8sQuery;
  /** The objects as they were last told of, by name. */
  readonly items = new Map<string, K8sObject>();
  /** The last state of the object that was removed last; undefined once there is another of its name. */
  removed: K8sObject | undefined;
  /** Whether an object was ever there. */
  wasThere = false;
  readonly #api: K8sApi;
  readonly #runtime: ProbeWorld['runtime'];
  /** Where a watch goes on from; undefined: it takes a new list. */
  #version: string | undefined;
  #stream: K8sStream | undefined;
  /** Undefined: never. */
  #openedAtMs: number | undefined;
  #deniedAtMs = 0;
  #isSaid = false;
  #heardAtMs = 0;
  /** `get`: only the one object may be asked for; `list`: not watched; both are asked again and again. */
  #rights: 'watch' | 'list' | 'get' = 'watch';
  /** What the watch has told cannot be gone on from: it takes a new list. */
  #isStale = false;
  #syncedAtMs = 0;
  /** Wakes whoever waits for news. */
  #wake = () => {};
  #hasNews = false;
  /** The last attempt did not come to its end: what was told before it may be news to whoever asks. */
  #isBehind = false;

  constructor(query: K8sQuery, api: K8sApi, runtime: ProbeWorld['runtime']) {
    this.query = query;
    this.#api = api;
    this.#runtime = runtime;
  }

  /** Brings the objects up to date; of what it could not, the cause. */
  async sync(ask: Ask): Promise<Refusal | undefined> {
    this.#isBehind = true;
    const trouble = await this.#catchUp(ask);
    this.#isBehind = trouble !== undefined;
    return trouble;
  }

  async #catchUp(ask: Ask): Promise<Refusal | undefined> {
    this.#hasNews = false;
    this.#isStale = false;
    this.#syncedAtMs = this.#runtime.clock.now();
    if (this.#stream !== undefined) return undefined;
    // a right may be granted while we wait
    if (this.#syncedAtMs - this.#deniedAtMs > askRightsAgainMs) this.#rights = 'watch';
    if (this.#version !== undefined && this.#rights === 'watch') {
      const trouble = await this.#open(ask);
      if (this.#stream !== undefined || trouble !== undefined) return trouble;
    }
    return this.#rights === 'get' ? this.#get(ask) : this.#list(ask);
  }

  /** Waits for news; false where there will be none, and asking again is the only way. */
  async changed(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#runtime;
    if (this.#isBehind) return false;
    for (;;) {
      if (this.#hasNews) return true;
      // a new list is the only way, and it is time for it, unless the last one was made a moment ago
      if (this.#isStale) return clock.now() - this.#syncedAtMs >= shortestWatchMs;
      if (this.#rights !== 'watch' || this.#version === undefined) return false;
      const stream = this.#stream ?? (await this.#reopen(signal));
      if (stream === undefined) {
        if (this.#isStale) continue;
        return false;
      }
      const quietMs = longestSilenceMs - (clock.now() - this.#heardAtMs);
      if (quietMs <= 0) {
        this.#runtime.log.debug(`the watch of ${this.query.resource} is silent, and opened anew`);
        this.#drop(stream);
        continue;
      }
      const over = new AbortController();
      const news = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const quiet = clock.sleep(quietMs, AbortSignal.any([signal, over.signal]));
      quiet.catch(() => {});
      try {
        if (!this.#hasNews && this.#stream === stream) await Promise.race([news, quiet]);
      } finally {
        over.abort();
      }
      // it ended: where that was at once, what asks again after a pause does so less often
      if (this.#stream === undefined && !this.#hasNews && clock.now() - (this.#openedAtMs ?? 0) < shortestWatchMs)
        return false;
    }
  }

  close(): void {
    if (this.#stream !== undefined) this.#drop(this.#stream);
  }

  async #list(ask: Ask): Promise<Refusal | undefined> {
    const { name, path } = this.query;
    // no resourceVersion: an old state from a cache may be that of an object before this one
    const answer = await this.#api.get(`${path}?${this.#choice()}`, ask);
    const { items, metadata } = (answer.body ?? {}) as {
      items?: unknown;
      metadata?: { resourceVersion?: string };
    };
    if (answer.status === 200 && Array.isArray(items)) {
      this.#replace(items.filter(Boolean) as K8sObject[]);
      this.#version = metadata?.resourceVersion;
      return undefined;
    }
    if (answer.status !== 403 || name === undefined) return this.#refused(answer, 'list');
    const denied = await this.#get(ask);
    if (denied === undefined) this.#fallBack('get', 'list', answer);
    return denied;
  }

  async #get(ask: Ask): Promise<Refusal | undefined> {
    const answer = await this.#api.get(`${this.query.path}/${this.query.name}`, ask);
    const { body, status } = answer;
    if (status !== 404 && (status !== 200 || typeof body !== 'object' || body === null)) {
      this.#rights = 'watch';
      return this.#refused(answer, 'get');
    }
    this.#replace(status === 404 ? [] : [body as K8sObject]);
    return undefined;
  }

  /** Goes on watching where the last watch, or the list, ended. Too old a version takes a new list. */
  async #open(ask: Ask): Promise<Refusal | undefined> {
    const { random, clock } = this.#runtime;
    const seconds = Math.round(watchSeconds * (1 + random.next()));
    const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=${seconds}&resourceVersion=${this.#version}`;
    // its lines may come before this question is over
    let opened: K8sStream | undefined;
    const answer = await this.#api.stream(`${this.query.path}?${this.#choice()}&${query}`, ask, (line) =>
      this.#take(line as WatchEvent | undefined, () => opened?.close()),
    );
    if ('ended' in answer) {
      opened = answer;
      this.#stream = answer;
      this.#heardAtMs = clock.now();
      this.#openedAtMs = this.#heardAtMs;
      answer.ended.then(() => this.#drop(answer));
      return undefined;
    }
    // an API server that has just started refuses everybody for a while: what was granted before will be again
    if (answer.status === 403 && this.#openedAtMs === undefined) {
      this.#fallBack('list', 'watch', answer);
      return undefined;
    }
    if (answer.status !== 410) return this.#refused(answer, 'watch');
    this.#forget('its version is too old');
    return undefined;
  }

  async #reopen(signal: AbortSignal): Promise<K8sStream | undefined> {
    try {
      await this.#open({ signal, onPhase: () => {} });
      return this.#stream;
    } catch (error) {
      signal.throwIfAborted();
      // the next attempt meets the same trouble, and says so
      this.#runtime.log.debug(`the watch of ${this.query.resource} cannot be opened: ${(error as Error).message}`);
      return undefined;
    }
  }

  #take(event: WatchEvent | undefined, close: () => void): void {
    this.#heardAtMs = this.#runtime.clock.now();
    const { type, object } = event ?? {};
    const name = object?.metadata?.name;
    if (type === 'ERROR' || !object || type === undefined) {
      // 410 for the most part: what happened since the version is not known any more, so it takes a new list
      this.#forget(object?.message ?? 'not a line of JSON');
      close();
      return;
    }
    this.#version = object.metadata?.resourceVersion ?? this.#version;
    if (type === 'BOOKMARK' || name === undefined) return;
    if (type === 'DELETED') {
      this.items.delete(name);
      this.removed = object;
    } else {
      this.#put(name, object);
    }
    this.#tell();
  }

  #forget(why: string): void {
    this.#runtime.log.debug(`the watch of ${this.query.resource} cannot go on, and takes a new list: ${why}`);
    this.#version = undefined;
    this.#isStale = true;
  }

  #tell(): void {
    this.#hasNews = true;
    this.#wake();
  }

  #drop(stream: K8sStream): void {
    stream.close();
    if (this.#stream === stream) this.#stream = undefined;
    this.#wake();
  }

  #replace(objects: readonly K8sObject[]): void {
    this.items.clear();
    for (const object of objects) this.#put(this.query.name ?? object.metadata?.name ?? '', object);
  }

  #put(name: string, object: K8sObject): void {
    this.items.set(name, object);
    this.removed = undefined;
    this.wasThere = true;
  }

  /** What narrows the list. RBAC lets a rule with resourceNames list and watch where the field is named. */
  #choice(): string {
    const { name, selector } = this.query;
    return name === undefined
      ? `labelSelector=${encodeURIComponent(selector ?? '')}`
      : `fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`;
  }

  #fallBack(rights: 'list' | 'get', lacking: string, answer: K8sAnswer): void {
    this.#rights = rights;
    this.#deniedAtMs = this.#runtime.clock.now();
    if (this.#isSaid) return;
    this.#isSaid = true;
    const { cause } = this.#refused(answer, lacking);
    this.#runtime.log.info(
      `${this.query.resource} may not be ${lacking === 'watch' ? 'watched' : 'listed'}, so the API is asked again every few seconds: ${cause.message}`,
      { ...cause.details },
    );
  }

  #refused({ status, body }: K8sAnswer, verb: string): Refusal {
    return refusal(this.query, verb, status, body);
  }
}
