// The volumes of a pod as folders of this machine, and every container's mounts into them.
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { Fault } from '../../fault.ts';
import type { MountedFolder } from './mounts.ts';
import type { Container, PodSpec, Volume } from './pod-spec.ts';
import type { Values } from './values.ts';

export interface LaidVolumes {
  /** The folder of each volume, by its name. */
  readonly folders: ReadonlyMap<string, string>;
  mountsOf(container: Container): Promise<readonly MountedFolder[]>;
}

/**
 * Lays out the volumes.
 * @param given folders of the user that take the place of volumes, by the volume's name
 * @throws Fault usage or input
 */
export async function layVolumes(
  pod: PodSpec,
  folder: string,
  given: ReadonlyMap<string, string>,
  values: Values,
): Promise<LaidVolumes> {
  const folders = new Map<string, string>();
  for (const volume of pod.volumes) {
    const own = given.get(volume.name);
    if (own !== undefined) {
      const found = await stat(own).catch(() => undefined);
      if (!found?.isDirectory()) throw new Fault('usage', `--volume ${volume.name}=${own}: there is no such folder`);
      folders.set(volume.name, resolve(own));
      continue;
    }
    const path = join(folder, volume.name);
    await mkdir(path, { recursive: true });
    for (const [name, bytes] of filesOf(volume, values)) {
      const file = within(path, name, `volume ${volume.name}`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes, { mode: volume.mode });
      await chmod(file, volume.mode);
    }
    folders.set(volume.name, path);
  }
  return {
    folders,
    async mountsOf(container) {
      const mounts: MountedFolder[] = [];
      for (const mount of container.mounts) {
        const volume = pod.volumes.find(({ name }) => name === mount.volume);
        const base = folders.get(mount.volume) ?? '';
        const place = mount.subPath === '' ? base : within(base, mount.subPath, `container ${container.name}`);
        // as the kubelet, which makes a folder of a subPath that is not there
        if (!(await stat(place).catch(() => undefined))) await mkdir(place, { recursive: true });
        const isReadOnlyKind = volume !== undefined && readOnlyKinds.includes(volume.kind);
        mounts.push({ ...mount, readOnly: mount.readOnly || isReadOnlyKind, folder: place });
      }
      return mounts;
    },
  };
}

// mounted read-only whatever the manifest says: https://kubernetes.io/docs/concepts/storage/volumes/
const readOnlyKinds = ['configMap', 'secret', 'downwardAPI', 'projected'];

function filesOf(volume: Volume, values: Values): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const object of volume.objects) {
    for (const [key, value] of values.keysOf(object) ?? []) files.set(key, value);
  }
  for (const { path, from } of volume.files) {
    const value = values.valueOf(from, undefined);
    if (value !== undefined) files.set(path, value);
  }
  return files;
}

/** @throws Fault input for a path that leads out of its folder */
function within(folder: string, path: string, where: string): string {
  if (isAbsolute(path) || normalize(path).startsWith('..')) {
    throw new Fault('input', `${where}: ${path} must be a path within the volume`);
  }
  return join(folder, path);
}
