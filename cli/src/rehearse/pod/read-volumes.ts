// The volumes of a pod spec, and references to ConfigMaps, Secrets and the downward API.
import { Fault } from '../../fault.ts';
import type { Fields } from './fields.ts';
import type { Reference, Volume, VolumeFile, WholeObject } from './pod-spec.ts';

const defaultMode = 0o644;

/**
 * The volumes of a pod.
 * @param claims the names of a StatefulSet's volumeClaimTemplates, which take the place of volumes of the same name
 */
export function readVolumes(spec: Fields, claims: readonly string[]): Volume[] {
  const own = spec.list('volumes').map((volume): Volume => {
    const name = volume.requiredText('name');
    // an unnamed kind is an emptyDir, as the API server makes it
    const kind = Object.keys(volume.value).find((key) => key !== 'name') ?? 'emptyDir';
    const source = volume.fields(kind);
    const made = { ...emptyVolume(name, kind), mode: source?.number('defaultMode') ?? defaultMode };
    switch (kind) {
      case 'emptyDir':
        return made;
      case 'configMap':
      case 'secret':
      case 'downwardAPI':
        return source === undefined ? made : { ...made, ...readSource(kind, source) };
      case 'projected': {
        const parts = (source?.list('sources') ?? []).flatMap((part) =>
          Object.keys(part.value).map((key) => readSource(key, part.fields(key) ?? part)),
        );
        return { ...made, objects: parts.flatMap((p) => p.objects), files: parts.flatMap((p) => p.files) };
      }
      default:
        return { ...made, isForeign: true };
    }
  });
  return [
    ...own.filter(({ name }) => !claims.includes(name)),
    ...claims.map((name) => ({ ...emptyVolume(name, 'persistentVolumeClaim'), isForeign: true })),
  ];
}

const emptyVolume = (name: string, kind: string): Volume => ({
  name,
  kind,
  mode: defaultMode,
  objects: [],
  files: [],
  isForeign: false,
});

/** A part of a projected volume, or a volume of that kind. */
function readSource(kind: string, source: Fields): { objects: WholeObject[]; files: VolumeFile[] } {
  const optional = source.flag('optional') ?? false;
  const items = source.list('items');
  switch (kind) {
    case 'configMap':
    case 'secret': {
      const object = kind === 'configMap' ? 'ConfigMap' : 'Secret';
      // only a Secret as a volume of its own calls it secretName
      const name = source.text('secretName') ?? source.requiredText('name');
      if (items.length === 0) return { objects: [{ object, name, optional, prefix: '' }], files: [] };
      return {
        objects: [],
        files: items.map((item) => ({
          path: item.requiredText('path'),
          from: { kind: 'key', object, name, key: item.requiredText('key'), optional },
        })),
      };
    }
    case 'downwardAPI':
      return {
        objects: [],
        files: items.map((item) => ({ path: item.requiredText('path'), from: readReference(item) })),
      };
    case 'serviceAccountToken':
      return {
        objects: [],
        files: [{ path: source.requiredText('path'), from: { kind: 'value', value: 'a-token-of-the-rehearsal' } }],
      };
    default:
      return { objects: [], files: [] };
  }
}

/** `valueFrom`, or an item of a downwardAPI volume. */
export function readReference(from: Fields): Reference {
  const field = from.fields('fieldRef');
  if (field !== undefined) return { kind: 'field', path: field.requiredText('fieldPath') };
  const resource = from.fields('resourceFieldRef');
  if (resource !== undefined) {
    const divisor = resource.value.divisor;
    return { kind: 'resource', resource: resource.requiredText('resource'), divisor: String(divisor ?? '1') };
  }
  for (const [name, object] of [
    ['configMapKeyRef', 'ConfigMap'],
    ['secretKeyRef', 'Secret'],
  ] as const) {
    const ref = from.fields(name);
    if (ref === undefined) continue;
    return {
      kind: 'key',
      object,
      name: ref.requiredText('name'),
      key: ref.requiredText('key'),
      optional: ref.flag('optional') ?? false,
    };
  }
  throw new Fault('input', `${from.where}: a rehearsal does not know ${Object.keys(from.value).join(', ')}`);
}

/** An entry of `envFrom`. */
export function readWholeObject(source: Fields, prefix: string): WholeObject {
  const configMap = source.fields('configMapRef');
  const ref = configMap ?? source.fields('secretRef');
  if (ref === undefined) throw new Fault('input', `${source.where}: names neither configMapRef nor secretRef`);
  return {
    object: configMap === undefined ? 'Secret' : 'ConfigMap',
    name: ref.requiredText('name'),
    optional: ref.flag('optional') ?? false,
    prefix,
  };
}
