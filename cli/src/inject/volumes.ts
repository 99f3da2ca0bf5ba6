// Where fetched files go: into a volume that the app mounts there already, else into one of its own that both mount.
import { isMap, type Node } from 'yaml';
import { type Step, suggest } from '../../../helper/src/contract/index.ts';
import { flowMap, map, type NewNode } from '../manifest/node.ts';
import { entryOf, itemsAt, lookup, textAt } from '../manifest/tree.ts';
import { objectText, type PodPlace } from '../manifest/workload.ts';
import { accessText, apiAccesses } from './api-access.ts';
import { type NewPart, newPart } from './container.ts';
import { isOwnVolumeName, type Names, ownVolumeName } from './names.ts';
import type { HelperOptions, InjectOptions } from './options.ts';
import { type AppContainer, appContainers } from './owned.ts';
import { objectParts, tokenVolume, volumeNames } from './referenced-volumes.ts';
import { asFolder, covers, folderOf, readFiles, writtenFolders } from './step-paths.ts';

/** What a pod must have so that the steps' files reach the app. */
export interface VolumePlan {
  /** The mounts of the helper's own containers. */
  readonly helperMounts: readonly NewNode[];
  /** Volumes that are not there without the helper. */
  readonly volumes: readonly NewPart[];
  /** Mounts that each of the app's chosen containers gets: the name is that of the volume. */
  readonly appMounts: readonly NewPart[];
  /** The app's containers that they concern. */
  readonly containers: readonly AppContainer[];
  /** What was found or made, for the verdict. */
  readonly notes: readonly string[];
}

/** Thrown where a pod cannot take the steps as they are; the node says where. */
export class PodFault extends Error {
  readonly node: Node | undefined;
  readonly cure: string | undefined;

  constructor(message: string, node: Node | undefined, cure?: string) {
    super(message);
    this.name = 'PodFault';
    this.node = node;
    this.cure = cure;
  }
}

// An empty volume here would hide what nearly every image keeps here.
const systemFolders = new Set(
  '/ /bin /boot /dev /etc /lib /lib64 /opt /proc /root /run /sbin /sys /usr /usr/bin /usr/lib /usr/local /usr/local/bin /usr/sbin /usr/share /var /var/lib /var/log /var/run'.split(
    ' ',
  ),
);

/** Plans the volumes for a pod that is there. */
export function planVolumes(place: PodPlace, options: InjectOptions): VolumePlan {
  const names: Names = { base: options.name };
  const containers = chosenContainers(place, options.containers);
  const reused = new Map<string, NewNode>();
  const notes: string[] = [];
  const own: string[] = [];
  for (const { node } of containers) refuseFileMounts(place, node, options.steps);
  for (const folder of writtenFolders(options.steps)) {
    const mounts = containers.map(({ node }) => coveringMount(place, node, folder, names));
    const [mount, ...others] = mounts;
    if (mount === undefined) {
      const other = others.findIndex((each) => each !== undefined);
      if (other !== -1) throw unequalMounts(containers[0], containers[other + 1], folder);
      own.push(folder);
      continue;
    }
    const different = others.findIndex(
      (each) => each?.volume !== mount.volume || each.path !== mount.path || each.subPath !== mount.subPath,
    );
    if (different !== -1) throw unequalMounts(containers[different + 1], containers[0], folder);
    refuseUnwritable(place, mount);
    if (!reused.has(mount.path))
      notes.push(`${mount.path} on volume ${mount.volume}, as ${containers[0]?.name} has it`);
    reused.set(mount.path, map({ name: mount.volume, mountPath: mount.path, subPath: mount.subPath }));
  }
  for (const path of readFiles(options.steps)) {
    const folder = folderOf(path);
    const isThere = [...own, ...options.objectMounts.map((mount) => mount.path)].some(
      // a folder of keys may be the mount itself
      (outer) => covers(outer, folder) || outer === asFolder(path),
    );
    if (isThere) continue;
    const mount = readableMount(place, containers, folder, names);
    if (mount === undefined) {
      throw new PodFault(
        `the helper would not find ${path}: nothing in ${objectText(place.object)} is mounted there`,
        containers[0]?.node,
        'mount a volume there in the app, or say --mount secret/NAME=PATH (or configmap/…, or claim/… for a cache)',
      );
    }
    if (!reused.has(mount.path))
      reused.set(mount.path, map({ name: mount.volume, mountPath: mount.path, subPath: mount.subPath }));
  }
  const added = ownVolumes(own, options, containers[0]?.node);
  const objects = objectParts(options);
  const token = tokenVolume(place, options);
  const told = containers.map(({ name }) => name).join(', ');
  if (added.appMounts.length > 0) notes.push(`${added.folders.join(', ')} on a new volume, mounted in ${told}`);
  if (fsGroupOf(place) === undefined) {
    const claims = options.objectMounts.filter(({ kind }) => kind === 'claim').map(({ name }) => name);
    if (options.claim !== undefined && added.folders.length > 0) claims.unshift(options.claim);
    for (const name of claims) notes.push(`claim ${name} must be writable for group 65532 (fsGroup of the pod)`);
  }
  const accesses = apiAccesses(options.steps).map(accessText);
  if (accesses.length > 0) notes.push(`its service account must be allowed to ${accesses.join(' and to ')}`);
  return {
    helperMounts: [
      ...reused.values(),
      ...added.appMounts.map(({ node }) => node),
      ...objects.mounts,
      ...token.map(({ mount }) => mount),
    ],
    volumes: [...added.volumes, ...objects.volumes, ...token.map(({ volume }) => volume)],
    appMounts: added.appMounts,
    containers,
    notes,
  };
}

