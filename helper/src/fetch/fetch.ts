// A fetch step from its beginning to its end: the place, what is there already, the attempts, publishing.
import { fetchesMany } from '../contract/check-fetch.ts';
import type { FetchStep } from '../contract/step.ts';
import { redactUrl } from '../core/redact.ts';
import type { Runtime, StepReport } from '../runtime.ts';
import { createPatience } from './asking/patience.ts';
import { destinationPath, openDestination } from './backstage/destination.ts';
import { openSource } from './open-source.ts';
import { report, reportThere, resultOf } from './outcome.ts';
import { prepare } from './prepare.ts';
import { givenDigests } from './proof/given-digests.ts';
import { checkOwners } from './publish/give-to.ts';
import { publish } from './publish/publish.ts';
import { findThere } from './publish/there.ts';
import { withSupply } from './transfer/supply.ts';

/**
 * Downloads one source to one destination.
 * @throws Failure with a complete message; see ../core/failure-codes.ts
 */
export async function fetch(step: FetchStep, runtime: Runtime): Promise<StepReport> {
  const { options } = step;
  // many files are a part of the bundle of their own
  if (fetchesMany(step.source, options)) return (await import('./many/fetch-many.ts')).fetchMany(step, runtime);
  const { clock, log } = runtime;
  const startMs = clock.now();
  // what unpacks is a part of the bundle of its own
  const tree = options.unpack ? await import('./publish/tree.ts') : undefined;
  const path = tree === undefined ? destinationPath(step.destination, step.source) : step.destination;
  const expected = givenDigests(options);
  const begin = await openSource(step, expected, runtime);
  const place = await prepare(step, path, tree?.openTreeDestination ?? openDestination, runtime);
  const { destination, backstage, key } = place;

  const there =
    tree === undefined
      ? await findThere(destination, backstage, key, expected, options.mode, runtime.signal)
      : await tree.findUnpacked(destination, { source: key, expected }, options);
  if (there !== undefined) return reportThere(path, there.sizeBytes, log, there.sha256);

  const owners = await checkOwners(options.owner, destination.folder);
  const source = redactUrl(step.source);
  log.info(`fetching ${source} to ${path}`, { source, target: path, deadlineMs: options.deadlineMs });
  const unpacking = tree && new tree.Unpacking(destination, backstage, options, source, runtime);
  // what comes by way of a cache is unpacked when it is whole
  const aside = options.cache === undefined && unpacking !== undefined ? unpacking.backstage : backstage;
  const supply = await begin({ ...place, backstage: aside });
  try {
    const patience = createPatience(options, runtime)(runtime.signal);
    return await withSupply(
      supply,
      patience,
      async (outcome) => {
        const whole = resultOf(outcome, source, path, supply.held);
        const { work, sha256, proof } = whole;
        if (proof === 'none') {
          const why = 'the server told neither length nor digest, and none was given';
          log.warn(`nothing proves that the file is whole: ${why}`, { source });
        }
        const about = { source: key, sha256, owners };
        if (unpacking === undefined) await publish(work, destination, backstage, { ...about, mode: options.mode });
        else await unpacking.publish(work, { ...about, expected }, source);
        return report(whole, path, outcome.attempts, clock.now() - startMs, log);
      },
      () => unpacking?.close(),
    );
  } finally {
    await backstage.tidy();
  }
}
