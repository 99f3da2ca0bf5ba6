// A fetch step from its beginning to its end: checks, what is there already, attempts, publishing, and the words.

import { otherVariables } from '../contract/environment.ts';
import { type Expected, parseIntegrity } from '../contract/integrity.ts';
import type { FetchStep } from '../contract/step.ts';
import { describeByteSize } from '../core/byte-size.ts';
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import { createAgent } from '../http/agent.ts';
import { readCredentials } from '../http/credentials.ts';
import { readHeaders } from '../http/header-values.ts';
import { proxyFor } from '../http/proxy.ts';
import { readTls } from '../http/trust.ts';
import { createNetwork } from '../network/network.ts';
import { retry } from '../retry/retry.ts';
import type { Runtime, StepReport } from '../runtime.ts';
import { type Backstage, openBackstage } from './backstage.ts';
import { type Destination, destinationPath, openDestination } from './destination.ts';
import { Download } from './download.ts';
import { createLocalCopy, localVersion } from './local-copy.ts';
import { described, Reasons, report } from './outcome.ts';
import { sourceKey } from './partial-state.ts';
import { publish } from './publish.ts';
import type { Supply } from './supply.ts';
import { findThere } from './there.ts';

// Half of each pause is left to chance, so that the pods of a Deployment don't come back all at once.
export const backoff = { initialMs: 500, factor: 2, maxMs: 10_000, jitter: 0.5 };

/** A server that asks for more patience than this is asked again after it all the same. */
export const longestRetryAfterMs = 120_000;

/**
 * Downloads one source to one destination.
 * @throws Failure with a complete message; see ../core/failure-codes.ts
 */
export async function fetch(step: FetchStep, runtime: Runtime): Promise<StepReport> {
  const { options } = step;
  const { clock, log, env, signal } = runtime;
  const startMs = clock.now();
  const source = redactUrl(step.source);
  // what unpacks is a part of the bundle of its own
  const tree = options.unpack ? await import('./tree.ts') : undefined;
  const path = tree === undefined ? destinationPath(step.destination, step.source) : step.destination;
  const prepare = step.source.startsWith('file:') ? prepareCopy : await prepareDownload(step, runtime);
  // in a rehearsal, volumes are folders of the machine: what lies on none of them is found before the start
  const inPod = env.KUBERNETES_SERVICE_HOST !== undefined && env[otherVariables.connectTo] === undefined;
  const destination = await (tree?.openTreeDestination ?? openDestination)(path, inPod);
  if (inPod && destination.onRoot) {
    log.warn(`${path} is on no volume: no other container will see it, nor this one after a restart`);
  }
  const backstage = await openBackstage(destination);
  const key = sourceKey(step.source, step.source.startsWith('file:') ? await localVersion(step.source) : '');
  const expected = givenDigests(options);

  const there =
    tree === undefined
      ? await findThere(destination, backstage, key, expected, options.mode, signal)
      : await tree.findUnpacked(destination, { source: key, expected }, options);
  if (there !== undefined) {
    const sentence = `${path} is there already, whole (${describeByteSize(there.sizeBytes)}, sha256 ${there.sha256}); nothing was fetched`;
    log.info(sentence, { target: path, outcome: 'done', sha256: there.sha256, bytes: there.sizeBytes });
    return { sentence, attempts: 1 };
  }

  log.info(`fetching ${source} to ${path}`, { source, target: path, deadlineMs: options.deadlineMs });
  const supply = prepare(step, { key, expected, destination, backstage, runtime });
  let running: Promise<unknown> = Promise.resolve();
  const reasons = new Reasons(log);
  try {
    await supply.takeOver(signal);
    const outcome = await retry(
      (attempt) => {
        const result = supply.attempt(attempt);
        running = result.catch(() => {});
        return result;
      },
      {
        clock,
        random: runtime.random,
        signal,
        deadlineMs: options.deadlineMs,
        timeoutMs: Number.POSITIVE_INFINITY,
        backoff,
        maxFailures: options.maxFailures,
        delayMs: (failure, backoffMs) => {
          const { retryAfterMs } = failure.details;
          return typeof retryAfterMs === 'number'
            ? Math.max(backoffMs, Math.min(retryAfterMs, longestRetryAfterMs))
            : backoffMs;
        },
        onFailure: (failure, state) => reasons.tell(failure, state, clock.now()),
      },
    );
    if (outcome.kind !== 'done') throw described(outcome, source, path, supply.held);
    const { work, sha256, proof } = outcome.value;
    if (proof === 'none') {
      const why = 'the server told neither length nor digest, and none was given';
      log.warn(`nothing proves that the file is whole: ${why}`, { source });
    }
    if (tree === undefined) {
      await publish(work, destination, backstage, { mode: options.mode, source: key, sha256 });
    } else {
      const remainingMs = options.deadlineMs - (clock.now() - startMs);
      const about = { source: key, expected, sha256, shown: source, remainingMs };
      await tree.unpackFetched(work, destination, backstage, about, options, runtime);
    }
    return report(outcome.value, path, outcome.attempts, clock.now() - startMs, log);
  } finally {
    await running;
    await supply.close();
    await backstage.tidy();
  }
}