const fsGroupOf = ({ document, pod }: PodPlace) =>
  textAt(document, lookup(document, pod, 'securityContext'), 'fsGroup');

/** Volumes for folders that nothing covers yet: one for each, but none within another. */
function ownVolumes(
  folders: readonly string[],
  { name: base, claim, sizeLimit }: HelperOptions,
  where: Node | undefined,
): { folders: string[]; volumes: NewPart[]; appMounts: NewPart[] } {
  const outermost = folders.filter((folder) => !folders.some((other) => other !== folder && covers(other, folder)));
  const hiding = outermost.find((folder) => systemFolders.has(folder));
  if (hiding !== undefined) {
    const cure = `fetch into a folder of its own, such as ${hiding === '/' ? '/data' : `${hiding}/my-app`}/`;
    throw new PodFault(`a volume at ${hiding} would hide what the app's image has there`, where, cure);
  }
  const names = volumeNames(base, 'at', outermost);
  const source =
    claim === undefined
      ? { emptyDir: sizeLimit === undefined ? flowMap({}) : flowMap({ sizeLimit }) }
      : { persistentVolumeClaim: flowMap({ claimName: claim }) };
  // a claim is one volume, whose folders would meet in it
  const isShared = claim !== undefined && outermost.length > 1;
  const volumes = names.map((name) => newPart(name, map({ name, ...source })));
  const appMounts = names.map((name, index) => {
    const subPath = isShared ? name.slice(ownVolumeName({ base }, 'at', '').length) : undefined;
    return newPart(name, map({ name, mountPath: outermost[index] ?? '', subPath }));
  });
  return { folders: outermost, volumes, appMounts };
}

function chosenContainers({ document, pod, object }: PodPlace, names: readonly string[]): VolumePlan['containers'] {
  const all = appContainers(document, pod);
  if (names.length === 0) return all.slice(0, 1);
  return names.map((name) => {
    const found = all.find((container) => container.name === name);
    if (found !== undefined) return found;
    const known = all.flatMap((container) => container.name ?? []);
    const nearest = suggest(name, known);
    const cure = nearest === undefined ? `it has ${known.join(', ')}` : `did you mean ${nearest}?`;
    throw new PodFault(`${objectText(object)} has no container ${JSON.stringify(name)}`, pod, cure);
  });
}

interface CoveringMount {
  readonly volume: string;
  /** As it is written. */
  readonly path: string;
  readonly subPath: string | undefined;
  readonly node: Node;
}

/** The user's mount of a container that a folder lies on: the longest one that covers it. */
function coveringMount(
  { document }: PodPlace,
  container: Node,
  folder: string,
  names: Names,
): CoveringMount | undefined {
  let found: CoveringMount | undefined;
  for (const node of itemsAt(document, container, 'volumeMounts')) {
    const volume = textAt(document, node, 'name');
    const path = textAt(document, node, 'mountPath');
    if (volume === undefined || path === undefined || isOwnVolumeName(names, volume)) continue;
    if (!covers(asFolder(path), folder)) continue;
    if (found !== undefined && asFolder(found.path).length > asFolder(path).length) continue;
    found = { volume, path, subPath: textAt(document, node, 'subPath'), node };
  }
  return found;
}

/** A single file that is mounted hides whatever is fetched to its path. */
function refuseFileMounts({ document }: PodPlace, container: Node, steps: readonly Step[]): void {
  for (const node of itemsAt(document, container, 'volumeMounts')) {
    const path = textAt(document, node, 'mountPath');
    if (!steps.some((step) => step.kind === 'fetch' && step.destination === path)) continue;
    throw new PodFault(`${path} is a mount itself, which no file can replace`, node, 'mount its folder');
  }
}

/** A mount that a file can be read from: of the chosen containers, else of any. */
function readableMount(place: PodPlace, chosen: readonly AppContainer[], folder: string, names: Names) {
  for (const { node } of [...chosen, ...appContainers(place.document, place.pod)]) {
    const mount = coveringMount(place, node, folder, names);
    if (mount !== undefined && textAt(place.document, mount.node, 'subPathExpr') === undefined) return mount;
  }
  return undefined;
}

const readOnlySources = ['configMap', 'secret', 'downwardAPI', 'projected', 'image'];

function refuseUnwritable({ document, pod }: PodPlace, mount: CoveringMount): void {
  if (textAt(document, mount.node, 'subPathExpr') !== undefined) {
    throw new PodFault(
      `${mount.path} is mounted with subPathExpr, whose variables the helper does not have`,
      mount.node,
      'mount it with subPath, or fetch to another folder',
    );
  }
  const volume = itemsAt(document, pod, 'volumes').find((node) => textAt(document, node, 'name') === mount.volume);
  const source = readOnlySources.find((name) => isMap(volume) && entryOf(volume, name) !== undefined);
  if (source === undefined) return;
  throw new PodFault(
    `volume ${mount.volume} is a ${source}, which nobody can write to`,
    mount.node,
    'fetch to a folder that lies on an emptyDir or a claim, or on no volume yet',
  );
}

const unequalMounts = (
  one: { name: string | undefined; node: Node } | undefined,
  other: { name: string | undefined } | undefined,
  folder: string,
) =>
  new PodFault(
    `container ${one?.name} does not mount at ${folder} what ${other?.name} mounts there`,
    one?.node,
    `mount the same volume in it, or leave it out of --container`,
  );
