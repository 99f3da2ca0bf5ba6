// The sentences that text and pictures share. Pure.
import { describeDuration, exitCodes, formatDuration } from '../../../helper/src/contract/index.ts';
import { formatQuantity } from '../manifest/quantity.ts';
import { afterFailedPod } from '../rehearse/kubelet/job-rules.ts';
import type { ContainerRole } from '../rehearse/kubelet/restart-rules.ts';
import type { HandOver } from './hand-overs.ts';
import type { Part } from './parts.ts';
import type { EffectiveRequest } from './resources.ts';
import type { Story } from './story.ts';

export function roleSentence({ container }: Part): string {
  const { rules, startupProbe, image } = container;
  if (rules.role === 'app') return `the app (image ${image})`;
  const until = startupProbe === undefined ? 'it runs' : 'its startup probe has passed';
  return `native sidecar (image ${image}): the next one starts once ${until}; it ends after the app`;
}

/** What is wrong with a file that is fetched; undefined where somebody gets it. */
export function handOverFault({ volume, to }: HandOver): string | undefined {
  if (volume === undefined) return 'lies in no volume: nobody else will see it, and the helper may not write there';
  return to.length === 0
    ? `lies in volume ${volume}, which no later container mounts there: nobody will see it`
    : undefined;
}

export function bestSentence({ times, parts }: Story): string {
  const before = parts.filter(({ container }) => container.rules.role !== 'app').length;
  if (before === 0) return 'at once: nothing comes before the app';
  const each = before === 1 ? 'the container' : `each of the ${before} containers`;
  const unknown = times.worstMs === undefined ? ', beside what the others do' : '';
  return `about ${describeDuration(times.bestMs)}: all is ready at once, and the kubelet takes up to a second for ${each} before the app${unknown}`;
}

export function worstSentences({ times, workload, parts }: Story): string[] {
  const inits = parts.filter(({ container }) => container.rules.role === 'init');
  if (inits.length === 0) return ['the same'];
  const unknown = inits.filter((part) => part.unknown !== undefined).map(({ container }) => container.name);
  const sentences: string[] = [];
  if (times.worstMs !== undefined) {
    sentences.push(`${formatDuration(times.worstMs)}, if nothing fails but all deadlines are used up to the end`);
  } else sentences.push(`nobody knows: ${unknown.join(', ')} may take any time`);
  if (times.ofContainer === undefined) return sentences;
  const [, ...again] = times.startsMs;
  if (again.length === 0) {
    sentences.push(
      `if ${times.ofContainer} does not succeed, the pod is Failed, and ${afterFailure(workload, times.ofContainer)}`,
    );
    return sentences;
  }
  const moments = again.map((ms) => formatDuration(Math.round(ms / 1_000) * 1_000)).join(', ');
  const end =
    workload.job === undefined
      ? 'without end'
      : `until the Job's backoffLimit of ${workload.job.backoffLimit} is reached`;
  sentences.push(`if ${times.ofContainer} never succeeds, the kubelet starts it again after ${moments} …, ${end}`);
  return sentences;
}

function afterFailure({ job }: Story['workload'], container: string): string {
  if (job === undefined) return 'nothing is tried again';
  const next = afterFailedPod(job, 0, [{ container, exitCode: exitCodes.deadline.code }]);
  if (next.kind === 'job-failed') return `the Job has failed (${next.reason})`;
  return `the Job makes another one after 10s, 20s, 40s …, up to its backoffLimit of ${job.backoffLimit}`;
}

export function requestSentence({ resource, whileRunning, raisedBy }: EffectiveRequest, story: Story): string {
  if (story.resources.podLevel) return "the pod's own resources say so";
  if (raisedBy === undefined) {
    const has = (role: ContainerRole) => story.parts.some(({ container }) => container.rules.role === role);
    const needs = has('sidecar') ? 'what the app and its sidecars need' : 'what the app needs';
    return has('init') ? `${needs}; the init containers are free` : needs;
  }
  return `${raisedBy} raises it from ${formatQuantity(resource, whileRunning)}, for the whole life of the pod`;
}
