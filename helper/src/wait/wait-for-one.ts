// One target: asks until it is ready, broken, or the deadline passes.
import { Failure } from '../core/failure.ts';
import { overReason } from '../core/over-reason.ts';
import { retry, type Turn } from '../retry/retry.ts';
import type { Runtime } from '../runtime.ts';
import { pauseMs } from './long-wait.ts';
import type { Phase, Probe } from './probe.ts';
import type { Pauses } from './protocols.ts';

export interface WaitForOneOptions {
  readonly deadlineMs: number;
  readonly timeoutMs: number;
  readonly pauses: Pauses;
  /** Bounds how many targets are asked at once. */
  readonly turn?: Turn;
  /** Told of every attempt that did not find the target ready; its cause knows what it hung on. */
  readonly onNotReady: (cause: Failure, attempts: number) => void;
}

export interface WaitOutcome {
  readonly kind: 'ready' | 'not-ready' | 'broken';
  readonly attempts: number;
  readonly elapsedMs: number;
}

/** @throws only the reason of `runtime.signal` */
export async function waitForOne(
  probe: Probe,
  runtime: Pick<Runtime, 'clock' | 'random' | 'signal'>,
  options: WaitForOneOptions,
): Promise<WaitOutcome> {
  const { deadlineMs, timeoutMs, pauses, turn, onNotReady } = options;
  const startMs = runtime.clock.now();
  let phase: Phase | undefined;
  using _ = { [Symbol.dispose]: () => probe.close?.() };
  const outcome = await retry(
    async ({ signal, progress }) => {
      phase = undefined;
      const onPhase = (begun: Phase) => {
        phase = begun;
      };
      const readiness = await probe.check({ signal, onPhase });
      if (readiness.kind === 'not-ready') {
        const { cause } = readiness;
        // found ready for the first time: whether it stays so is asked close together again
        if (cause.code === 'UNSTABLE' && cause.details.count === 1) progress();
        throw cause;
      }
      return readiness;
    },
    {
      ...{ clock: runtime.clock, random: runtime.random, signal: runtime.signal },
      ...{ deadlineMs, timeoutMs, backoff: pauses.backoff, toTheEnd: true },
      ...(turn !== undefined && { turn }),
      delayMs: (_cause, backoffMs) => pauseMs(backoffMs, runtime.clock.now() - startMs, pauses),
      pause: (delayMs, longestMs) => pause(probe, runtime, delayMs, longestMs),
      onFailure: (cause, { attempts }) => onNotReady(explain(cause, phase), attempts),
    },
  );
  const { attempts, elapsedMs } = outcome;
  switch (outcome.kind) {
    case 'done':
      if (outcome.value.kind === 'broken') onNotReady(outcome.value.cause, attempts);
      return { kind: outcome.value.kind, attempts, elapsedMs };
    case 'failed':
      onNotReady(explain(outcome.failure, phase), attempts);
      return { kind: 'broken', attempts, elapsedMs };
    case 'deadline':
      onNotReady(explain(outcome.last, phase), attempts);
      return { kind: 'not-ready', attempts, elapsedMs };
  }
}

/** Until the target says that it has changed, where it does that; else for so long. */
async function pause(
  probe: Probe,
  { clock, signal }: Pick<Runtime, 'clock' | 'signal'>,
  delayMs: number,
  longestMs: number,
): Promise<void> {
  if (probe.changed === undefined) return clock.sleep(delayMs, signal);
  const startMs = clock.now();
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const last = clock.sleep(longestMs, either).then(() => true);
  const change = probe.changed(either);
  for (const one of [last, change]) one.catch(() => {});
  try {
    if (await Promise.race([change, last])) return;
  } finally {
    over.abort(overReason);
  }
  await clock.sleep(Math.max(0, delayMs - (clock.now() - startMs)), signal);
}

/** The loop knows that an attempt took too long; what it hung on is what it was last busy with. */
function explain(cause: Failure, phase: Phase | undefined): Failure {
  if (cause.code !== 'TIMED_OUT' || phase === undefined) return cause;
  const details = { ...cause.details, phase: phase.kind };
  return new Failure(cause.code, sentenceOf(phase), { cause, details });
}

function sentenceOf(phase: Phase): string {
  switch (phase.kind) {
    case 'resolve':
      return `no answer in time to the question for the name ${phase.name}`;
    case 'connect':
      return `no answer in time to the connection attempt: ${phase.endpoint}`;
    case 'answer':
      return `connected, but no answer in time: ${phase.endpoint}`;
  }
}
