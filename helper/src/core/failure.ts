// The only error class. Whoever throws one says what, where and with what cure;
// anything else that is thrown counts as a bug.
import { exitCodes } from './exit-codes.ts';
import { type FailureCodeName, failureCodes } from './failure-codes.ts';

/** Facts for programs: short, flat, never a secret. */
export type FailureDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface FailureOptions {
  /** What can be done about it, in Kubernetes' words. */
  readonly hint?: string;
  readonly details?: FailureDetails;
  readonly cause?: unknown;
}

export class Failure extends Error {
  readonly code: FailureCodeName;
  readonly hint: string | undefined;
  readonly details: FailureDetails;

  constructor(code: FailureCodeName, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  /** Whether another attempt within the same run may succeed. */
  get retryable(): boolean {
    return failureCodes[this.code].retryable;
  }

  /** The number that a run ended by this failure exits with. */
  get exitCode(): number {
    return exitCodes[failureCodes[this.code].exit].code;
  }
}

const descriptorHint =
  'Raise the limit of open files (ulimit -n; the runtime of the node sets it), or ask for less at once';

/** What the system says when nothing can be opened any more, be it a file or a socket: code, words, cure. */
export const descriptorErrors: Readonly<Record<string, readonly ['OUT_OF_DESCRIPTORS', string, string]>> = {
  EMFILE: ['OUT_OF_DESCRIPTORS', 'too many open files in this container (EMFILE)', descriptorHint],
  ENFILE: ['OUT_OF_DESCRIPTORS', 'too many open files on this node (ENFILE)', descriptorHint],
};

/** Whatever was thrown, as a Failure: an unforeseen error is a bug, and never a success. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // even to load a part of our own takes one
  if (Object.hasOwn(descriptorErrors, (thrown as NodeJS.ErrnoException | undefined)?.code ?? '')) {
    return new Failure('OUT_OF_DESCRIPTORS', message, { hint: descriptorHint, cause: thrown });
  }
  return new Failure('BUG', message, { cause: thrown });
}
