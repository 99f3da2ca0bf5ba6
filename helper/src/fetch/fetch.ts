// A fetch step from its beginning to its end: checks, what is there already, attempts, publishing, and the words.

import { fetchesMany } from '../contract/check-fetch.ts';
import { otherVariables } from '../contract/environment.ts';
import type { Expected } from '../contract/integrity.ts';
import type { FetchStep } from '../contract/step.ts';
import { describeByteSize } from '../core/byte-size.ts';
import { redactUrl } from '../core/redact.ts';
import { retry } from '../retry/retry.ts';
import type { Runtime, StepReport } from '../runtime.ts';
import { openConnections } from './asking/connections.ts';
import { backoff, delayMs } from './asking/patience.ts';
import { type Backstage, openBackstage } from './backstage/backstage.ts';
import { type Destination, destinationPath, openDestination } from './backstage/destination.ts';
import { sourceKey } from './backstage/partial-state.ts';
import type { Place } from './cache/cached-supply.ts';
import { describedOutcome, Reasons, report } from './outcome.ts';
import { givenDigests } from './proof/given-digests.ts';
import { checkOwners, parseOwners } from './publish/give-to.ts';
import { publish } from './publish/publish.ts';
import { findThere } from './publish/there.ts';
import { Download } from './transfer/download.ts';
import { createLocalCopy, localVersion } from './transfer/local-copy.ts';
import { letGo, type Supply, type Whole } from './transfer/supply.ts';

/**
 * Downloads one source to one destination.
 * @throws Failure with a complete message; see ../core/failure-codes.ts
 */
export async function fetch(step: FetchStep, runtime: Runtime): Promise<StepReport> {
  const { options } = step;
  // many files are a part of the bundle of their own
  if (fetchesMany(step.source, options)) return (await import('./many/fetch-many.ts')).fetchMany(step, runtime);
  const { clock, log, env, signal } = runtime;
  const startMs = clock.now();
  const source = redactUrl(step.source);
  // what unpacks is a part of the bundle of its own
  const tree = options.unpack ? await import('./publish/tree.ts') : undefined;
  const path = tree === undefined ? destinationPath(step.destination, step.source) : step.destination;
  const prepare = step.source.startsWith('file:') ? prepareCopy : await prepareDownload(step, runtime);
  // in a rehearsal, volumes are folders of the machine: what lies on none of them is found before the start
  const inPod = env.KUBERNETES_SERVICE_HOST !== undefined && env[otherVariables.connectTo] === undefined;
  const destination = await (tree?.openTreeDestination ?? openDestination)(path, inPod);
  if (inPod && destination.onRoot) {
    log.warn(`${path} is on no volume: no other container will see it, nor this one after a restart`);
  }
  const backstage = await openBackstage(destination);
  const key = sourceKey(
    step.source,
    step.source.startsWith('file:') ? await localVersion(step.source) : (options.endpoint ?? ''),
  );
  const expected = givenDigests(options);
  const owners = options.owner === undefined ? undefined : parseOwners(options.owner);

  const there =
    tree === undefined
      ? await findThere(destination, backstage, key, expected, options.mode, signal)
      : await tree.findUnpacked(destination, { source: key, expected }, options);
  if (there !== undefined) {
    const sentence = `${path} is there already, whole (${describeByteSize(there.sizeBytes)}, sha256 ${there.sha256}); nothing was fetched`;
    log.info(sentence, { target: path, outcome: 'done', sha256: there.sha256, bytes: there.sizeBytes });
    return { sentence, attempts: 1 };
  }

  if (owners !== undefined) await checkOwners(owners, destination.folder);
  log.info(`fetching ${source} to ${path}`, { source, target: path, deadlineMs: options.deadlineMs });
  const download = (place: Place) => prepare(step, { ...place, expected, runtime });
  const { cache } = options;
  const unpacking = tree && new tree.Unpacking(destination, backstage, options, source, runtime);
  const supply =
    cache === undefined
      ? download({ key, destination, backstage: unpacking?.backstage ?? backstage })
      : new (await import('./cache/cached-supply.ts')).CachedSupply(
          { ...options, cache, expected },
          { key, destination, backstage },
          download,
          runtime,
        );
  let last: Promise<Whole> | undefined;
  const reasons = new Reasons(log);
  try {
    await supply.takeOver(signal);
    const outcome = await retry(
      (attempt) => {
        last = supply.attempt(attempt);
        return last;
      },
      {
        clock,
        random: runtime.random,
        signal,
        deadlineMs: options.deadlineMs,
        timeoutMs: Number.POSITIVE_INFINITY,
        backoff,
        maxFailures: options.maxFailures,
        delayMs,
        onFailure: (failure, state) => reasons.tell(failure, state, clock.now()),
      },
    );
    if (outcome.kind !== 'done') throw describedOutcome(outcome, source, path, supply.held);
    const { work, sha256, proof } = outcome.value;
    if (proof === 'none') {
      const why = 'the server told neither length nor digest, and none was given';
      log.warn(`nothing proves that the file is whole: ${why}`, { source });
    }
    if (unpacking === undefined) {
      const about = { mode: options.mode, source: key, sha256, ...(owners !== undefined && { owners }) };
      await publish(work, destination, backstage, about);
    } else {
      await unpacking.publish(work, { source: key, expected, sha256 }, source);
    }
    return report(outcome.value, path, outcome.attempts, clock.now() - startMs, log);
  } finally {
    await last?.catch(() => {});
    await unpacking?.close();
    await letGo(supply, last);
    await backstage.tidy();
  }
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

async function prepareDownload(step: FetchStep, runtime: Runtime): Promise<Prepare> {
  const { agent, headers, urlOf } = await openConnections(step, runtime);
  const source = urlOf(step.source);
  const { options } = step;
  const checksumFrom = options.checksumFrom === undefined ? undefined : urlOf(options.checksumFrom);
  return (_, { key, expected, destination, backstage }) => {
    const name = nameInList(source, destination);
    const about = { ...options, source, checksumFrom, sourceKey: key, expected, name, headers };
    return new Download(about, agent, backstage, destination.folder, runtime);
  };
}
