// Pods that no node has taken yet: what the scheduler says, taken apart.
import type { Fact, PodCause } from '../cause.ts';
import { bornMs, conditionOf, type PodView } from '../pod-view.ts';
import { timeMs } from '../snapshot.ts';
import { counted, listed, quoted, spell } from '../words.ts';

export const schedulingGate: PodCause = {
  id: 'scheduling-gate',
  what: 'The pod has schedulingGates: the scheduler leaves it alone until their controllers take them away.',
  cure: 'See why the controller that owns the gate does not lift it (a queue, such as Kueue, holds pods so).',
  outlook: 'open',
  *find(view) {
    const gates = view.pod.spec.schedulingGates ?? [];
    if (view.stage !== 'unscheduled' || gates.length === 0) return;
    yield {
      verdict: `it is not scheduled yet: ${gates.length === 1 ? 'the gate' : 'the gates'} ${listed(gates.map(({ name }) => name))} must be lifted first`,
      sinceMs: bornMs(view),
    };
  },
};

export const noScheduler: PodCause = {
  id: 'no-scheduler',
  what: "No scheduler has looked at the pod: the one that schedulerName names does not run, or the cluster's own is down.",
  cure: 'Correct spec.schedulerName, or see to the scheduler.',
  outlook: 'open',
  *find(view) {
    const { pod, stage, nowMs } = view;
    const condition = conditionOf(pod, 'PodScheduled');
    if (stage !== 'unscheduled' || condition !== undefined || nowMs - bornMs(view) < 5_000) return;
    const { schedulerName = 'default-scheduler' } = pod.spec;
    yield {
      verdict: `no scheduler has looked at it: it asks for ${schedulerName}, which does nothing`,
      sinceMs: bornMs(view),
      commands: schedulerName === 'default-scheduler' ? ['get pods -A -l component=kube-scheduler'] : [],
    };
  },
};

interface Reason {
  readonly count: number;
  readonly text: string;
}

/**
 * The reasons in a scheduler's message: `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint
 * {key: value}. preemption: …`.
 */
export function schedulerReasons(message: string): Reason[] {
  const [, body = ''] = /nodes are available: (.*?)(?:\. (?:preemption|no new claims)|\.?$)/s.exec(message) ?? [];
  return body
    .split(/, (?=\d+ )/)
    .map((part) => /^(?:(\d+) )?(.*?)\.?$/s.exec(part) ?? [])
    .flatMap(([, count, text = '']) =>
      text === '' ? [] : [{ count: Number(count ?? 0), text: text.replace('node(s) ', '') }],
    );
}

const unscheduled = (view: PodView): string | undefined => {
  const condition = conditionOf(view.pod, 'PodScheduled');
  return view.stage === 'unscheduled' && condition?.status === 'False' ? (condition.message ?? '') : undefined;
};

interface Kind {
  readonly id: string;
  readonly what: string;
  readonly cure: string;
  readonly pattern: RegExp;
  /** @param share `no node`, or `2 of 3 nodes` */
  verdict(view: PodView, reasons: readonly Reason[]): string;
  facts?(view: PodView): Fact[];
}

const asked = (view: PodView, resource: string): string => {
  const amounts = view.pod.spec.containers.flatMap(({ resources }) => resources?.requests?.[resource] ?? []);
  return amounts.length === 0 ? '' : ` (it requests ${amounts.join(' + ')})`;
};

