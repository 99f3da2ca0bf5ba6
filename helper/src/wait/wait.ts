// A wait step: all its targets at once, until enough of them are ready, or it is clear that they won't be.
import type { WaitStep } from '../contract/step.ts';
import { parseTarget } from '../contract/target.ts';
import { describeDuration } from '../core/duration.ts';
import type { Failure } from '../core/failure.ts';
import { createNetwork } from '../network/network.ts';
import type { Runtime, StepReport } from '../runtime.ts';
import { holds, makeGuards } from './guard.ts';
import { createHinter } from './hints/hint-facts.ts';
import { countAttempts, Progress } from './progress.ts';
import { probeFor } from './protocols.ts';
import { takingTurns } from './turns.ts';
import { brokenFailure, deadlineFailure, guardFailure, stoppedFailure } from './verdict.ts';
import { waitForOne } from './wait-for-one.ts';

// An attempt may hold several sockets (one for each address, one for each name server), and a process often has no
// more than 1,024 descriptors.
const mostAtOnce = 128;

/**
 * Waits for the targets of a step.
 * @throws Failure DEADLINE_PASSED, naming each target that is missing and why; the code of what is broken;
 *   USAGE before anything was asked; that of `runtime.signal`, with what was still missing
 */
export async function wait({ targets: texts, options }: WaitStep, runtime: Runtime): Promise<StepReport> {
  const targets = texts.map(parseTarget);
  const network = createNetwork(runtime);
  const probes = await Promise.all(targets.map((target) => probeFor(target, { options, network, runtime })));
  const guards = await makeGuards(options, network, runtime);
  const names = targets.map(({ text }) => text);
  const progress = new Progress(names, options.gone ? 'gone' : 'ready', options.deadlineMs, runtime.log, runtime.clock);
  // the environment may ask for more targets than this step has
  const needed = Math.min(options.any ? 1 : (options.atLeast ?? targets.length), targets.length);

  const isSocket = options.unixSocket !== undefined;
  const { env, clock } = runtime;
  const hint = createHinter({ targets, standings: progress.standings, network, env, clock, isSocket });
  const thorough = (index: number, cause: Failure) => hint(index, cause, true);
  const over = new AbortController();
  const signal = AbortSignal.any([runtime.signal, over.signal]);
  const hasEnough = () => progress.count('ready') >= needed;
  const isLost = () => targets.length - progress.count('broken') < needed;

  progress.started(describeTargets(progress, needed));
  await splay(options.splayMs, runtime);
  const deadlineMs = options.deadlineMs - progress.elapsedMs();
  const turn = takingTurns(mostAtOnce);
  const waiting = probes.map(async ({ probe, pauses }, index) => {
    const outcome = await waitForOne(
      probe,
      { ...runtime, signal },
      {
        ...{ deadlineMs, timeoutMs: options.timeoutMs, pauses, turn },
        onNotReady: (cause, attempts) => progress.notReady(index, cause, attempts, () => hint(index, cause, false)),
      },
    );
    if (outcome.kind === 'ready') progress.ready(index, outcome.attempts);
    if (outcome.kind === 'broken') progress.broken(index);
    // the others are of no interest any more
    if (hasEnough() || isLost()) over.abort();
  });

  let holding: string | undefined;
  const guarding = Promise.allSettled(
    guards.map(async (guard) => {
      if (!(await holds(guard, { ...runtime, signal }, deadlineMs))) return;
      holding ??= guard.text;
      over.abort();
    }),
  );

  const heartbeat = progress.heartbeat(signal, thorough);
  const ended = await Promise.allSettled(waiting);
  over.abort();
  await Promise.all([heartbeat, guarding]);

  if (hasEnough()) return report(progress, needed);
  // what is known of all targets at the end says more than what one was first seen to do
  progress.renewHints(thorough);
  const ending = { goal: progress.goal, standings: progress.standings, elapsedMs: progress.elapsedMs() };
  if (runtime.signal.aborted) throw stoppedFailure(runtime.signal.reason, ending);
  if (holding !== undefined) throw guardFailure(holding, ending);
  if (isLost()) throw brokenFailure(ending);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  throw deadlineFailure(ending);
}

/** A random part of the time that is given; a pod in a thousand is not the first one then. */
async function splay(splayMs: number, { clock, random, signal }: Runtime): Promise<void> {
  if (splayMs > 0) await clock.sleep(Math.round(splayMs * random.next()), signal);
}

function describeTargets({ standings, goal }: Progress, needed: number): string {
  const end = goal === 'gone' ? ' to be gone' : '';
  const names = standings.map(({ target }) => target);
  if (names.length === 1) return `${names[0]}${end}`;
  const share = needed === names.length ? 'all' : needed === 1 ? 'any' : `${needed}`;
  return `${share} of ${names.join(', ')}${end}`;
}

function report(progress: Progress, needed: number): StepReport {
  const { standings, goal } = progress;
  const attempts = standings.reduce((sum, standing) => sum + standing.attempts, 0);
  const ready = standings.filter(({ state }) => state === 'ready').map(({ target }) => target);
  const found = `${goal} after ${describeDuration(progress.elapsedMs())}`;
  if (standings.length === 1) return { sentence: `${ready[0]} ${found} (${countAttempts(attempts)})`, attempts };
  const sentence =
    needed === standings.length
      ? `all ${standings.length} targets ${found}`
      : `${ready.join(', ')} ${found}: ${needed} of ${standings.length} targets ${needed === 1 ? 'is' : 'are'} enough`;
  progress.ended(sentence, attempts);
  return { sentence, attempts };
}
