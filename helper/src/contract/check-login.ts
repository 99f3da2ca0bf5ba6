// Faults of a wait step's logins: what is asked of a server that nobody logs in to, TLS that nobody speaks. Pure.
import { Failure } from '../core/failure.ts';
import type { ServerKind, Target, TargetKind } from './target.ts';
import { targetKinds } from './target-kinds.ts';
import type { WaitOptions } from './wait-options.ts';

type Rule = readonly [kind: ServerKind, what: string, isAsked: (target: Target, options: WaitOptions) => boolean];

const hasPath = (target: Target) => 'path' in target && target.path !== '';

// what these servers tell only to those who have logged in; others may serve anybody
const needUser: readonly Rule[] = [
  ['postgres', 'a database', hasPath],
  ['postgres', '--query', (_, { query }) => query !== undefined],
  ['postgres', '--table', (_, { tables }) => tables.length > 0],
  ['postgres', '--primary', (_, { primary }) => primary],
  ['mysql', 'a database', hasPath],
  ['mysql', '--query', (_, { query }) => query !== undefined],
  ['mysql', '--table', (_, { tables }) => tables.length > 0],
  ['mysql', '--primary', (_, { primary }) => primary],
  // MySQL's TLS begins within the login
  ['mysql', '--tls', (_, { tls }) => tls],
  ['mongodb', 'a database', (target, { tables }) => hasPath(target) && tables.length === 0],
  ['amqp', 'a virtual host', hasPath],
  ['amqp', '--queue', (_, { queues }) => queues.length > 0],
];

/** Whether the scheme does not say that TLS is spoken. */
const tlsByFlag = ({ kind }: Target) => targetKinds[kind].options.includes('tls');

/** Kinds that take a password without a user. */
const passwordAlone: ReadonlySet<TargetKind> = new Set(['redis', 'nats']);

/**
 * @param values with what the environment gives
 * @param given what the step itself says
 * @throws Failure USAGE
 */
export function checkLogin(targets: readonly Target[], values: WaitOptions, given: WaitOptions): void {
  const fault = (what: string) => new Failure('USAGE', `wait: ${what}`);
  const { user, tls } = values;
  const hasPassword = given.passwordEnv !== undefined || given.passwordFile !== undefined;
  if (given.passwordEnv !== undefined && given.passwordFile !== undefined) {
    throw fault('--password-env and --password-file do not go together');
  }
  if (given.credsFile !== undefined && (hasPassword || given.user !== undefined)) {
    throw fault('--creds-file stands in place of --user and a password');
  }
  if (hasPassword && user === undefined && !targets.some(({ kind }) => passwordAlone.has(kind))) {
    throw fault('a password needs --user');
  }
  for (const target of targets) {
    if (user !== undefined) break;
    const rule = needUser.find(([kind, , isAsked]) => kind === target.kind && isAsked(target, given));
    if (rule !== undefined) throw fault(`${target.text}: ${rule[1]} needs a login: give --user`);
  }
  const noTable = targets.find((target) => target.kind === 'mysql' && target.path === '');
  if (noTable !== undefined && given.tables.length > 0) {
    throw fault(`--table needs a database: ${noTable.text}/DATABASE`);
  }
  const tlsFile = (['caFile', 'certFile', 'serverName'] as const).find((name) => given[name] !== undefined);
  if (tlsFile !== undefined && !tls && targets.length > 0 && targets.every(tlsByFlag)) {
    const flag = { caFile: '--ca-file', certFile: '--cert-file', serverName: '--server-name' }[tlsFile];
    throw fault(`${flag}: none of these targets speaks TLS; give --tls`);
  }
}
