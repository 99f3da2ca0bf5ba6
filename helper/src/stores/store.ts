// What a fetch needs of an object store: where objects are, what is there, and an agent that proves who asks.
import type { Agent } from '../http/agent.ts';
import type { Clock } from '../ports/clock.ts';

export interface Listed {
  readonly key: string;
  readonly sizeBytes: number;
  /** Another one for another version of the object. */
  readonly version?: string;
}

export interface ListedPage {
  readonly objects: readonly Listed[];
  /** Names the page that follows. */
  readonly next: string | undefined;
}

export interface ObjectStore {
  /** The object's URL, which stays the same whatever is found out about the store later. */
  url(key: string): string;
  /**
   * Signs what goes to the store, anew for each request, and passes everything else on. What the store answers to a
   * request that it refuses comes as a Failure.
   */
  readonly agent: Agent;
  /** One page of what begins so. @throws Failure */
  list(prefix: string, page: string | undefined, signal: AbortSignal): Promise<ListedPage>;
}

/** See contract/many-options.ts. */
export interface StoreOptions {
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly addressing: 'auto' | 'path' | 'virtual';
  readonly credentials: string | undefined;
  readonly anonymous: boolean;
  readonly bearerEnv: string | undefined;
  readonly bearerFile: string | undefined;
  readonly timeoutMs: number;
}

export interface StoreWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** For the store, and for what gives out keys in the Internet. */
  readonly agent: Agent;
  /** For what gives out keys on the node: through no proxy, and whatever addresses are refused otherwise. */
  readonly nodeAgent: Agent;
}

/** A name as the path of a URL: every part of it encoded, and its slashes kept. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

/** A query in which a space is `%20`: signatures are made of it. */
export function formatQuery(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&');
}