const kinds: readonly Kind[] = [
  {
    id: 'no-room',
    what: 'No node has as much free cpu, memory or other resource as the pod requests.',
    cure: 'Request less, add nodes, or end something: a request counts whether it is used or not.',
    pattern: /^(Insufficient |Too many pods)/,
    verdict: (view, reasons) => {
      const short = [...new Set(reasons.map(({ text }) => text.replace('Insufficient ', '')))];
      return `no node has room for it: too little ${listed(short.map((name) => `${name === 'Too many pods' ? 'room for more pods' : name}${asked(view, name)}`))}`;
    },
    facts: ({ snapshot }) =>
      snapshot.nodes.slice(0, 5).map(({ metadata, status }) => {
        const { cpu = '?', memory = '?', pods = '?' } = status?.allocatable ?? {};
        return ['node', `${metadata.name} can give cpu ${cpu}, memory ${memory}, ${pods} pods in all`];
      }),
  },
  {
    id: 'node-selector',
    what: 'No node has the labels that nodeSelector or the node affinity asks for.',
    cure: 'Correct the nodeSelector or affinity, or label a node.',
    pattern: /(?<!volume )node affinity|node selector/,
    verdict: ({ pod }) => {
      const labels = Object.entries(pod.spec.nodeSelector ?? {}).map(([key, value]) => `${key}=${value}`);
      return labels.length === 0
        ? 'no node matches its node affinity'
        : `no node has the ${labels.length === 1 ? 'label' : 'labels'} ${listed(labels)} that its nodeSelector asks for`;
    },
  },
  {
    id: 'taint',
    what: 'Nodes have a taint that the pod does not tolerate.',
    cure: 'Give the pod a toleration, or take the taint off a node.',
    pattern: /taint/,
    verdict: (_, reasons) => {
      const taints = reasons.map(
        ({ text }) => /\{([^}]*)\}/.exec(text)?.[1]?.replace(/: $/, '').replace(': ', '=') ?? '',
      );
      return `it does not tolerate ${listed([...new Set(taints)].map((taint) => (taint === '' ? 'the taint of a node' : `the taint ${taint}`)))}`;
    },
  },
  {
    id: 'pod-affinity',
    what: "The pod's affinity, anti-affinity or topology spread leaves no node for it.",
    cure: 'Start what it wants to stand beside, add nodes, or make the rule a preference.',
    pattern: /pod affinity|anti-affinity|topology spread/,
    verdict: (_, reasons) => {
      if (reasons.some(({ text }) => text.includes('anti-affinity')))
        return 'its anti-affinity (or that of a pod there) rules out every node';
      if (reasons.some(({ text }) => text.includes('topology')))
        return 'its topology spread constraints rule out every node';
      return 'its pod affinity asks for a node with pods that are nowhere';
    },
  },
  {
    id: 'host-port',
    what: 'The host port that the pod asks for is taken on every node.',
    cure: 'Do without hostPort (a Service needs none), or choose another one.',
    pattern: /free ports/,
    verdict: ({ pod }) => {
      const ports = pod.spec.containers.flatMap(
        (container) => (container as { ports?: { hostPort?: number }[] }).ports ?? [],
      );
      return `its host port ${listed(ports.flatMap(({ hostPort }) => (hostPort === undefined ? [] : [String(hostPort)])))} is taken on every node that could run it`;
    },
  },
  {
    id: 'volume-elsewhere',
    what: 'The volume of the pod is bound to a node or zone in which the pod cannot run.',
    cure: 'Let the pod run where its volume is, or make the volume anew with volumeBindingMode: WaitForFirstConsumer.',
    pattern: /volume node affinity|no available volume zone|max volume count/,
    verdict: (_, reasons) =>
      `no node that could run it can reach its volume (${reasons[0]?.text.replace(/^had /, '')})`,
  },
];

function becauseOf({ id, what, cure, pattern, verdict, facts }: Kind): PodCause {
  return {
    id,
    what,
    cure,
    outlook: 'open',
    *find(view) {
      const message = unscheduled(view);
      if (message === undefined || /PersistentVolumeClaim|persistentvolumeclaim/.test(message)) return;
      const reasons = schedulerReasons(message);
      const own = reasons.filter(({ text }) => pattern.test(text));
      const most = Math.max(...reasons.map(({ count }) => count));
      // the reason of most nodes is the one to know; all are in the facts
      const first = reasons.find(({ count }) => count === most);
      if (own.length === 0 || first === undefined || !pattern.test(first.text)) return;
      yield { verdict: verdict(view, own), ...schedulerFacts(view, reasons, facts?.(view) ?? []) };
    },
  };
}

function schedulerFacts(view: PodView, reasons: readonly Reason[], facts: readonly Fact[]) {
  return {
    sinceMs: timeMs(conditionOf(view.pod, 'PodScheduled')?.lastTransitionTime) ?? bornMs(view),
    next: 'the scheduler tries again when a node or pod changes, and every 5m',
    facts: [
      ...reasons.map(
        ({ count, text }): Fact => ['scheduler', count === 0 ? text : `${counted(count, 'node')}: ${text}`],
      ),
      ...facts,
    ],
    commands: ['get nodes --show-labels', `describe pod ${view.name}`],
  };
}

export const byReason: readonly PodCause[] = kinds.map(becauseOf);

export const unschedulable: PodCause = {
  id: 'unschedulable',
  what: 'The scheduler finds no node for the pod, for another reason than those above.',
  cure: 'Read what the scheduler says; it tries again by itself.',
  outlook: 'open',
  *find(view) {
    const message = unscheduled(view);
    if (message === undefined) return;
    const reasons = schedulerReasons(message);
    yield {
      verdict: `no node can take it: ${quoted(reasons.map(({ text }) => text).join('; ') || message || 'the scheduler gives no reason')}`,
      ...schedulerFacts(view, reasons, []),
    };
  },
};

export const notScheduledYet: PodCause = {
  id: 'scheduling',
  what: 'The pod is new, and the scheduler has not come to it yet.',
  cure: 'Wait a moment.',
  outlook: 'passing',
  *find(view) {
    if (view.stage !== 'unscheduled') return;
    yield { verdict: `it is waiting for a node, for ${spell(view.nowMs - bornMs(view))}`, sinceMs: bornMs(view) };
  },
};
