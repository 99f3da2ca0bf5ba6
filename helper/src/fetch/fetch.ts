// A fetch step from its beginning to its end: checks, what is there already, attempts, publishing, and the words.

import { otherVariables } from '../contract/environment.ts';
import { type Expected, parseIntegrity } from '../contract/integrity.ts';
import type { FetchStep } from '../contract/step.ts';
import { describeByteSize } from '../core/byte-size.ts';
import { describeDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import { createAgent } from '../http/agent.ts';
import { readCredentials } from '../http/credentials.ts';
import { readHeaders } from '../http/header-values.ts';
import { proxyFor } from '../http/proxy.ts';
import { readTls } from '../http/trust.ts';
import { createNetwork } from '../network/network.ts';
import { type RetryOutcome, retry } from '../retry/retry.ts';
import type { Runtime, StepReport } from '../runtime.ts';
import { openBackstage } from './backstage.ts';
import { type Destination, destinationPath, openDestination } from './destination.ts';
import { Download, type Whole } from './download.ts';
import { sourceKey } from './partial-state.ts';
import { describeHeld } from './progress.ts';
import { publish } from './publish.ts';
import { findThere } from './there.ts';

// Half of each pause is left to chance, so that the pods of a Deployment don't come back all at once.
export const backoff = { initialMs: 500, factor: 2, maxMs: 10_000, jitter: 0.5 };

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
  const origin = new URL(step.source).origin;
  // the user's headers and logins are for the origin of the source; of others only netrc knows
  const headers = async (url: string) => {
    const own = new URL(url).origin === origin;
    const given = own ? await readHeaders(options, env) : [];
    return [...(await readCredentials(options, env, new URL(url), own)), ...given];
  };
  // faults of the manifest come out before anything is touched
  for (const url of [step.source, ...options.mirrors]) await headers(url);
  const tls = readTls(options);
  const proxied = (url: URL) => proxyFor(url, env);
  if (options.denyPrivate && proxied(new URL(step.source)) !== undefined) {
    throw new Failure('USAGE', '--deny-private cannot see what a proxy connects to', {
      hint: 'Let the proxy refuse private addresses, or exempt the source with NO_PROXY',
    });
  }
  const network = createNetwork(runtime);
  // in a rehearsal, volumes are folders of the machine: what lies on none of them is found before the start
  const inPod = env.KUBERNETES_SERVICE_HOST !== undefined && env[otherVariables.connectTo] === undefined;
  const destination = await openDestination(path, inPod);
  if (inPod && destination.onRoot) {
    log.warn(`${path} is on no volume: no other container will see it, nor this one after a restart`);
  }
  const backstage = await openBackstage(destination);
  const key = sourceKey(step.source);
  const expected = givenDigests(options);

  const there = await findThere(destination, backstage, key, expected, options.mode, signal);
  if (there !== undefined) {
    const sentence = `${path} is there already, whole (${describeByteSize(there.sizeBytes)}, sha256 ${there.sha256}); nothing was fetched`;
    log.info(sentence, { target: path, outcome: 'done', sha256: there.sha256, bytes: there.sizeBytes });
    return { sentence, attempts: 1 };
  }

  log.info(`fetching ${source} to ${path}`, { source, target: path, deadlineMs: options.deadlineMs });
  const download = new Download(
    { ...options, source: step.source, sourceKey: key, expected, name: nameInList(step.source, destination), headers },
    createAgent(network, tls, { proxyFor: proxied, denyPrivate: options.denyPrivate }),
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
    const { work, sha256, proof } = outcome.value;
    if (proof === 'none') {
      const why = 'the server told neither length nor digest, and none was given';
      log.warn(`nothing proves that the file is whole: ${why}`, { source });
    }
    await publish(work, destination, backstage, { mode: options.mode, source: key, sha256 });
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
