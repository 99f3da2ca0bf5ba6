// A fetch step from its beginning to its end: checks, what is there already, attempts, publishing, and the words.

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { otherVariables } from '../contract/environment.ts';
import type { FetchStep } from '../contract/step.ts';
import { describeByteSize } from '../core/byte-size.ts';
import { describeDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import { createAgent } from '../http/agent.ts';
import { readHeaders } from '../http/header-values.ts';
import { readTrust } from '../http/trust.ts';
import { createNetwork } from '../network/network.ts';
import { type RetryOutcome, retry } from '../retry/retry.ts';
import type { Runtime, StepReport } from '../runtime.ts';
import { type Backstage, openBackstage } from './backstage.ts';
import { type Destination, destinationPath, openDestination } from './destination.ts';
import { Download, describeHeld, type Whole } from './download.ts';
import { hashFile } from './partial-file.ts';
import { sourceKey } from './partial-state.ts';
import { describeFile, publish } from './publish.ts';
import { volumeFailure } from './volume-failure.ts';

// Half of each pause is left to chance, so that the pods of a Deployment don't come back all at once.
const backoff = { initialMs: 500, factor: 2, maxMs: 10_000, jitter: 0.5 };

/** A server that asks for more patience than this is asked again after it all the same. */
export const longestRetryAfterMs = 120_000;

// The same reason again is worth a line this often.
const sameReasonEveryMs = 30_000;

/**
 * Downloads one source to one destination.
 * @throws Failure with a complete message; see ../core/failure-codes.ts
 */
export async function fetch(step: FetchStep, runtime: Runtime): Promise<StepReport> {
  const { options } = step;
  const { clock, log, env, signal } = runtime;
  const startMs = clock.now();
  const source = redactUrl(step.source);
  const path = destinationPath(step.destination, step.source);
  const headers = () => readHeaders(options, env);
  // faults of the manifest come out before anything is touched
  await headers();
  const tls = readTrust(options.caFile);
  const network = createNetwork(runtime);
  // in a rehearsal, volumes are folders of the machine: what lies on none of them is found before the start
  const inPod = env.KUBERNETES_SERVICE_HOST !== undefined && env[otherVariables.connectTo] === undefined;
  const destination = await openDestination(path, inPod);
  if (inPod && destination.onRoot) {
    log.warn(`${path} is on no volume: no other container will see it, nor this one after a restart`);
  }
  const backstage = await openBackstage(destination);
  const key = sourceKey(step.source);

  const there = await findThere(destination, backstage, key, options.sha256?.toLowerCase(), options.mode, signal);
  if (there !== undefined) {
    const sentence = `${path} is there already, whole (${describeByteSize(there.sizeBytes)}, sha256 ${there.sha256}); nothing was fetched`;
    log.info(sentence, { target: path, outcome: 'done', sha256: there.sha256, bytes: there.sizeBytes });
    return { sentence, attempts: 1 };
  }

  log.info(`fetching ${source} to ${path}`, { source, target: path, deadlineMs: options.deadlineMs });
  const { sha256, timeoutMs, maxSizeBytes, maxRedirects } = options;
  const download = new Download(
    { source: step.source, sourceKey: key, sha256, timeoutMs, maxSizeBytes, maxRedirects, headers },
    createAgent(network, tls),
    backstage,
    destination.folder,
    runtime,
  );
  let running: Promise<unknown> = Promise.resolve();
  const reasons = new Reasons(log);
  try {
    await download.takeOver(signal);
    const outcome = await retry(
      (attempt) => {
        const result = download.attempt(attempt);
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
    if (outcome.kind !== 'done') throw described(outcome, source, path, download.held);
    const { work, sha256: digest, proven } = outcome.value;
    if (!proven && sha256 === undefined) {
      log.warn('nothing proves that the file is whole: the server told no length, and no --sha256 was given', {
        source,
      });
    }
    await publish(work, destination, backstage, { mode: options.mode, source: key, sha256: digest });
    return report(outcome.value, path, outcome.attempts, clock.now() - startMs, log);
  } finally {
    await running;
    await download.close();
    await backstage.tidy();
  }
}

function report(
  { work, sha256 }: Whole,
  path: string,
  attempts: number,
  elapsedMs: number,
  log: Runtime['log'],
): StepReport {
  const { bytes } = work.partial;
  const rate = describeByteSize(Math.round(bytes / Math.max(0.001, elapsedMs / 1_000)));
  const tries = attempts === 1 ? '' : `, ${attempts} attempts`;
  const sentence = `${path} fetched: ${describeByteSize(bytes)} in ${describeDuration(elapsedMs)} (${rate}/s${tries}), sha256 ${sha256}`;
  const elapsed = Math.round(elapsedMs);
  log.info(sentence, { target: path, outcome: 'done', bytes, elapsedMs: elapsed, attempts, sha256 });
  return { sentence, attempts };
}

/**
 * Whether the destination is there and proven: by its record, which describes this very file and where it came from;
 * or by its digest. Anything else that is there is replaced when the new file is whole.
 */
async function findThere(
  destination: Destination,
  backstage: Backstage,
  source: string,
  sha256: string | undefined,
  mode: number,
  signal: AbortSignal,
): Promise<{ sizeBytes: number; sha256: string } | undefined> {
  const path = join(destination.folder, destination.name);
  const file = await describeFile(path);
  if (file === undefined) return undefined;
  const record = await backstage.readRecord();
  const described =
    record?.inode === file.inode && record.modifiedNs === file.modifiedNs && record.sizeBytes === file.sizeBytes;
  const proven = described && (sha256 === undefined ? record.source === source : record.sha256 === sha256);
  if (!proven && sha256 === undefined) return undefined;
  try {
    const handle = await open(path, 'r');
    try {
      if (!proven) {
        const hash = createHash('sha256');
        await hashFile(handle, file.sizeBytes, hash, signal);
        if (hash.digest('hex') !== sha256) return undefined;
      }
      if (((await handle.stat()).mode & 0o7777) !== mode) await handle.chmod(mode);
    } finally {
      await handle.close();
    }
  } catch (error) {
    // a file of somebody else's that may not be read, or not be changed, is replaced
    if (['EACCES', 'EPERM', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw volumeFailure(error, destination.path);
  }
  return { sizeBytes: file.sizeBytes, sha256: sha256 ?? (record as { sha256: string }).sha256 };
}

/** Logs why an attempt failed: at once when the reason is a new one, else now and then. */
class Reasons {
  readonly #log: Runtime['log'];
  #last: string | undefined;
  #toldMs = 0;

  constructor(log: Runtime['log']) {
    this.#log = log;
  }

  tell(failure: Failure, state: { attempts: number; delayMs: number }, nowMs: number): void {
    const message = `${failure.message}; trying again in ${describeDuration(state.delayMs)}`;
    const fields = { code: failure.code, attempt: state.attempts, ...(failure.hint && { hint: failure.hint }) };
    const reason = `${failure.code} ${failure.details.status ?? ''}`;
    if (reason === this.#last && nowMs - this.#toldMs < sameReasonEveryMs) {
      this.#log.debug(message, fields);
      return;
    }
    this.#last = reason;
    this.#toldMs = nowMs;
    this.#log.warn(message, fields);
  }
}

/** The failure that ends the step, from what the loop ended with. */
function described(
  outcome: Exclude<RetryOutcome<Whole>, { kind: 'done' }>,
  source: string,
  path: string,
  held: { readonly bytes: number; readonly sizeBytes?: number },
): Failure {
  const last = outcome.kind === 'deadline' ? outcome.last : outcome.failure;
  // the URL stands at the beginning already
  const why = last.message.replace(` from ${source}`, '');
  const { attempts } = outcome;
  const elapsedMs = Math.round(outcome.elapsedMs);
  const after = `${describeDuration(elapsedMs)} (${attempts} attempt${attempts === 1 ? '' : 's'})`;
  const kept = held.bytes > 0 ? `; ${describeHeld(held)} are kept for the next try` : '';
  const { retryAfterMs: _, ...about } = last.details;
  const details = { ...about, target: path, source, attempts, elapsedMs, cause: last.code };
  const also = { cause: last, details, ...(last.hint !== undefined && { hint: last.hint }) };
  if (outcome.kind === 'deadline') {
    return new Failure('DEADLINE_PASSED', `${source} not fetched to ${path} within ${after}: ${why}${kept}`, also);
  }
  if (outcome.exhausted) {
    return new Failure('GAVE_UP', `gave up fetching ${source} to ${path} after ${after}: ${why}${kept}`, also);
  }
  return new Failure(last.code, `fetching ${source} to ${path} failed after ${after}: ${why}${kept}`, also);
}
