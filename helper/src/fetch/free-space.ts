// Whether a file will fit, before it is fetched: a volume that fills up ends in an eviction, whose reason is far away
// from its cause.
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { describeByteSize } from '../core/byte-size.ts';
import { Failure } from '../core/failure.ts';

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

/** What is left of the container's memory limit (cgroup v2), if there is one. */
function memoryLeft(): number | undefined {
  try {
    const read = (file: string) => readFileSync(`/sys/fs/cgroup/${file}`, 'utf8').trim();
    const limit = Number(read('memory.max'));
    return Number.isNaN(limit) ? undefined : Math.max(0, limit - Number(read('memory.current')));
  } catch {
    return undefined;
  }
}
