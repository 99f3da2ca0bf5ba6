// What the file system says → a Failure with the cure, in Kubernetes' words. Pure.
import { descriptorErrors, Failure } from '../../core/failure.ts';
import type { FailureCodeName } from '../../core/failure-codes.ts';

// | errno                           | code                | cure                                              |
// | ENOSPC, EDQUOT, EFBIG           | NO_SPACE            | emptyDir.sizeLimit, the claim's size, ephemeral-storage |
// | EROFS                           | READ_ONLY           | readOnly of the volumeMount; readOnlyRootFilesystem |
// | EACCES, EPERM                   | PERMISSION_DENIED   | fsGroup, or runAsUser as the owner                |
// | EBUSY, EXDEV                    | DESTINATION_INVALID | the file itself is a mount (subPath)              |
// | ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG, EINVAL | DESTINATION_INVALID | the path                             |
// | EMFILE, ENFILE                  | OUT_OF_DESCRIPTORS  | the limit of open files                           |
// | ENOENT                        | VOLUME_FAILED       | the path, the folder behind the volume            |
// | EIO, ESTALE and any other       | VOLUME_FAILED       | the node's events                                 |
const table: Readonly<Record<string, readonly [FailureCodeName, string, string]>> = {
  ENOSPC: [
    'NO_SPACE',
    'no space left',
    "Make the volume larger: emptyDir.sizeLimit, the claim's resources.requests.storage, or the node's disk; many small files may also use up its inodes",
  ],
  EDQUOT: ['NO_SPACE', 'the quota is used up', 'Raise the quota of the volume, or make the claim larger'],
  EFBIG: ['NO_SPACE', 'the file is larger than the file system allows', 'Use another kind of volume'],
  EROFS: [
    'READ_ONLY',
    'the file system is read-only',
    'Mount a volume there without readOnly: true; the root file system is read-only by readOnlyRootFilesystem',
  ],
  EACCES: [
    'PERMISSION_DENIED',
    'permission denied',
    "Set the pod's securityContext.fsGroup, so that the volume is writable for the container's user",
  ],
  EPERM: [
    'PERMISSION_DENIED',
    'not permitted',
    "Set the pod's securityContext.fsGroup, or run as the user that owns the volume (runAsUser)",
  ],
  EBUSY: [
    'DESTINATION_INVALID',
    'it is itself a mount, which no file can take the place of',
    'Mount the folder in place of the file: a volumeMount without subPath',
  ],
  EXDEV: [
    'DESTINATION_INVALID',
    'it lies on another file system than its folder',
    'Mount the folder in place of the file: a volumeMount without subPath',
  ],
  ENOTDIR: ['DESTINATION_INVALID', 'a part of the path is not a folder', 'Check the path'],
  EISDIR: ['DESTINATION_INVALID', 'it is a folder', 'End it with / to keep the name of the source'],
  ELOOP: ['DESTINATION_INVALID', 'its symbolic links lead in a circle', 'Check the path'],
  ENAMETOOLONG: ['DESTINATION_INVALID', 'the name is too long', 'Choose a name of at most 255 bytes'],
  EINVAL: ['DESTINATION_INVALID', 'the file system takes no such name', 'Choose another name'],
  ENOENT: [
    'VOLUME_FAILED',
    'its folder is not there any more, or a symbolic link leads nowhere',
    'Check the path, and whether the folder behind the volume was removed',
  ],
  ...descriptorErrors,
};
const otherwise = [
  'VOLUME_FAILED',
  'the volume failed',
  "Look at the events of the pod and of the node's volume",
] as const;

/**
 * The failure that an error of the file system stands for; a Failure, and an error that is none of a system call's, is
 * returned as it is.
 * @param where the path, for the message
 */
export function volumeFailure(error: unknown, where: string): Error {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof Failure || typeof code !== 'string' || syscall === undefined) return error as Error;
  const [failureCode, words, hint] = table[code] ?? otherwise;
  const text = failureCode === 'VOLUME_FAILED' ? `${words} (${message.split(',')[0]})` : words;
  return new Failure(failureCode, `${where}: ${text}`, { hint, cause: error, details: { errno: code } });
}
