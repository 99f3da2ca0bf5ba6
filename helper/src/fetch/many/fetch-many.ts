// A fetch step that brings many files: finds them, fetches them side by side into a folder aside, and publishes that
// folder by one rename. Loaded only then.
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { otherVariables } from '../../contract/environment.ts';
import type { FetchStep } from '../../contract/step.ts';
import { describeByteSize } from '../../core/byte-size.ts';
import { describeDuration } from '../../core/duration.ts';
import { Failure } from '../../core/failure.ts';
import { redactUrl } from '../../core/redact.ts';
import { type RetryOptions, retry } from '../../retry/retry.ts';
import type { Runtime, StepReport } from '../../runtime.ts';
import { openConnections } from '../asking/connections.ts';
import { backoff, delayMs } from '../asking/patience.ts';
import { openBackstage } from '../backstage/backstage.ts';
import { sourceKey } from '../backstage/partial-state.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import { Reasons } from '../outcome.ts';
import { givenDigests } from '../proof/given-digests.ts';
import { clearTrees, discard } from '../publish/clear-trees.ts';
import { checkOwners, parseOwners } from '../publish/give-to.ts';
import { syncFolder } from '../publish/publish.ts';
import { switchTree } from '../publish/switch-tree.ts';
import { findTree, openTreeDestination } from '../publish/tree-destination.ts';
import { localVersion } from '../transfer/local-copy.ts';
import { countFiles, Files, value } from './files.ts';
import { FileFinder, type Found } from './find-files.ts';
import { clearStagings, openStaging } from './staging.ts';

/**
 * Fetches the files of a list or a prefix.
 * @throws Failure with a complete message
 */
export async function fetchMany(step: FetchStep, runtime: Runtime): Promise<StepReport> {
  // thousands of answers leave garbage that V8 would let pile up to several times of what is in use: 10,000 files take
  // 107 MiB with it and 139 without (resident, at most), for a sixth of user time more
  setFlagsFromString('--heap-growing-percent=30');
  const { options, source, destination: path } = step;
  const { clock, log, env, signal } = runtime;
  const startMs = clock.now();
  const remainingMs = () => Math.max(0, options.deadlineMs - (clock.now() - startMs));
  const shown = redactUrl(source);
  const connections = await openConnections(step, runtime);
  const inPod = env.KUBERNETES_SERVICE_HOST !== undefined && env[otherVariables.connectTo] === undefined;
  const destination = await openTreeDestination(path, inPod);
  if (inPod && destination.onRoot) {
    log.warn(`${path} is on no volume: no other container will see it, nor this one after a restart`);
  }
  // makes the room for what is not finished
  const backstage = await openBackstage(destination);
  const key = sourceKey(source, source.startsWith('file:') ? await localVersion(source) : (options.endpoint ?? ''));
  const selection = JSON.stringify({ many: true, include: options.include, checksumFrom: options.checksumFrom ?? '' });
  const expected = givenDigests(options);
  const there = await findTree(destination, key, expected, selection);
  await clearTrees(destination, there !== undefined);
  if (there !== undefined) {
    await clearStagings(destination);
    const sentence = `${path} is there already, whole (${describeByteSize(there.sizeBytes)}); nothing was fetched`;
    log.info(sentence, { target: path, outcome: 'done', bytes: there.sizeBytes });
    return { sentence, attempts: 1 };
  }

  const owners = options.owner === undefined ? undefined : parseOwners(options.owner);
  if (owners !== undefined) await checkOwners(owners, destination.folder);
  log.info(`fetching the files of ${shown} to ${path}`, {
    source: shown,
    target: path,
    deadlineMs: options.deadlineMs,
  });
  const reasons = new Reasons(log);
  const patience = (stop: AbortSignal): RetryOptions => ({
    ...{ clock, random: runtime.random, signal: stop, timeoutMs: Number.POSITIVE_INFINITY, backoff, delayMs },
    deadlineMs: remainingMs(),
    maxFailures: options.maxFailures,
    onFailure: (failure, state) => reasons.tell(failure, state, clock.now()),
  });
  try {
    const finder = new FileFinder(step, connections, clock);
    const outcome = await retry((attempt) => finder.find(attempt), patience(signal));
    const found = value(outcome, shown, path);
    const staging = await openStaging(destination, { source: key, selection }, found.files, clock, signal);
    const files = new Files(step, found, staging, connections, runtime, patience);
    try {
      await files.fetchAll();
    } finally {
      await files.close();
      await staging.close().catch((error) => log.debug(`the list of finished files: ${error.message}`));
    }
    const { sizeBytes } = files;
    const digests = {
      sha256: found.sha256,
      ...Object.fromEntries(expected.map((one) => [one.algorithm, one.digests[0] ?? ''])),
    };
    await flushFolders(staging.tree);
    const switched = await switchTree(
      staging.tree,
      destination,
      staging.id,
      { source: key, digests, selection, sizeBytes },
      signal,
      owners,
    );
    await discard(staging.folder).catch(() => {});
    if (switched === 'taken' && (await findTree(destination, key, expected, selection)) === undefined) {
      throw new Failure('DESTINATION_INVALID', `${path}: it is there, and not empty`);
    }
    return report(files, found, path, clock.now() - startMs, log);
  } catch (error) {
    throw volumeFailure(error, path);
  } finally {
    connections.agent.close();
    await backstage.tidy();
  }
}

/** Modes and names of folders must be on disk, too, before the whole appears. */
async function flushFolders(tree: string): Promise<void> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  for (const folder of [...folders, tree]) {
    const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      // whatever the umask; set-group-ID is the volume's (fsGroup), by which new files belong to its group
      await handle.chmod(0o755 | ((await handle.stat()).mode & 0o2000));
    } finally {
      await handle.close();
    }
    await syncFolder(folder);
  }
}

function report(
  files: Files,
  { files: found }: Found,
  path: string,
  elapsedMs: number,
  log: Runtime['log'],
): StepReport {
  const { sizeBytes, keptBytes, attempts, unproven } = files;
  const bytes = sizeBytes - keptBytes;
  const rate = describeByteSize(Math.round(bytes / Math.max(0.001, elapsedMs / 1_000)));
  const elapsed = Math.round(elapsedMs);
  if (unproven > 0) {
    log.warn(
      `nothing proves that ${unproven} of the files are whole: the server told neither length nor digest, and none was given`,
    );
  }
  const sentence = `${path} fetched: ${countFiles(found.length)}, ${describeByteSize(sizeBytes)} in ${describeDuration(elapsedMs)} (${rate}/s)`;
  log.info(sentence, {
    target: path,
    outcome: 'done',
    files: found.length,
    bytes: sizeBytes,
    elapsedMs: elapsed,
    attempts,
  });
  return { sentence, attempts };
}
