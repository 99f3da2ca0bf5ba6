// Follows what was asked about until it has started: tells each change of the answer, and draws at last how long each
// part of the start took.
import { setTimeout as pause } from 'node:timers/promises';
import { ask, type Reply } from './ask.ts';
import { type Attempts, drawCourse, noteAttempts } from './course.ts';
import { type Cluster, Unreachable } from './kube/cluster.ts';
import { listPath } from './kube/kinds.ts';
import type { Pod } from './kube/objects.ts';
import type { Question } from './question.ts';
import { stateOf } from './report/json.ts';
import { answerText, subjectText, type TextSettings } from './report/text.ts';

export interface WatchOptions {
  say(text: string): void;
  settings(reply: Reply): TextSettings;
  /** Only the end counts: nothing is told meanwhile, and nothing drawn. */
  readonly isJson: boolean;
  /** End as soon as nothing but a change can help. */
  readonly failFast: boolean;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  /** The lists are read again when a pod has changed, not more often than `soonestMs`, and at least every `latestMs`. */
  readonly pace?: { readonly soonestMs: number; readonly latestMs: number };
}

const usualPace = { soonestMs: 1_000, latestMs: 5_000 };
/** Before a watch that has ended is opened again. */
const reopenMs = 1_000;
const mostPictures = 5;
/** How long a cluster that has answered before may be silent. */
const patienceMs = 120_000;

export async function watchUntilStarted(
  cluster: Cluster,
  question: Question,
  options: WatchOptions,
): Promise<{ started: boolean; reply: Reply }> {
  const { signal, timeoutMs, failFast, isJson, pace = usualPace } = options;
  const { soonestMs, latestMs } = pace;
  const startMs = performance.now();
  const stop = new AbortController();
  const over = AbortSignal.any([signal, stop.signal]);
  const pods = followPods(cluster, question.namespace, over);
  const told = new Map<string, string>();
  // at the start nothing is known, so the first silence ends it
  let answeredMs = Number.NEGATIVE_INFINITY;
  const isLate = () => timeoutMs !== undefined && performance.now() - startMs >= timeoutMs;
  try {
    for (;;) {
      pods.changed = false;
      const reply = await ask(cluster, question).catch((error: unknown) => {
        // a server that restarts is no end of what it runs
        if (!(error instanceof Unreachable) || performance.now() - answeredMs > patienceMs || isLate()) throw error;
        return undefined;
      });
      if (reply === undefined) {
        await pause(latestMs, undefined, { signal: over });
        continue;
      }
      answeredMs = performance.now();
      // the lists may show what the watch has missed
      for (const view of reply.views) pods.note(view.pod);
      const state = stateOf(reply.answers);
      // an answer about nothing is none: pods may yet come
      const started = state === 'well' && (reply.answers.length > 0 || reply.looked.pods > 0);
      if (!isJson) tellChanges(reply, told, options);
      if (started) {
        if (!isJson) options.say(pictures(reply, pods.attempts, options.settings(reply)));
        return { started, reply };
      }
      const isHopeless = failFast && reply.answers.some(({ forGood }) => forGood);
      if (isHopeless || isLate()) {
        if (!isJson)
          options.say(
            isHopeless ? '\nended: this will not start without a change\n' : '\nended: --timeout has passed\n',
          );
        return { started, reply };
      }
      const restMs = timeoutMs === undefined ? latestMs : Math.max(0, timeoutMs - (performance.now() - startMs));
      await pause(Math.min(soonestMs, restMs), undefined, { signal: over });
      await pods.change(Math.min(latestMs - soonestMs, restMs));
    }
  } finally {
    stop.abort();
  }
}

function tellChanges(reply: Reply, told: Map<string, string>, { say, settings }: WatchOptions): void {
  for (const answer of reply.answers) {
    const subject = `${answer.namespace} ${subjectText(answer, false)}`;
    // what counts up is no change
    const essence = answer.state + answer.found.map(({ cause, finding }) => `${cause.id} ${finding.container}`).join();
    if (told.get(subject) === essence) continue;
    const isFirst = told.size === 0;
    told.set(subject, essence);
    say(`${isFirst ? '' : '\n'}${answerText(answer, settings(reply))}`);
  }
}

function pictures({ views, snapshot }: Reply, attempts: ReadonlyMap<string, Attempts>, settings: TextSettings): string {
  const shown = views.filter(({ stage }) => stage === 'well').slice(0, mostPictures);
  return shown
    .map((view) => {
      const title = settings.style.paint('bold', `how pod/${view.name} started`);
      const own = attempts.get(view.pod.metadata.uid ?? '') ?? new Map();
      return `\n${title}\n${drawCourse({ ...view, nowMs: snapshot.nowMs }, own, settings.style)}`;
    })
    .join('');
}

interface FollowedPods {
  /** By the pod's uid. */
  readonly attempts: Map<string, Attempts>;
  /** Since it was set to false. */
  changed: boolean;
  note(pod: Pod): void;
  /** Resolves at the next change, or after so long. */
  change(withinMs: number): Promise<void>;
}

function followPods(cluster: Cluster, namespace: string | undefined, signal: AbortSignal): FollowedPods {
  let wake = () => {};
  const followed: FollowedPods = {
    attempts: new Map(),
    changed: false,
    note(pod) {
      const uid = pod.metadata.uid ?? '';
      const own: Attempts = followed.attempts.get(uid) ?? new Map();
      noteAttempts(own, pod);
      followed.attempts.set(uid, own);
    },
    async change(withinMs) {
      if (followed.changed || signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, withinMs);
      wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      clearTimeout(timer);
    },
  };
  const onLine = (line: string) => {
    const { type, object } = JSON.parse(line) as { type: string; object: Pod };
    if (type === 'ERROR' || type === 'BOOKMARK') return;
    followed.note(object);
    followed.changed = true;
    wake();
  };
  const path = `${listPath('/api/v1', 'pods', namespace)}?watch=true`;
  void (async () => {
    while (!signal.aborted) {
      // without it the lists are still read every few seconds
      await cluster.watch(path, onLine, signal).catch((error: unknown) => {
        if (!(error instanceof Unreachable)) throw error;
      });
      await pause(reopenMs, undefined, { signal }).catch(() => {});
    }
  })();
  return followed;
}