/** The digests that the options give. */
function givenDigests({ sha256, integrity }: FetchStep['options']): Expected[] {
  const parsed = integrity === undefined ? undefined : parseIntegrity(integrity);
  if (parsed !== undefined && 'fault' in parsed) throw new Failure('USAGE', `--integrity: ${parsed.fault}`);
  return [
    ...(sha256 === undefined
      ? []
      : [{ algorithm: 'sha256' as const, digests: [sha256.toLowerCase()], from: '--sha256' }]),
    ...(parsed === undefined ? [] : [parsed]),
  ];
}

/** A list of checksums names the file as its server does. */
function nameInList(source: string, destination: Destination): string {
  const last = new URL(source).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last) || destination.name;
  } catch {
    return last;
  }
}

interface Prepared {
  readonly key: string;
  readonly expected: readonly Expected[];
  readonly destination: Destination;
  readonly backstage: Backstage;
  readonly runtime: Runtime;
}

type Prepare = (step: FetchStep, prepared: Prepared) => Supply;

const prepareCopy: Prepare = ({ source, options }, { key, expected, destination, backstage }) => {
  const { maxSizeBytes } = options;
  return createLocalCopy({ source, sourceKey: key, expected, maxSizeBytes, folder: destination.folder }, backstage);
};

/** Faults of the manifest come out here, before anything is touched. */
async function prepareDownload({ source, options }: FetchStep, runtime: Runtime): Promise<Prepare> {
  const { env } = runtime;
  const origin = new URL(source).origin;
  // the user's headers and logins are for the origin of the source; of others only netrc knows
  const headers = async (url: string) => {
    const own = new URL(url).origin === origin;
    const given = own ? await readHeaders(options, env) : [];
    return [...(await readCredentials(options, env, new URL(url), own)), ...given];
  };
  for (const url of [source, ...options.mirrors]) await headers(url);
  const tls = readTls(options);
  const proxied = (url: URL) => proxyFor(url, env);
  if (options.denyPrivate && proxied(new URL(source)) !== undefined) {
    throw new Failure('USAGE', '--deny-private cannot see what a proxy connects to', {
      hint: 'Let the proxy refuse private addresses, or exempt the source with NO_PROXY',
    });
  }
  const agent = createAgent(createNetwork(runtime), tls, { proxyFor: proxied, denyPrivate: options.denyPrivate });
  return (_, { key, expected, destination, backstage }) => {
    const name = nameInList(source, destination);
    const about = { ...options, source, sourceKey: key, expected, name, headers };
    return new Download(about, agent, backstage, destination.folder, runtime);
  };
}
