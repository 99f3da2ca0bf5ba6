// file:///path is ready when the file is there, large enough, and with the content expected.
// Whether whoever writes it has finished is not known by that, unless they rename it into place.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { WaitOptions } from '../../contract/wait-options.ts';
import { describeByteSize } from '../../core/byte-size.ts';
import { Failure } from '../../core/failure.ts';
import type { FailureCodeName } from '../../core/failure-codes.ts';
import { type Probe, type Readiness, ready } from '../probe.ts';
import { contentFault, contentLimitBytes, hasContentRules } from './content.ts';

type FileOptions = Pick<WaitOptions, 'contains' | 'matches' | 'minSizeBytes'>;

export function createFileProbe({ path }: { readonly path: string }, options: FileOptions): Probe {
  // A volume that hangs keeps one of libuv's four threads for each call: one question at a time
  let asking: Promise<Readiness> | undefined;
  return {
    check: () => {
      asking ??= look(path, options).finally(() => {
        asking = undefined;
      });
      return asking;
    },
  };
}

async function look(path: string, options: FileOptions): Promise<Readiness> {
  try {
    // a pipe that nobody writes to must not hold us up: not even a signal would end the process then
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (stat.size < options.minSizeBytes) {
      const wanted = describeByteSize(options.minSizeBytes);
      return notReady('UNEXPECTED_ANSWER', `has ${describeByteSize(stat.size)}, less than ${wanted}: ${path}`);
    }
    if (!hasContentRules(options)) return ready;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(stat.size, contentLimitBytes)), {
      position: 0,
    });
    const fault = contentFault(buffer.toString('utf8', 0, bytesRead), options);
    return fault === undefined ? ready : notReady('UNEXPECTED_ANSWER', `the file ${fault}: ${path}`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return notReady('NOT_THERE', `no such file: ${path}`, code);
    if (code === undefined) throw error;
    // whoever makes it may yet let us read it
    return notReady('UNEXPECTED_ANSWER', code === 'EACCES' ? `no permission to read: ${path}` : message, code);
  }
}

function notReady(code: FailureCodeName, message: string, errno?: string): Readiness {
  return { kind: 'not-ready', cause: new Failure(code, message, errno === undefined ? {} : { details: { errno } }) };
}
