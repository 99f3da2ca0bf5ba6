// Every program whose call is read, by its name without a folder.
import type { ProgramReader } from '../ask.ts';
import { k8sWaitFor, kubectl, kubernetesEntrypoint } from './kubernetes.ts';
import { dig, getent, host, nc, nslookup } from './names.ts';
import { mongosh, mysqladmin, others, pgIsready, rabbitmqDiagnostics, redisCli } from './servers.ts';
import { composeWait, dockerize, initium, wait4x, waitForIt, waitForPort, waitForScript } from './waiters.ts';
import { curl, wget } from './web.ts';

export const programs: Readonly<Record<string, ProgramReader>> = {
  ...others,
  nslookup,
  host,
  getent,
  dig,
  nc,
  netcat: nc,
  ncat: nc,
  wget,
  curl,
  pg_isready: pgIsready,
  mysqladmin,
  'mariadb-admin': mysqladmin,
  'redis-cli': redisCli,
  'valkey-cli': redisCli,
  'rabbitmq-diagnostics': rabbitmqDiagnostics,
  mongosh,
  mongo: mongosh,
  wait4x,
  dockerize,
  initium,
  kubectl,
  'wait-for-it': waitForIt,
  'wait-for-it.sh': waitForIt,
  'wait-for': waitForScript,
  'wait-for.sh': waitForScript,
  'wait-for-port': waitForPort,
  'kubernetes-entrypoint': kubernetesEntrypoint,
  'wait_for.sh': k8sWaitFor,
};

/** Programs whose names are too plain to be known without their folder. */
export const programsByPath: Readonly<Record<string, ProgramReader>> = { '/wait': composeWait };

/** What an image runs where the container gives no command: known images alone. */
const entrypoints: readonly (readonly [image: RegExp, words: readonly string[]])[] = [
  [/(?:^|\/)wait4x(?:\/wait4x)?$/, ['wait4x']],
  [/(?:^|\/)jwilder\/dockerize$/, ['dockerize']],
  [/(?:^|\/)k8s-wait-for$/, ['wait_for.sh']],
  [/(?:^|\/)kubernetes-entrypoint$/, ['kubernetes-entrypoint']],
  [/(?:^|\/)kitstream\/initium$/i, ['initium']],
  [/(?:^|\/)curlimages\/curl$|(?:^|\/)appropriate\/curl$/, ['curl']],
  [/(?:^|\/)bitnami\/wait-for-port$/, ['wait-for-port']],
  [/(?:^|\/)(?:bitnami|bitnamilegacy|rancher)\/kubectl$|^registry\.k8s\.io\/kubectl$/, ['kubectl']],
  // no entrypoint: the arguments are the command
  [/(?:^|\/)(?:busybox|alpine|debian|ubuntu)$/, []],
];

/** The words that an image puts before the arguments; undefined where that is not known. */
export function entrypointOf(image: string): readonly string[] | undefined {
  const name = image.replace(/@.*$/s, '').replace(/:[^/:]*$/, '');
  return entrypoints.find(([pattern]) => pattern.test(name))?.[1];
}
