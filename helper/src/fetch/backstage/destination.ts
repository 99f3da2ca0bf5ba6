// Where the file shall be, checked before any traffic.
import { constants } from 'node:fs';
import { access, lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { otherVariables } from '../../contract/environment.ts';
import { sourceUrl } from '../../contract/source.ts';
import { Failure } from '../../core/failure.ts';
import { redactUrl } from '../../core/redact.ts';
import type { Runtime } from '../../runtime.ts';
import { makeFolder } from './make-folder.ts';
import { volumeFailure } from './volume-failure.ts';

export interface Destination {
  /** As given, with the name where only a folder was given. */
  readonly path: string;
  /** The folder, without symbolic links in its path. */
  readonly folder: string;
  readonly name: string;
}

/** What tells whether a folder ought to be on a volume, and takes the warning of one that is on none. */
export type Surroundings = Pick<Runtime, 'env' | 'log'>;

/**
 * The path that a destination stands for: ending in `/`, it takes the last part of the URL's path as its name. Pure.
 * @throws Failure USAGE where the URL gives no usable name
 */
export function destinationPath(destination: string, source: string): string {
  if (!destination.endsWith('/')) return destination;
  const last = sourceUrl(source).pathname.split('/').at(-1) ?? '';
  let name = '';
  try {
    name = decodeURIComponent(last);
  } catch {
    // no UTF-8 behind the percent signs: no name either
  }
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) {
    throw new Failure('USAGE', `fetch: ${redactUrl(source)} gives no file name`, {
      hint: `Write the name yourself: ${destination}NAME`,
    });
  }
  return destination + name;
}

/**
 * Checks that a file can be published there, and makes missing folders, where the nearest one that exists allows it.
 * @throws Failure DESTINATION_INVALID, READ_ONLY, PERMISSION_DENIED, NO_SPACE, VOLUME_FAILED
 */
export async function openDestination(path: string, around: Surroundings): Promise<Destination> {
  try {
    return await open(path, around);
  } catch (error) {
    throw volumeFailure(error, path);
  }
}

/** Whether a kubelet made this container. In a rehearsal, volumes are folders of the machine, checked before the start. */
const isInPod = (env: Runtime['env']): boolean =>
  env.KUBERNETES_SERVICE_HOST !== undefined && env[otherVariables.connectTo] === undefined;

/** The folder above a path, made where the nearest one that exists allows it. Errors of the file system as they are. */
export async function openParent(path: string, { env, log }: Surroundings): Promise<{ folder: string; dev: number }> {
  const parent = dirname(path);
  const ancestor = await nearestFolder(parent);
  // what lies on the same file system as `/` is, in a container, on no volume
  const isOnVolume = async (place: string) => !isInPod(env) || (await stat(place)).dev !== (await stat('/')).dev;
  if (ancestor !== parent) {
    if (!(await isOnVolume(ancestor))) {
      throw new Failure('DESTINATION_INVALID', `${path}: there is no folder ${parent}, and no volume above it`, {
        hint: `Mount a volume at ${parent} in the init container, and in the app's container too`,
      });
    }
    await makeFolder(parent, 0o755);
  }
  const folder = await realpath(parent);
  if (!(await isOnVolume(folder))) {
    log.warn(`${path} is on no volume: no other container will see it, nor this one after a restart`);
  }
  return { folder, dev: (await stat(folder)).dev };
}

async function open(path: string, around: Surroundings): Promise<Destination> {
  const name = basename(path);
  const { folder, dev } = await openParent(path, around);
  const there = await lstat(join(folder, name)).catch(ifMissing);
  const invalid = (what: string, hint: string) => new Failure('DESTINATION_INVALID', `${path}: ${what}`, { hint });
  if (there?.isDirectory()) throw invalid('it is a folder', `End it with / to keep the name of the source: ${path}/`);
  if (there?.isSymbolicLink()) {
    throw invalid('it is a symbolic link, which the file would take the place of', 'Name the file that it points to');
  }
  if (there !== undefined && !there.isFile()) throw invalid('it is a device, pipe or socket', 'Choose another path');
  if (there !== undefined && there.dev !== dev)
    throw Object.assign(new Error('EXDEV'), { code: 'EXDEV', syscall: 'rename' });
  await access(folder, constants.W_OK | constants.X_OK);
  return { path, folder, name };
}

async function nearestFolder(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).catch(ifMissing);
    if (found === undefined && at !== '/') continue;
    if (found?.isDirectory()) return at;
    throw new Failure('DESTINATION_INVALID', `${path}: ${at} is not a folder`, { hint: 'Check the path' });
  }
}

/** For `catch`: nothing there is an answer, everything else is an error. */
export function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
