// What the helper itself says: arguments that are faulty, a step that has failed for good.
import { nextStart } from '../back-off.ts';
import type { Finding, PodCause } from '../cause.ts';
import { type ContainerView, helperEnd } from '../container-view.ts';
import { bornMs, type PodView } from '../pod-view.ts';
import { quoted } from '../words.ts';

function* helperFailures(
  view: PodView,
  isOne: (facts: { code?: string; retryable?: boolean }) => boolean,
  tell: (container: ContainerView, sentence: string, step: string) => string,
): Iterable<Finding> {
  for (const container of view.focus) {
    const end = helperEnd(container);
    if (!container.isFailing || end === undefined || !isOne(end.facts)) continue;
    const next = nextStart(container, view.nowMs);
    const { step, target, attempts } = end.facts;
    yield {
      verdict: tell(container, quoted(end.sentence), step === undefined ? '' : ` in step ${step}`),
      container: container.name,
      sinceMs: bornMs(view),
      ...(next === undefined ? {} : { next }),
      facts:
        target === undefined ? [] : [['target', `${target}${attempts === undefined ? '' : `, ${attempts} attempts`}`]],
      commands: [`logs ${view.name} -c ${container.name}`],
    };
  }
}

export const helperUsage: PodCause = {
  id: 'helper-usage',
  what: 'An argument, a variable or the plan of the helper is faulty (its exit code 2); nothing was started.',
  cure: 'Correct what it names; greenroom lint finds such faults in the manifest.',
  outlook: 'final',
  find: (view) =>
    helperFailures(
      view,
      ({ code }) => code === 'USAGE',
      ({ title }, sentence) => `the arguments of ${title} are faulty: ${sentence}`,
    ),
};

export const helperFailed: PodCause = {
  id: 'helper-step-failed',
  what: 'A step of the helper failed for good (its exit code 3): trying again will not help.',
  cure: 'Read its sentence: helper/hints.md says what the usual reasons are.',
  outlook: 'final',
  find: (view) =>
    helperFailures(
      view,
      ({ retryable }) => retryable === false,
      ({ title }, sentence, step) => `${title} has failed for good${step}: ${sentence}`,
    ),
};
