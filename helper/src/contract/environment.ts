// The environment as a second way to give options, and the names in it that are none of ours.
import { Failure } from '../core/failure.ts';
import { suggest } from '../core/suggest.ts';
import { fetchOptions } from './fetch-options.ts';
import type { Option } from './option.ts';
import { processOptions } from './process-options.ts';
import { waitOptions } from './wait-options.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const prefix = 'GREENROOM_';

/** Variables that are no option's. */
export const otherVariables = {
  /** The plan of `run`, in YAML or JSON. */
  plan: 'GREENROOM_PLAN',
  /** A file that is read in place of /etc/resolv.conf. There, `nameserver` may name a port: `127.0.0.1:5353`. */
  resolvConf: 'GREENROOM_RESOLV_CONF',
  /** A file that is read in place of /etc/hosts. */
  hostsFile: 'GREENROOM_HOSTS_FILE',
  /** `10.96.0.7:80=127.0.0.1:41234 …`: connections that go elsewhere, as curl's --connect-to. For rehearsals. */
  connectTo: 'GREENROOM_CONNECT_TO',
  /** A folder that is read in place of /var/run/secrets/kubernetes.io/serviceaccount. */
  serviceAccount: 'GREENROOM_SERVICE_ACCOUNT',
} as const;

/** The variable that gives an option: `--log-format` is GREENROOM_LOG_FORMAT. */
export function variableOf(option: { readonly flag: string }): string {
  return prefix + option.flag.toUpperCase().replaceAll('-', '_');
}

// What the kubelet injects for a Service, here for one whose name begins with "greenroom"
// (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables):
// {NAME}_SERVICE_HOST, {NAME}_SERVICE_PORT, {NAME}_SERVICE_PORT_{PORTNAME}, {NAME}_PORT,
// {NAME}_PORT_{80}_{TCP}, and that with _PROTO, _PORT and _ADDR.
const injectedByKubernetes =
  /^GREENROOM(?:_[A-Z0-9_]+?)?_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/**
 * Refuses names with our prefix that nothing reads: a misspelt one would be ignored without a word otherwise.
 * @throws Failure USAGE
 */
export function checkVariables(env: Environment): void {
  const ours = Object.keys(env).filter((name) => name.startsWith(prefix));
  // most pods have none, and then nothing needs to be worked out
  if (ours.length === 0) return;
  const known = new Set<string>([
    ...Object.values(otherVariables),
    ...[waitOptions, fetchOptions, processOptions].flatMap((table) => Object.values(table).map(variableOf)),
  ]);
  for (const name of ours) {
    if (known.has(name) || injectedByKubernetes.test(name)) continue;
    const nearest = suggest(name, known);
    const cure = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    throw new Failure('USAGE', `unknown environment variable ${name}${cure}`);
  }
}

/**
 * The value that the environment gives an option, or its default.
 * @throws Failure USAGE
 */
export function valueFromEnvironment(option: Option<unknown>, env: Environment): unknown {
  const name = variableOf(option);
  const given = env[name];
  if (given === undefined) return option.default;
  const texts = option.kind === 'list' ? given.split('\n').filter((line) => line.trim() !== '') : [given];
  const values = texts.map((text) => {
    const parsed = option.parse(text);
    if ('fault' in parsed) throw new Failure('USAGE', `${name}: ${parsed.fault}`);
    return parsed.value;
  });
  return option.kind === 'list' ? values.flat() : values[0];
}
