// A wait step: all its targets at once, until enough of them are ready, or it is clear that they won't be.
import type { WaitStep } from '../contract/step.ts';
import { hostOf, parseTarget } from '../contract/target.ts';
import { describeDuration } from '../core/duration.ts';
import { createNetwork } from '../network/network.ts';
import type { Runtime, StepReport } from '../runtime.ts';
import { hintFor } from './hints.ts';
import { countAttempts, Progress } from './progress.ts';
import { probeFor } from './protocols.ts';
import { brokenFailure, deadlineFailure, stoppedFailure } from './verdict.ts';
import { waitForOne } from './wait-for-one.ts';

/**
 * Waits for the targets of a step.
 * @throws Failure DEADLINE_PASSED, naming each target that is missing and why; the code of what is broken;
 *   USAGE before anything was asked; that of `runtime.signal`, with what was still missing
 */
export async function wait({ targets: texts, options }: WaitStep, runtime: Runtime): Promise<StepReport> {
  const targets = texts.map(parseTarget);
  const network = createNetwork(runtime);
  const probes = await Promise.all(targets.map((target) => probeFor(target, { options, network, runtime })));
  const names = targets.map(({ text }) => text);
  const progress = new Progress(names, options.deadlineMs, runtime.log, runtime.clock);
  const needed = options.any ? 1 : targets.length;

  const over = new AbortController();
  const signal = AbortSignal.any([runtime.signal, over.signal]);
  const hasEnough = () => progress.count('ready') >= needed;
  const isLost = () => targets.length - progress.count('broken') < needed;

  progress.started(describeTargets(names, options.any));
  const waiting = probes.map(async ({ probe, backoff, target }, index) => {
    const outcome = await waitForOne(
      probe,
      { ...runtime, signal },
      {
        ...{ deadlineMs: options.deadlineMs, timeoutMs: options.timeoutMs, backoff },
        onNotReady: (cause, attempts) =>
          progress.notReady(index, cause, attempts, () => {
            return hintFor({ cause, ...hostOf(target), pod: network.identity() })?.text;
          }),
      },
    );
    if (outcome.kind === 'ready') progress.ready(index, outcome.attempts);
    if (outcome.kind === 'broken') progress.broken(index);
    // the others are of no interest any more
    if (hasEnough() || isLost()) over.abort();
  });

  const heartbeat = progress.heartbeat(signal);
  const ended = await Promise.allSettled(waiting);
  over.abort();
  await heartbeat;

  if (hasEnough()) return report(progress, options.any);
  const { standings } = progress;
  const elapsedMs = progress.elapsedMs();
  if (runtime.signal.aborted) throw stoppedFailure(runtime.signal.reason, standings, elapsedMs);
  if (isLost()) throw brokenFailure(standings, elapsedMs);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  throw deadlineFailure(standings, elapsedMs);
}

function describeTargets(names: readonly string[], any: boolean): string {
  if (names.length === 1) return names[0] ?? '';
  return `${any ? 'any' : 'all'} of ${names.join(', ')}`;
}

function report(progress: Progress, any: boolean): StepReport {
  const { standings } = progress;
  const attempts = standings.reduce((sum, standing) => sum + standing.attempts, 0);
  const ready = standings.filter(({ state }) => state === 'ready').map(({ target }) => target);
  const after = describeDuration(progress.elapsedMs());
  if (standings.length === 1)
    return { sentence: `${ready[0]} ready after ${after} (${countAttempts(attempts)})`, attempts };
  const sentence = any
    ? `${ready.join(', ')} ready after ${after}: one of ${standings.length} targets is enough`
    : `all ${standings.length} targets ready after ${after}`;
  progress.ended(sentence, attempts);
  return { sentence, attempts };
}
