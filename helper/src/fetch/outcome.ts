// How a fetch tells what became of it: there was nothing to do, it is done, it has failed.
import { describeByteSize } from '../core/byte-size.ts';
import { describeDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import type { RetryOutcome } from '../retry/retry.ts';
import type { Runtime, StepReport } from '../runtime.ts';
import { describeHeld } from './transfer/progress.ts';
import type { Whole } from './transfer/supply.ts';

/** Of a step that has nothing to do. @param sha256 of the file, where it is one */
export function reportThere(path: string, sizeBytes: number, log: Runtime['log'], sha256?: string): StepReport {
  const digest = sha256 === undefined ? '' : `, sha256 ${sha256}`;
  const sentence = `${path} is there already, whole (${describeByteSize(sizeBytes)}${digest}); nothing was fetched`;
  log.info(sentence, { target: path, outcome: 'done', ...(sha256 !== undefined && { sha256 }), bytes: sizeBytes });
  return { sentence, attempts: 1 };
}

/** Of a step that is done. */
export function report(
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

/** The failure that ends the step, from what the loop ended with. */
function describedOutcome(
  outcome: Exclude<RetryOutcome<unknown>, { kind: 'done' }>,
  source: string,
  path: string,
  held: { readonly bytes: number; readonly sizeBytes?: number },
): Failure {
  const last = outcome.kind === 'deadline' ? outcome.last : outcome.failure;
  const slow = outcome.kind === 'deadline' && outcome.gaining;
  // the URL stands at the beginning already
  const why = slow
    ? 'time was up before all of it had come'
    : last.message.replace(`, from ${source}`, '').replace(` from ${source}`, '');
  const { attempts } = outcome;
  const elapsedMs = Math.round(outcome.elapsedMs);
  const after = `${describeDuration(elapsedMs)} (${attempts} attempt${attempts === 1 ? '' : 's'})`;
  const kept = held.bytes > 0 ? `; ${describeHeld(held)} are kept for the next try` : '';
  const { retryAfterMs: _, ...about } = last.details;
  const details = { ...about, target: path, source, attempts, elapsedMs, cause: last.code };
  const hint = slow ? 'Give it longer with --deadline' : last.hint;
  const also = { cause: last, details, ...(hint !== undefined && { hint }) };
  if (outcome.kind === 'deadline') {
    return new Failure('DEADLINE_PASSED', `${source} not fetched to ${path} within ${after}: ${why}${kept}`, also);
  }
  if (outcome.exhausted) {
    return new Failure('GAVE_UP', `gave up fetching ${source} to ${path} after ${after}: ${why}${kept}`, also);
  }
  return new Failure(last.code, `fetching ${source} to ${path} failed after ${after}: ${why}${kept}`, also);
}

/** What a loop of attempts came to. @throws Failure with a complete message */
export function resultOf<T>(outcome: RetryOutcome<T>, source: string, path: string, held = { bytes: 0 }): T {
  if (outcome.kind === 'done') return outcome.value;
  throw describedOutcome(outcome, source, path, held);
}
