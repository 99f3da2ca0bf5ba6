// Volumes that are full, read-only or broken, for tests: mounts of this machine, undone whatever becomes of the test.
// They need root; where that cannot be had, tests say that they were left out.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface MountedVolume extends Disposable {
  readonly path: string;
  /** Takes it away from under whoever uses it, before the test ends. */
  unmount(): void;
}

const mounted = new Set<string>();
const unmount = (path: string) => {
  if (mounted.delete(path)) spawnSync('umount', ['-l', path]);
};
process.on('exit', () => {
  for (const path of [...mounted].reverse()) unmount(path);
});

/**
 * Mounts a file system at a new folder.
 * @param words of mount(8), before the folder: `['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs']`
 */
export function mountVolume(words: readonly string[]): MountedVolume {
  const path = mkdtempSync(join(tmpdir(), 'greenroom-volume-'));
  return mountAt(path, words, () => rmSync(path, { recursive: true, force: true }));
}

/** Mounts at a path that is there already: a folder, or a file in place of which another shall be seen. */
export function mountAt(path: string, words: readonly string[], after = () => {}): MountedVolume {
  execFileSync('mount', [...words, path], { stdio: 'pipe' });
  mounted.add(path);
  return {
    path,
    unmount: () => unmount(path),
    [Symbol.dispose]: () => {
      unmount(path);
      after();
    },
  };
}

/** A tmpfs, such as `size=1m` or `size=1m,nr_inodes=20`. */
export const mountTmpfs = (options: string): MountedVolume => mountVolume(['-t', 'tmpfs', '-o', options, 'tmpfs']);

function reasonAgainst(): string | undefined {
  if (process.getuid?.() !== 0) return 'left out: mounting needs root';
  try {
    mountTmpfs('size=64k')[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return `left out: nothing can be mounted here (${(error as Error).message.split('\n')[1] ?? ''})`;
  }
}

/** Why a test that mounts is left out; false where it is not. For `skip`. */
export const cannotMount: string | false = reasonAgainst() ?? false;

/** The same, for file systems in a file, which also need a loop device and these programs. */
export function cannotLoop(...programs: readonly string[]): string | false {
  if (cannotMount !== false) return cannotMount;
  const missing = [...programs, 'losetup'].find((program) => spawnSync('which', [program]).status !== 0);
  if (missing !== undefined) return `left out: ${missing} is not installed`;
  return spawnSync('losetup', ['-f']).status === 0 ? false : 'left out: there is no loop device';
}
