// Writes the termination message to where the kubelet reads it.
import { closeSync, constants, openSync, writeFileSync } from 'node:fs';

/** https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/ */
export const defaultTerminationLog = '/dev/termination-log';

/**
 * Replaces what is in the termination log. The default one is written only if it is there, as in every container
 * that a kubelet made: outside of a pod nothing shall be left in /dev.
 * @returns what went wrong, since a message that can't be written must not change how the run ends
 */
export function writeTerminationLog(path: string | undefined, message: string): string | undefined {
  const create = path === undefined ? 0 : constants.O_CREAT;
  try {
    const file = openSync(path ?? defaultTerminationLog, constants.O_WRONLY | constants.O_TRUNC | create, 0o644);
    try {
      writeFileSync(file, message);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (path !== undefined || code !== 'ENOENT') return `termination log not written: ${(error as Error).message}`;
  }
  return undefined;
}
