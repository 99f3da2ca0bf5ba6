// Folders of a tree that is being made, held open: whoever else may write to the volume can put a symbolic link in
// the place of a folder at any moment, and what is reached through the open folder stays where it is (openat(2), which
// Node does not have; /proc/self/fd leads to the same).
import { closeSync, constants, existsSync, fstatSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;

// More than an archive's folders are deep (limits.ts), so that a whole way to one fits.
const heldAtOnce = 128;

/** A path that leads to an open file, whatever lies under its name by now; its name where there is no /proc. */
export function descriptorPath(fd: number, name: string): string {
  const path = `/proc/self/fd/${fd}`;
  return existsSync(path) ? path : name;
}

export class OpenFolders {
  readonly #root: string;
  readonly #byDescriptor: boolean;
  /** Path within the tree → descriptor; the root has the empty path. */
  readonly #open = new Map<string, number>();

  /** @param root a folder. Errors of the file system as they are, ENOTDIR or ELOOP for a symbolic link */
  constructor(root: string) {
    this.#root = root;
    const fd = openSync(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    this.#open.set('', fd);
    this.#byDescriptor = descriptorPath(fd, root) !== root;
  }

  /** Of the root, by which it is known whatever its name becomes. */
  get inode(): bigint {
    return fstatSync(this.#open.get('') as number, { bigint: true }).ino;
  }

  /** A path for system calls that leads to an entry of the tree, through no symbolic link. */
  pathOf(path: string): string {
    if (!this.#byDescriptor) return join(this.#root, path);
    if (path === '') return `/proc/self/fd/${this.#open.get('')}`;
    const parent = dirname(path);
    return `/proc/self/fd/${this.#descriptor(parent === '.' ? '' : parent)}/${path.slice(path.lastIndexOf('/') + 1)}`;
  }

  close(): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }

  #descriptor(path: string): number {
    const held = this.#open.get(path);
    if (held !== undefined) return held;
    const fd = openSync(this.pathOf(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (this.#open.size >= heldAtOnce) this.#letGo(path);
    this.#open.set(path, fd);
    return fd;
  }

  /** Closes all but the root and those on the way to the one given. */
  #letGo(path: string): void {
    for (const [other, fd] of this.#open) {
      if (other === '' || path.startsWith(`${other}/`)) continue;
      closeSync(fd);
      this.#open.delete(other);
    }
  }
}
