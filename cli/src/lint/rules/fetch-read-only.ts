// Files that are fetched into a volume that cannot be written.
import { fetchesOf } from '../fetches.ts';
import type { Rule } from '../rule.ts';

// what the kubelet mounts read-only, whatever the mount says
const readOnlyKinds = ['configMap', 'secret', 'projected', 'downwardAPI', 'image'];

// what a container may always write; a claim may be read-only for a reason
const ofTheirOwn = ['emptyDir', 'ephemeral'];

export const fetchReadOnly: Rule = {
  id: 'fetch-read-only',
  severity: 'error',
  reason:
    'A mount with `readOnly: true`, and every ConfigMap, Secret, projected, downwardAPI or image volume, refuses writes: the helper ends with a permanent failure.',
  cure: "Take `readOnly` from the init container's mount (the app's may keep it), or fetch into an emptyDir or claim. `--fix` does so for an emptyDir.",
  example: {
    bad: `    volumeMounts:
    - {name: site, mountPath: /www, readOnly: true}`,
    good: `    volumeMounts:
    - {name: site, mountPath: /www}`,
  },
  *check(object, world) {
    for (const { container, destination, mount, volume } of fetchesOf(object, world)) {
      if (mount === undefined) continue;
      const why = mount.readOnly
        ? 'which it mounts read-only'
        : readOnlyKinds.includes(volume?.kind ?? '')
          ? `a ${volume?.kind}, which nobody can write`
          : undefined;
      if (why === undefined) continue;
      const flag = mount.readOnly ? mount.value.get('readOnly') : undefined;
      const isSure = flag !== undefined && ofTheirOwn.includes(volume?.kind ?? '');
      yield {
        at: flag ?? mount.value,
        message: `init container ${container.name} fetches ${destination} into volume ${mount.volume}, ${why}`,
        ...(isSure ? { fix: 'false' } : {}),
      };
    }
  },
};
