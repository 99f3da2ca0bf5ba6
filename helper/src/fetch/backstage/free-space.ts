// Whether a file will fit, before it is fetched: a volume that fills up ends in an eviction, whose reason is far away
// from its cause.
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { describeByteSize } from '../../core/byte-size.ts';
import { Failure } from '../../core/failure.ts';

/** @throws Failure TOO_LARGE where a server announces more than is allowed */
export function checkSize(sizeBytes: number | undefined, maxSizeBytes: number | undefined): void {
  if (sizeBytes === undefined || maxSizeBytes === undefined || sizeBytes <= maxSizeBytes) return;
  const sizes = `${describeByteSize(sizeBytes)}, more than the ${describeByteSize(maxSizeBytes)} of --max-size`;
  throw new Failure('TOO_LARGE', `the source has ${sizes}`, { details: { sizeBytes } });
}

// statfs(2)
const tmpfsMagic = 0x01021994;

/**
 * @param neededBytes what is still to be written
 * @throws Failure NO_SPACE
 */
export async function checkSpace(folder: string, neededBytes: number): Promise<void> {
  const { type, bsize, bavail } = await statfs(folder);
  const freeBytes = bsize * bavail;
  const needed = describeByteSize(neededBytes);
  if (neededBytes > freeBytes) {
    throw new Failure('NO_SPACE', `${folder}: ${needed} are needed, ${describeByteSize(freeBytes)} are free`, {
      hint: "Make the volume larger: emptyDir.sizeLimit, the claim's resources.requests.storage, or the node's disk",
      details: { neededBytes, freeBytes },
    });
  }
  if (type !== tmpfsMagic) return;
  const memoryBytes = memoryLeft();
  if (memoryBytes !== undefined && neededBytes > memoryBytes) {
    throw new Failure(
      'NO_SPACE',
      `${folder} is memory (tmpfs): ${needed} are needed, and ${describeByteSize(memoryBytes)} are left of the container's limit`,
      {
        hint: "Raise the init container's resources.limits.memory, or drop medium: Memory from the emptyDir",
        details: { neededBytes, memoryBytes },
      },
    );
  }
}

/**
 * What is left of the container's memory limit, if there is one: without the pages of files, which the kernel drops when
 * it needs them. cgroup v2, or v1 (Kubernetes' pods see their own group at the top).
 * @param root where the groups are
 */
export function memoryLeft(root = '/sys/fs/cgroup'): number | undefined {
  const read = (file: string) => readFileSync(`${root}/${file}`, 'utf8').trim();
  const left = (limitFile: string, usedFile: string, statFile: string, fileCaches: readonly string[]) => {
    try {
      const limit = Number(read(limitFile));
      // `max`, or, in v1, more than there can be
      if (!(limit < 2 ** 60)) return undefined;
      const stat = new Map(
        read(statFile)
          .split('\n')
          .map((line) => line.split(' ') as [string, string]),
      );
      const cachedBytes = fileCaches.reduce((sum, name) => sum + Number(stat.get(name) ?? 0), 0);
      return Math.max(0, limit - Math.max(0, Number(read(usedFile)) - cachedBytes));
    } catch {
      return undefined;
    }
  };
  return (
    left('memory.max', 'memory.current', 'memory.stat', ['inactive_file', 'active_file']) ??
    left('memory/memory.limit_in_bytes', 'memory/memory.usage_in_bytes', 'memory/memory.stat', [
      'total_inactive_file',
      'total_active_file',
    ])
  );
}
