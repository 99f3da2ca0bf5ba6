// The closed list of everything that can go wrong. A code decides the exit code
// (when it is what ended the run), and whether another attempt may help.
import type { ExitName } from './exit-codes.ts';

export interface FailureCode {
  /** The exit code of a run that ends with this failure. */
  readonly exit: ExitName;
  /** Whether another attempt within the same run may succeed. */
  readonly retryable: boolean;
  /** What it means, as it stands in helper/README.md. */
  readonly sentence: string;
}

const code = (exit: ExitName, retryable: boolean, sentence: string): FailureCode => ({ exit, retryable, sentence });

export const failureCodes = {
  // how a run ends
  USAGE: code('usage', false, 'An argument, an environment variable or the plan is faulty.'),
  BUG: code('bug', false, 'The helper met an error that nobody foresaw.'),
  DEADLINE_PASSED: code('deadline', false, 'The step did not end within its deadline.'),
  TERMINATED: code('terminated', false, 'SIGTERM arrived.'),
  INTERRUPTED: code('interrupted', false, 'SIGINT arrived.'),

  // the network: all of them mean "not yet" while a cluster starts
  NAME_NOT_FOUND: code('permanent', true, 'No name server knows the name, or it has no record of the kind asked for.'),
  NAME_SERVER_FAILED: code('permanent', true, 'A name server answered with a failure, refused, or did not answer.'),
  CONNECTION_REFUSED: code('permanent', true, 'Nothing accepts connections at the address.'),
  CONNECTION_RESET: code('permanent', true, 'The peer closed the connection before it had answered.'),
  UNREACHABLE: code('permanent', true, 'There is no route to the address.'),
  TIMED_OUT: code('permanent', true, 'The attempt did not end within its timeout.'),
  TLS_FAILED: code('permanent', true, 'The TLS handshake failed or the certificate is not trusted.'),
  NETWORK_FAILED: code('permanent', true, 'The network failed in another way.'),

  OUT_OF_DESCRIPTORS: code(
    'permanent',
    true,
    'As many files and connections are open as the container, or the node, may have.',
  ),

  // what a server answered
  UNEXPECTED_STATUS: code('permanent', true, 'The HTTP status is not one that counts.'),
  UNEXPECTED_ANSWER: code('permanent', true, 'The answer is not the one that was waited for.'),
  HTTP_REFUSED: code('permanent', false, 'The server answered with a status that will not change by asking again.'),
  HTTP_UNAVAILABLE: code('permanent', true, 'The server answered with a status that may change by asking again.'),
  TOO_MANY_REDIRECTS: code('permanent', false, 'The redirects do not end, or lead where the helper will not follow.'),

  // what a wait found
  NOT_THERE: code('permanent', true, 'The file or socket is not there.'),
  NOT_SERVING: code(
    'permanent',
    true,
    'It answers, but does not serve yet: starting, loading, in recovery, a replica.',
  ),
  LOGIN_REFUSED: code('permanent', true, 'The server does not take the user or the password, or not yet.'),
  TARGET_FAILED: code('permanent', false, 'What was waited for has failed for good.'),
  GUARD_HOLDS: code('permanent', false, 'What --fail-if names has come true.'),
  UNSTABLE: code('permanent', true, 'It was found ready, but not for long enough yet.'),
  STILL_THERE: code('permanent', true, 'It is still there, and was waited for to be gone.'),

  ADDRESS_REFUSED: code('permanent', false, 'The address is a private one, which was forbidden.'),

  // a download
  TRUNCATED: code('permanent', true, 'The body ended before its announced length.'),
  STALLED: code('permanent', true, 'The body stopped arriving.'),
  TOO_LARGE: code('permanent', false, 'The source is larger than allowed.'),
  INTEGRITY_MISMATCH: code('permanent', false, 'The bytes are not those that the digest names.'),
  INTEGRITY_UNKNOWN: code('permanent', false, 'Nothing proves the bytes, and proof was demanded.'),
  LIST_REFUSED: code(
    'permanent',
    false,
    'The list of files is empty, cannot be read, or names what is not fetched: a path that leads outside, a name twice.',
  ),
  ARCHIVE_BROKEN: code(
    'permanent',
    false,
    'The archive cannot be read to its end, or is of a kind that is not unpacked.',
  ),
  ARCHIVE_REFUSED: code(
    'permanent',
    false,
    'The archive holds what is not unpacked: a path or link that leads outside, a device.',
  ),
  GAVE_UP: code('permanent', false, 'Attempt after attempt brought nothing.'),

  // the volume
  DESTINATION_INVALID: code('permanent', false, 'The destination is not a place that a file can be published at.'),
  NO_SPACE: code('permanent', false, 'The volume is full, or smaller than the source.'),
  READ_ONLY: code('permanent', false, 'The volume is mounted read-only.'),
  PERMISSION_DENIED: code('permanent', false, 'The user that the container runs as may not do this.'),
  VOLUME_FAILED: code('permanent', false, 'The volume failed in another way.'),
} as const satisfies Record<string, FailureCode>;

export type FailureCodeName = keyof typeof failureCodes;
