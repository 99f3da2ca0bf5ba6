// Pods that are over, or shall be: evicted, past a deadline, refused by their node, and those that will not go.
import type { PodCause } from '../cause.ts';
import { conditionOf } from '../pod-view.ts';
import { timeMs } from '../snapshot.ts';
import { listed, quoted, spell } from '../words.ts';
import { lastWords } from './last-words.ts';

export const nodeNotReady: PodCause = {
  id: 'node-not-ready',
  what: 'The node of the pod does not report, or reports that it is not ready: nothing is started or ended there.',
  cure: 'See to the node; where it is gone for good, delete it, and its pods are made elsewhere.',
  outlook: 'open',
  *find({ pod, snapshot, nowMs }) {
    const node = snapshot.nodes.find(({ metadata }) => metadata.name === pod.spec.nodeName);
    const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready');
    if (node === undefined || ready === undefined || ready.status === 'True') return;
    const sinceMs = timeMs(ready.lastTransitionTime);
    yield {
      verdict: `its node ${node.metadata.name} is not ready${sinceMs === undefined ? '' : ` for ${spell(nowMs - sinceMs)}`}`,
      ...(sinceMs === undefined ? {} : { sinceMs }),
      facts: [['node', `${ready.reason ?? ''} ${quoted(ready.message ?? '')}`.trim()]],
      commands: [`describe node ${node.metadata.name}`],
    };
  },
};

export const finalizer: PodCause = {
  id: 'finalizer',
  what: 'The pod is deleted, and a finalizer keeps it: the controller that set it has not taken it away.',
  cure: 'See why the controller that owns the finalizer does not do its work. Taking the finalizer away by hand skips that work.',
  outlook: 'final',
  *find({ stage, pod, name }) {
    const { finalizers = [], deletionTimestamp } = pod.metadata;
    if (stage !== 'leaving' || finalizers.length === 0) return;
    const sinceMs = timeMs(deletionTimestamp);
    yield {
      verdict: `it is deleted, but ${finalizers.length === 1 ? 'the finalizer' : 'the finalizers'} ${listed(finalizers)} keep${finalizers.length === 1 ? 's' : ''} it`,
      ...(sinceMs === undefined ? {} : { sinceMs }),
      commands: [`get pod ${name} -o yaml`],
    };
  },
};

export const terminating: PodCause = {
  id: 'terminating',
  what: 'The pod is being deleted: its containers are given their time to end.',
  cure: 'Wait for the grace period; a container that does not end by itself is killed after it.',
  outlook: 'passing',
  *find({ stage, pod, nowMs, name }) {
    const endMs = timeMs(pod.metadata.deletionTimestamp);
    if (stage !== 'leaving' || endMs === undefined) return;
    const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1_000;
    const isLate = nowMs > endMs + 30_000;
    yield {
      verdict: isLate
        ? `it is being deleted, and has not gone ${spell(nowMs - endMs)} after its grace period`
        : `it is being deleted${endMs > nowMs ? `, with ${spell(endMs - nowMs)} left to end by itself` : ''}`,
      sinceMs: endMs - graceMs,
      outlook: isLate ? 'open' : 'passing',
      ...(isLate
        ? { cure: 'See whether its node works; the kubelet there must end the containers and unmount volumes.' }
        : {}),
      commands: [`describe pod ${name}`],
    };
  },
};

export const evicted: PodCause = {
  id: 'evicted',
  what: 'The kubelet evicted the pod: a volume or its logs grew over their limit, or the node ran out of memory, disk or process IDs.',
  cure: 'Raise the limit that it names (sizeLimit, ephemeral-storage), write less, or request what the pod needs, so that it is placed where there is room.',
  outlook: 'final',
  *find({ stage, pod, owners }) {
    const { reason, message = '' } = pod.status ?? {};
    if (stage !== 'failed' || reason !== 'Evicted') return;
    const words = quoted(message).replace(/\.+$/, '');
    yield {
      verdict: `it was evicted: ${words.charAt(0).toLowerCase()}${words.slice(1)}`,
      ...endOf(pod),
      facts: [
        [
          'then',
          owners.length === 0
            ? 'nothing makes another: nobody controls this pod'
            : `${owners[0]?.kind} ${owners[0]?.metadata.name} makes another pod in its place`,
        ],
      ],
    };
  },
};

export const podDeadline: PodCause = {
  id: 'pod-deadline',
  what: 'The pod lived longer than its activeDeadlineSeconds, which counts init containers too.',
  cure: 'Raise activeDeadlineSeconds, or see what took so long.',
  outlook: 'final',
  *find({ stage, pod }) {
    if (stage !== 'failed' || pod.status?.reason !== 'DeadlineExceeded') return;
    const seconds = pod.spec.activeDeadlineSeconds;
    yield {
      verdict: `it was ended by its deadline${seconds === undefined ? '' : `, activeDeadlineSeconds ${seconds}`}`,
      ...endOf(pod),
    };
  },
};

export const refusedByNode: PodCause = {
  id: 'refused-by-node',
  what: 'The node refused the pod that it was given, or has shut down under it.',
  cure: 'A controller makes another pod; one that nobody controls must be made anew.',
  outlook: 'final',
  *find({ stage, pod }) {
    const { reason = '', message = '' } = pod.status ?? {};
    if (
      stage !== 'failed' ||
      !/^(OutOf\w+|NodeAffinity|NodePorts|NodeName|UnexpectedAdmissionError|Terminated|NodeShutdown|NodeLost|Preempting|Shutdown)$/.test(
        reason,
      )
    )
      return;
    yield { verdict: `its node ended or refused it: ${reason}, ${quoted(message)}`, ...endOf(pod) };
  },
};

export const podFailed: PodCause = {
  id: 'pod-failed',
  what: 'A container failed and the pod says that it is not started again (restartPolicy Never), so the whole pod has failed.',
  cure: 'Read its last words. A pod that has failed never runs again: delete it, or let its controller make another.',
  outlook: 'final',
  *find(view) {
    const { stage, pod, focus, name } = view;
    const hasFailed = stage === 'failed';
    if (hasFailed && focus.length === 0) {
      yield { verdict: `it has failed: ${quoted(pod.status?.message ?? pod.status?.reason ?? 'no reason is given')}` };
    }
    for (const container of focus) {
      const { end, title, spec, running } = container;
      // the pod's phase follows only once all of its containers have ended
      const isOver =
        hasFailed || (pod.spec.restartPolicy === 'Never' && spec.restartPolicy === undefined && running === undefined);
      if (!isOver || end === undefined || end.exitCode === 0) continue;
      const { said, facts } = lastWords(view, container);
      const sinceMs = timeMs(end.finishedAt);
      yield {
        verdict: hasFailed
          ? `it has failed: ${title} ended with exit code ${end.exitCode}${said}`
          : `${title} ended with exit code ${end.exitCode}, and is not started again (restartPolicy Never)${said}`,
        container: container.name,
        ...(sinceMs === undefined ? {} : { sinceMs }),
        facts,
        commands: [`logs ${name} -c ${container.name}`],
      };
    }
  },
};

function endOf(pod: Parameters<typeof conditionOf>[0]): { sinceMs?: number } {
  const sinceMs = timeMs(conditionOf(pod, 'Ready')?.lastTransitionTime);
  return sinceMs === undefined ? {} : { sinceMs };
}
