// Pods that are never made: the API server refuses them, and only their controller's events say so.
import type { CauseInfo, Fact, WorkloadCause, WorkloadView } from '../cause.ts';
import { eventOf } from '../container-view.ts';
import { firstSeenMs, lastSeenMs, namespaceOf } from '../snapshot.ts';
import { quoted } from '../words.ts';

/** What the controller was told when it last tried to make a pod, unless it has succeeded since. */
function refusal({ events }: WorkloadView): { message: string; sinceMs: number } | undefined {
  const failed = eventOf(events, 'FailedCreate');
  if (failed === undefined) return undefined;
  const made = eventOf(events, 'SuccessfulCreate');
  if (made !== undefined && lastSeenMs(made) > lastSeenMs(failed)) return undefined;
  const all = events.filter(({ reason }) => reason === 'FailedCreate');
  return {
    message: (failed.message ?? '')
      .replace(/^(\(combined from similar events\): )?(Error creating: )?/, '')
      .replace(/^pods? "[^"]*" is forbidden: /, ''),
    sinceMs: Math.min(...all.map(firstSeenMs)),
  };
}

interface Row extends CauseInfo {
  readonly pattern: RegExp;
  tell(match: RegExpExecArray, view: WorkloadView): string;
  facts?(match: RegExpExecArray, view: WorkloadView): Fact[];
  readonly commands?: readonly string[];
}

const rows: readonly Row[] = [
  {
    id: 'refused-pod-security',
    what: 'The namespace enforces a Pod Security level that the pod does not meet, so none is made.',
    cure: 'Give the pod the securityContext that it names, or label the namespace with the level that it needs.',
    outlook: 'final',
    pattern: /violates PodSecurity "([^"]+)": (.*)$/s,
    tell: ([, level = '']) =>
      `its pods are refused: they violate the Pod Security level ${level.replace(/:latest$/, '')} of the namespace`,
    facts: ([, , why = '']) => why.split(/(?<=\)), /).map((part): Fact => ['violates', quoted(part)]),
  },
  {
    id: 'refused-quota',
    what: 'A ResourceQuota of the namespace is used up, or demands requests and limits that the pod does not name, so none is made.',
    cure: 'Free some of it, raise the quota, or name requests and limits for every container, init containers too.',
    outlook: 'open',
    pattern: /(exceeded|failed) quota: ([^,: ]+)[,:] (.*)$/s,
    tell: ([, how, name, why = '']) =>
      how === 'exceeded'
        ? `its pods are refused: quota ${name} is used up (${quoted(why)})`
        : `its pods are refused: quota ${name} demands what they do not name: ${quoted(why)}`,
    facts: ([, , name], { snapshot, namespace }) => {
      const quota = snapshot.quotas.find((each) => each.metadata.name === name && namespaceOf(each) === namespace);
      return Object.entries(quota?.status?.hard ?? {}).map(([resource, hard]) => [
        'quota',
        `${resource}: ${quota?.status?.used?.[resource] ?? '0'} of ${hard} used`,
      ]);
    },
    commands: ['describe resourcequota'],
  },
  {
    id: 'refused-limit-range',
    what: 'A LimitRange of the namespace allows a container or pod no such requests or limits, so none is made.',
    cure: 'Request what the LimitRange allows, or change it.',
    outlook: 'final',
    pattern: /((?:maximum|minimum) \S+ usage per \w+ is .*|\S+ max limit to request ratio per .*)$/s,
    tell: ([, why = '']) => `its pods are refused by a LimitRange: ${quoted(why).replace(/\.$/, '')}`,
    commands: ['describe limitrange'],
  },
  {
    id: 'service-account-absent',
    what: "The pod's ServiceAccount does not exist, so no pod is made.",
    cure: 'Create the ServiceAccount, or correct serviceAccountName.',
    outlook: 'open',
    pattern: /serviceaccount "([^"]+)" not found/,
    tell: ([, name], { namespace }) =>
      `its pods are refused: there is no ServiceAccount ${name} in namespace ${namespace}`,
    commands: ['get serviceaccounts'],
  },
  {
    id: 'priority-class-absent',
    what: "The pod's PriorityClass does not exist, so no pod is made.",
    cure: 'Create the PriorityClass, or correct priorityClassName.',
    outlook: 'open',
    pattern: /no PriorityClass with name (\S+) was found/,
    tell: ([, name]) => `its pods are refused: there is no PriorityClass ${name}`,
    commands: ['get priorityclasses'],
  },
  {
    id: 'refused-webhook-down',
    what: 'A webhook that must be asked before a pod is made does not answer, so none is made.',
    cure: 'See to the pods behind that webhook; while it is down, nothing that it guards can be made.',
    outlook: 'open',
    pattern: /failed calling webhook "([^"]+)": (.*)$/s,
    tell: ([, name, why = '']) => `its pods cannot be made: the webhook ${name} does not answer: ${quoted(why)}`,
    commands: ['get validatingwebhookconfigurations,mutatingwebhookconfigurations'],
  },
  {
    id: 'refused-by-policy',
    what: 'A webhook or an admission policy of the cluster refuses the pod.',
    cure: 'Do as it says, or ask those who run the policy.',
    outlook: 'final',
    pattern:
      /(admission webhook "[^"]+" denied the request|ValidatingAdmissionPolicy '[^']+' .*?denied request): (.*)$/s,
    tell: ([, who = '', why = '']) =>
      `its pods are refused by ${who.replace(/ denied.*$| with binding.*$/s, '')}: ${quoted(why)}`,
  },
  {
    id: 'refused',
    what: 'The API server refuses the pod, for another reason than those above.',
    cure: 'Read what it says; the pod template is the place to mend it.',
    outlook: 'open',
    pattern: /^(.*)$/s,
    tell: ([, why = '']) => `its pods are refused: ${quoted(why)}`,
  },
];

export const refusalCauses: readonly WorkloadCause[] = rows.map(({ pattern, tell, facts, commands = [], ...info }) => ({
  ...info,
  *find(view) {
    const refused = refusal(view);
    const match = refused === undefined ? null : pattern.exec(refused.message);
    if (refused === undefined || match === null) return;
    yield {
      verdict: tell(match, view),
      sinceMs: refused.sinceMs,
      next: 'its controller tries again by itself, less and less often',
      facts: facts?.(match, view) ?? [],
      commands,
    };
  },
}));
