// A fetch step that brings many files: finds them, fetches them side by side into a folder aside, and publishes that
// folder by one rename. Loaded only then.
import { setFlagsFromString } from 'node:v8';
import type { FetchStep } from '../../contract/step.ts';
import { describeByteSize } from '../../core/byte-size.ts';
import { describeDuration } from '../../core/duration.ts';
import { redactUrl } from '../../core/redact.ts';
import { retry } from '../../retry/retry.ts';
import type { Runtime, StepReport } from '../../runtime.ts';
import { openConnections } from '../asking/connections.ts';
import { createPatience } from '../asking/patience.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import { reportThere, resultOf } from '../outcome.ts';
import { prepare } from '../prepare.ts';
import { givenDigests } from '../proof/given-digests.ts';
import { clearTrees } from '../publish/clear-trees.ts';
import { checkOwners } from '../publish/give-to.ts';
import { findTree, openTreeDestination } from '../publish/tree-destination.ts';
import { countFiles, Files } from './files.ts';
import { FileFinder, type Found } from './find-files.ts';
import { publishMany } from './publish-many.ts';
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
  const { clock, log } = runtime;
  const startMs = clock.now();
  const patience = createPatience(options, runtime);
  const connections = await openConnections(step, runtime);
  const { destination, backstage, key } = await prepare(step, path, openTreeDestination, runtime);
  const selection = JSON.stringify({ many: true, include: options.include, checksumFrom: options.checksumFrom ?? '' });
  const aim = { source: key, selection };
  const expected = givenDigests(options);
  const there = await findTree(destination, key, expected, selection);
  await clearTrees(destination, there !== undefined);
  if (there !== undefined) {
    await clearStagings(destination);
    return reportThere(path, there.sizeBytes, log);
  }

  const owners = await checkOwners(options.owner, destination.folder);
  const shown = redactUrl(source);
  const { deadlineMs } = options;
  log.info(`fetching the files of ${shown} to ${path}`, { source: shown, target: path, deadlineMs });
  try {
    const finder = new FileFinder(step, connections, clock);
    const outcome = await retry((attempt) => finder.find(attempt), patience(runtime.signal));
    const found = resultOf(outcome, shown, path);
    const staging = await openStaging(destination, aim, found.files, clock, runtime.signal);
    const files = new Files(step, found, staging, connections, runtime, patience);
    try {
      await files.fetchAll();
    } finally {
      await files.close();
      await staging.close().catch((error) => log.debug(`the list of finished files: ${error.message}`));
    }
    await publishMany(staging, destination, {
      ...{ ...aim, sha256: found.sha256, sizeBytes: files.sizeBytes },
      ...{ expected, owners, signal: runtime.signal },
    });
    return report(files, found, path, clock.now() - startMs, log);
  } catch (error) {
    throw volumeFailure(error, path);
  } finally {
    connections.agent.close();
    await backstage.tidy();
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
