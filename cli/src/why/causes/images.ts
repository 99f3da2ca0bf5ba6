// Images that do not come: a name that is none, a registry that has not, will not, or does not answer.
import { nextPull } from '../back-off.ts';
import type { CauseInfo, Finding, PodCause } from '../cause.ts';
import { type ContainerView, eventOf } from '../container-view.ts';
import { bornMs, type PodView } from '../pod-view.ts';
import { firstSeenMs, lastSeenMs } from '../snapshot.ts';
import { quoted } from '../words.ts';

/** The last failure of a pull in the kubelet's words: back-off hides it from the status of older kubelets. */
function pullFailure({ waiting, events }: ContainerView): string | undefined {
  if (
    waiting === undefined ||
    !/^(ErrImagePull|ImagePullBackOff|RegistryUnavailable|SignatureValidationFailed)$/.test(waiting.reason)
  ) {
    return undefined;
  }
  const event = eventOf(events, 'Failed', /^Failed to pull image/);
  return /^Back-off pulling image "[^"]*"$/.test(waiting.message) ? (event?.message ?? '') : waiting.message;
}

function findingOf(view: PodView, container: ContainerView, verdict: string, words: string): Finding {
  const failed = eventOf(container.events, 'Failed', /^Failed to pull image|^Error: /);
  const pulling = eventOf(container.events, 'Pulling');
  const more = pulling?.count ?? 1;
  return {
    verdict,
    container: container.name,
    sinceMs: failed === undefined ? bornMs(view) : firstSeenMs(failed),
    ...(pulling === undefined ? {} : { next: nextPull(more, lastSeenMs(failed ?? pulling), view.nowMs) }),
    facts: words === '' ? [] : [['kubelet', quoted(reasonIn(words))]],
    commands: [`describe pod ${view.name}`],
  };
}

/** The kubelet says the image's name three times before it says what is wrong. */
const reasonIn = (words: string): string =>
  words.replace(/^.*(?:failed to resolve (?:image|reference(?: "[^"]*")?)|failed to do request): /s, '');

type Row = CauseInfo & {
  readonly pattern: RegExp;
  tell(container: ContainerView, words: string): string;
};

const rows: readonly Row[] = [
  {
    id: 'image-denied',
    what: 'The registry does not let the node have the image: no credentials, wrong ones, or a private repository that is misspelt.',
    cure: 'Correct the name, or give the pod (or its ServiceAccount) an imagePullSecret for that registry, in its own namespace.',
    outlook: 'open',
    pattern: /unauthorized|denied|authorization failed|forbidden|\b40[13]\b/i,
    tell: ({ title, spec }) => `${title} has no image: the registry does not give ${spec.image} to this node`,
  },
  {
    id: 'image-rate-limited',
    what: 'The registry refuses further pulls for a while.',
    cure: 'Wait, pull with an account (imagePullSecrets), or from a mirror.',
    outlook: 'open',
    pattern: /toomanyrequests|too many requests|rate limit|\b429\b/i,
    tell: ({ title, spec }) => `${title} has no image: the registry of ${spec.image} refuses so many pulls`,
  },
  {
    id: 'image-absent',
    what: 'The registry has no such image, or no such tag of it.',
    cure: 'Correct the name or tag, or push the image.',
    outlook: 'final',
    pattern: /not found|manifest unknown|name unknown|does not exist|no such image/i,
    tell: ({ title, spec }) => `${title} has no image: its registry does not have ${spec.image}`,
  },
  {
    id: 'registry-unreachable',
    what: 'The node cannot reach the registry: its name does not resolve, nothing answers, or TLS fails.',
    cure: "Is the registry's name right? If so: can the node reach it (DNS, firewall, proxy, certificates of containerd)?",
    outlook: 'open',
    pattern:
      /no such host|dial tcp|i\/o timeout|connection refused|connection reset|x509|tls|deadline exceeded|server gave HTTP|EOF|\b50\d\b|lookup /i,
    tell: ({ title, spec }, words) => {
      const why = /no such host/.test(words)
        ? 'its name does not resolve'
        : /refused/.test(words)
          ? 'nothing answers there'
          : /x509|tls|server gave HTTP/i.test(words)
            ? 'TLS fails'
            : 'it does not answer as it should';
      return `${title} has no image: the node cannot reach the registry of ${spec.image}: ${why}`;
    },
  },
  {
    id: 'image-pull-fails',
    what: 'The image cannot be pulled, for another reason than those above.',
    cure: 'Read what the kubelet says; it tries again by itself.',
    outlook: 'open',
    pattern: /(?:)/,
    tell: ({ title, spec }) => `${title} has no image: pulling ${spec.image} fails`,
  },
];

const byWords: readonly PodCause[] = rows.map(({ pattern, tell, ...info }) => ({
  ...info,
  *find(view) {
    for (const container of view.focus) {
      const words = pullFailure(container);
      if (words === undefined || !pattern.test(words)) continue;
      yield findingOf(view, container, tell(container, words), words);
    }
  },
}));

const pullSecretAbsent: PodCause = {
  id: 'pull-secret-absent',
  what: 'The pull fails, and a Secret in imagePullSecrets of the pod (or of its ServiceAccount) does not exist.',
  cure: "Create the Secret in the pod's own namespace (kubectl create secret docker-registry), or correct its name.",
  outlook: 'open',
  *find(view) {
    const event = eventOf(view.events, 'FailedToRetrieveImagePullSecret');
    const [, names] = /secrets \(([^)]*)\)/.exec(event?.message ?? '') ?? [];
    if (names === undefined) return;
    for (const container of view.focus) {
      const words = pullFailure(container);
      if (words === undefined || /no such host|connection refused/.test(words)) continue;
      yield findingOf(
        view,
        container,
        `${container.title} has no image ${container.spec.image}, and its imagePullSecret ${names} does not exist in namespace ${view.namespace}`,
        words,
      );
    }
  },
};

const nameInvalid: PodCause = {
  id: 'image-name-invalid',
  what: "The image's name is not one: capitals in the repository, spaces, a scheme such as https://.",
  cure: 'Correct the name: registry.example.org/team/app:1.2.3.',
  outlook: 'final',
  *find(view) {
    for (const container of view.focus) {
      const { waiting, title, spec } = container;
      if (waiting?.reason !== 'InvalidImageName') continue;
      const [, why] = /invalid reference format: (.*)$/s.exec(waiting.message) ?? [];
      yield {
        ...findingOf(
          view,
          container,
          `${title} has no image: "${spec.image}" is not the name of one`,
          why ?? waiting.message,
        ),
        commands: [],
      };
    }
  },
};

const neverPulled: PodCause = {
  id: 'image-never-pulled',
  what: 'imagePullPolicy is Never, and the node does not have the image.',
  cure: 'Load the image onto the node (kind load, ctr images import), or let it be pulled: imagePullPolicy IfNotPresent.',
  outlook: 'final',
  *find(view) {
    for (const container of view.focus) {
      if (container.waiting?.reason !== 'ErrImageNeverPull') continue;
      const { title, spec } = container;
      const verdict = `${title} has no image: this node does not have ${spec.image}, and imagePullPolicy is Never`;
      yield { ...findingOf(view, container, verdict, ''), commands: ['get nodes -o wide'] };
    }
  },
};

export const imageCauses: readonly PodCause[] = [nameInvalid, neverPulled, pullSecretAbsent, ...byWords];
