// Pods whose volumes are not there: claims that are not bound, and volumes that cannot be mounted.
import type { Finding, PodCause } from '../cause.ts';
import { eventOf } from '../container-view.ts';
import type { Claim } from '../kube/objects.ts';
import { bornMs, type PodView } from '../pod-view.ts';
import { eventsOf, firstSeenMs, namespaceOf, timeMs } from '../snapshot.ts';
import { quoted } from '../words.ts';
import { absentObject } from './configuration.ts';

/** The claims of a pod that holds itself up by them: its names, with the claims that are there. */
function claimsOf({ pod, namespace, snapshot, stage }: PodView): { name: string; claim: Claim | undefined }[] {
  if (stage !== 'unscheduled' && stage !== 'preparing') return [];
  if (snapshot.denied.has('claims')) return [];
  const names = (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  return names.map((name) => ({
    name,
    claim: snapshot.claims.find((each) => each.metadata.name === name && namespaceOf(each) === namespace),
  }));
}

export const claimAbsent: PodCause = {
  id: 'claim-absent',
  what: 'The PersistentVolumeClaim that the pod mounts does not exist.',
  cure: 'Create the claim, or correct its name in the pod.',
  outlook: 'open',
  *find(view) {
    for (const { name, claim } of claimsOf(view)) {
      if (claim !== undefined) continue;
      yield {
        verdict: `its PersistentVolumeClaim ${name} does not exist`,
        sinceMs: bornMs(view),
        commands: ['get persistentvolumeclaims'],
      };
    }
  },
};

export const claimUnbound: PodCause = {
  id: 'claim-unbound',
  what: 'The PersistentVolumeClaim that the pod mounts has no volume: its StorageClass does not exist, none is set, or what provisions the volume fails.',
  cure: "A claim's class cannot be changed: delete it and make it anew with one that exists (kubectl get storageclass).",
  outlook: 'open',
  *find(view) {
    for (const { name, claim } of claimsOf(view)) {
      if (claim?.status?.phase === undefined || claim.status.phase === 'Bound') continue;
      const events = eventsOf(view.snapshot, { ...claim, kind: 'PersistentVolumeClaim' }, view.namespace);
      const last = events.find(({ reason }) => reason !== 'WaitForPodScheduled');
      const finding = (verdict: string, more: Partial<Finding> = {}): Finding => ({
        verdict,
        sinceMs: timeMs(claim.metadata.creationTimestamp) ?? bornMs(view),
        ...(last?.message === undefined ? {} : { facts: [['claim', quoted(last.message)]] }),
        commands: ['get storageclass', `describe persistentvolumeclaim ${name}`],
        ...more,
      });
      const { storageClassName: storageClass } = claim.spec ?? {};
      if (/storageclass\S* "?\S+"? not found/.test(last?.message ?? '')) {
        yield finding(`its claim ${name} asks for the StorageClass ${storageClass}, which does not exist`, {
          outlook: 'final',
        });
      } else if (last?.reason === 'WaitForFirstConsumer') {
        // the pod must be scheduled first: another cause says why it is not
      } else if (storageClass === '' || storageClass === undefined) {
        yield finding(`its claim ${name} is not bound: it names no StorageClass, and no volume fits it`);
      } else if (claim.status.phase === 'Lost') {
        yield finding(`the volume of its claim ${name} is gone`, { outlook: 'final' });
      } else yield finding(`its claim ${name} is not bound yet: StorageClass ${storageClass} has made no volume`);
    }
  },
};

const isPreparing = ({ stage }: PodView): boolean => stage === 'preparing';

export const volumeBusy: PodCause = {
  id: 'volume-busy',
  what: 'The volume is attached to another node, and may be to one only (ReadWriteOnce).',
  cure: 'Let the pod that holds it end (a Deployment with such a volume needs strategy Recreate), or use ReadWriteMany.',
  outlook: 'open',
  *find(view) {
    const event = eventOf(view.events, 'FailedAttachVolume', /Multi-Attach/);
    if (!isPreparing(view) || event === undefined) return;
    yield {
      verdict: 'its volume is still attached to another node',
      sinceMs: firstSeenMs(event),
      facts: [['attach', quoted(event.message ?? '')]],
      commands: ['get volumeattachments'],
    };
  },
};

export const volumeFails: PodCause = {
  id: 'volume-fails',
  what: 'A volume cannot be attached or mounted, for another reason than those above.',
  cure: 'Read what the kubelet says; the driver of the volume (its pods in kube-system, the node) is the place to look.',
  outlook: 'open',
  *find(view) {
    if (!isPreparing(view)) return;
    const event = eventOf(view.events, /^(FailedMount|FailedAttachVolume|FailedMapVolume)$/);
    if (event === undefined || absentObject(event.message ?? '') !== undefined) return;
    const [, volume, why] = /volume "([^"]+)"\s*:\s*(.*)$/s.exec(event.message ?? '') ?? [];
    yield {
      verdict: `its volume ${volume ?? ''} cannot be mounted: ${quoted(why ?? event.message ?? '')}`.replace('  ', ' '),
      sinceMs: firstSeenMs(event),
      next: 'the kubelet tries again, at most every 2m',
      commands: [`describe pod ${view.name}`],
    };
  },
};

export const sandboxFails: PodCause = {
  id: 'sandbox-fails',
  what: "The kubelet cannot make the pod's sandbox: its network (CNI) or the container runtime fails.",
  cure: "See to the network plugin's pods on that node (kube-system), and the node itself.",
  outlook: 'open',
  *find(view) {
    const event = eventOf(view.events, /^(FailedCreatePodSandBox|NetworkNotReady|FailedCreatePodContainer)$/);
    if (!isPreparing(view) || event === undefined) return;
    yield {
      verdict: `its node cannot make the pod's network: ${quoted(event.message ?? '')}`,
      sinceMs: firstSeenMs(event),
      commands: [`get pods -n kube-system -o wide --field-selector spec.nodeName=${view.pod.spec.nodeName}`],
    };
  },
};
