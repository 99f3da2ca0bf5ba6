// Volumes for the helper alone: the token for the API, and the Secrets, ConfigMaps and claims that flags name.
import { flowList, flowMap, list, map, type NewNode } from '../manifest/node.ts';
import { textAt } from '../manifest/tree.ts';
import type { PodPlace } from '../manifest/workload.ts';
import { apiAccesses } from './api-access.ts';
import { type NewPart, newPart } from './container.ts';
import { ownVolumeName, type VolumePurpose } from './names.ts';
import type { HelperOptions } from './options.ts';

// where the kubelet would mount it, had the pod not said that it wants none
const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A token for the helper alone, where steps ask the API and the pod mounts none into all of its containers. */
export function tokenVolume({ document, pod }: PodPlace, { name: base, steps }: HelperOptions) {
  const isMounted = textAt(document, pod, 'automountServiceAccountToken') !== 'false';
  if (apiAccesses(steps).length === 0 || isMounted) return [];
  const name = ownVolumeName({ base }, 'token', 'api');
  // https://kubernetes.io/docs/concepts/storage/projected-volumes/: what the kubelet's own token volume is made of
  const sources = list([
    map({ serviceAccountToken: flowMap({ path: 'token', expirationSeconds: 3607 }) }),
    map({
      configMap: map({ name: 'kube-root-ca.crt', items: flowList([flowMap({ key: 'ca.crt', path: 'ca.crt' })]) }),
    }),
    map({
      downwardAPI: map({
        items: flowList([flowMap({ path: 'namespace', fieldRef: flowMap({ fieldPath: 'metadata.namespace' }) })]),
      }),
    }),
  ]);
  const volume = newPart(name, map({ name, projected: map({ sources }) }));
  return [{ volume, mount: map({ name, mountPath: tokenPath, readOnly: true }) }];
}

/** The Secrets, ConfigMaps and claims that the helper's own containers mount: a volume for each, a mount for each path. */
export function objectParts({ name: base, objectMounts }: HelperOptions): { volumes: NewPart[]; mounts: NewNode[] } {
  const named = (['secret', 'configmap', 'claim'] as const).flatMap((kind) => {
    const objects = [...new Set(objectMounts.filter((mount) => mount.kind === kind).map(({ name }) => name))];
    return volumeNames(base, kind, objects).map((volume, index) => ({ kind, volume, object: objects[index] ?? '' }));
  });
  const volumes = named.map(({ kind, volume, object }) => {
    const source = {
      secret: { secret: flowMap({ secretName: object }) },
      configmap: { configMap: flowMap({ name: object }) },
      claim: { persistentVolumeClaim: flowMap({ claimName: object }) },
    };
    return newPart(volume, map({ name: volume, ...source[kind] }));
  });
  const mounts = objectMounts.map((mount) => {
    const name = named.find(({ kind, object }) => kind === mount.kind && object === mount.name)?.volume;
    return map({ name, mountPath: mount.path, readOnly: mount.kind === 'claim' ? undefined : true });
  });
  return { volumes, mounts };
}

/** DNS labels (RFC 1123) that say what they are for; of several that would be the same, the later have numbers. */
export function volumeNames(base: string, purpose: VolumePurpose, things: readonly string[]): string[] {
  const slugs = things.map(
    (thing) =>
      thing
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '') || 'files',
  );
  const labels = slugs.map((slug) => ownVolumeName({ base }, purpose, slug).slice(0, 59).replace(/-$/, ''));
  return labels.map((label, index) => {
    const number = labels.slice(0, index).filter((earlier) => earlier === label).length + 1;
    return number === 1 ? label : `${label}-${number}`;
  });
}
