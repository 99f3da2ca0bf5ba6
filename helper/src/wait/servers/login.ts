// Who logs in to a server, and how a login that is not taken is told. The password is read when it is needed, and
// never shown.
import { readFileSync } from 'node:fs';
import { Failure } from '../../core/failure.ts';
import type { Ask, Probe, ProbeWorld, Readiness } from '../probe.ts';
import { notServing } from './server.ts';

export interface Login {
  /** Undefined where a password alone is enough. */
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** Whether the step says who logs in. */
export const hasLogin = ({ user, passwordEnv, passwordFile }: ProbeWorld['options']): boolean =>
  user !== undefined || passwordEnv !== undefined || passwordFile !== undefined;

/**
 * Reads user and password as they are now: a Secret may be mounted late, or rotated while we wait.
 * @throws Failure USAGE where the password cannot be read
 */
export function readLogin({ options, runtime }: Pick<ProbeWorld, 'options' | 'runtime'>): Login {
  const { user, passwordEnv, passwordFile } = options;
  if (passwordFile !== undefined) return { user, password: readSecretFile('--password-file', passwordFile) };
  if (passwordEnv === undefined) return { user, password: undefined };
  const password = runtime.env[passwordEnv];
  if (password !== undefined && password !== '') return { user, password };
  throw new Failure('USAGE', `--password-env: the environment variable ${passwordEnv} is not set`, {
    hint: 'Set it in the init container with env: valueFrom: secretKeyRef',
  });
}

/**
 * The text of a mounted Secret, without the line break that editors put at its end.
 * @throws Failure USAGE
 */
export function readSecretFile(option: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Failure('USAGE', `${option}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      hint: 'Is the Secret mounted in the init container, and readable for its user (fsGroup, defaultMode)?',
      cause: error,
    });
  }
  if (text === '') throw new Failure('USAGE', `${option}: ${path} is empty`);
  return text;
}

/** A probe that asks a second question of a server that serves: the one that needs a login. */
export function afterwards(serves: Probe, logIn: (ask: Ask) => Promise<Readiness>): Probe {
  return {
    async check(ask) {
      const first = await serves.check(ask);
      return first.kind === 'ready' ? logIn(ask) : first;
    },
  };
}

/** The server serves, and does not take this login: the role may not be made yet, or the password is another. */
export function loginRefused(words: string, reason = ''): Readiness {
  return {
    kind: 'not-ready',
    cause: new Failure('LOGIN_REFUSED', `the login is refused: ${words}`, { details: { answer: reason } }),
  };
}

/** A question that no answer can help: it is spelt wrong. */
export function neverAnswered(words: string): Readiness {
  return { kind: 'broken', cause: new Failure('TARGET_FAILED', words) };
}

/** What a query must say: the first value of its first row is not NULL, false, 0 or empty. */
export function judgeRow(row: readonly unknown[] | undefined): Readiness {
  if (row === undefined) return notServing('the query gives no row yet', 'no row');
  const [value] = row;
  // whole numbers of 64 bits come as text
  const isNo = value === undefined || value === null || value === false || Number(value) === 0;
  return isNo && !(value instanceof Date)
    ? notServing('the query does not say yes yet: its first value is NULL, false, 0 or empty', 'no')
    : { kind: 'ready' };
}
