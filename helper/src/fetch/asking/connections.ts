// Whom a fetch step talks to and with what in hand: agent, certificates, proxies, headers and logins, object stores.
// Faults of the manifest come out here, before anything is touched.

import { isStoreSource, parseStorePlace } from '../../contract/source.ts';
import type { FetchStep } from '../../contract/step.ts';
import { Failure } from '../../core/failure.ts';
import { type Agent, createAgent } from '../../http/agent.ts';
import { readCredentials } from '../../http/credentials.ts';
import { type Header, readHeaders } from '../../http/header-values.ts';
import { proxyFor } from '../../http/proxy.ts';
import { openTls } from '../../http/trust.ts';
import { createNetwork } from '../../network/network.ts';
import type { Runtime } from '../../runtime.ts';
import type { ObjectStore } from '../../stores/store.ts';

export interface Connections {
  readonly agent: Agent;
  /** What the user gave for a URL, read anew for each request. */
  readonly headers: (url: string) => Promise<readonly Header[]>;
  /** The bucket that the source is in. */
  readonly store: ObjectStore | undefined;
  /** A source as a URL that the agent takes; one in an object store must be in the bucket of the step's source. */
  readonly urlOf: (source: string) => string;
}

/** @throws Failure USAGE */
export async function openConnections({ source, options }: FetchStep, runtime: Runtime): Promise<Connections> {
  const { env, clock } = runtime;
  const tls = await openTls(options);
  const proxied = (url: URL) => proxyFor(url, env);
  const network = createNetwork(runtime);
  const agent = createAgent(network, tls, { proxyFor: proxied, denyPrivate: options.denyPrivate });
  const store = isStoreSource(source)
    ? await (await import('../../stores/open-store.ts')).openStore(parseStorePlace(source), options, {
        ...{ env, clock, agent },
        nodeAgent: createAgent(network),
      })
    : undefined;
  const urlOf = (one: string) =>
    store !== undefined && isStoreSource(one) ? store.url(parseStorePlace(one).key) : one;
  const { origin } = new URL(urlOf(source));
  // the user's headers and logins are for the origin of the source; of others only netrc knows
  const headers = async (url: string) => {
    const parsed = new URL(url);
    const own = parsed.origin === origin;
    const given = own ? await readHeaders(options, env) : [];
    // a store has proofs of its own
    const netrcFile = own && store !== undefined ? undefined : options.netrcFile;
    return [...(await readCredentials({ ...options, netrcFile }, env, parsed, own)), ...given];
  };
  for (const url of [urlOf(source), ...options.mirrors]) await headers(url);
  if (options.denyPrivate && proxied(new URL(urlOf(source))) !== undefined) {
    throw new Failure('USAGE', '--deny-private cannot see what a proxy connects to', {
      hint: 'Let the proxy refuse private addresses, or exempt the source with NO_PROXY',
    });
  }
  return { agent: store?.agent ?? agent, headers, store, urlOf };
}
