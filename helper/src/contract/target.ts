// What can be waited for: a URL. Faults are found here, before any waiting. Pure.
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import { suggest } from '../core/suggest.ts';
import { k8sResource, k8sResourceNames } from './k8s-resources.ts';

/** `text` is the target as it is shown: no secret is in it. */
export type Target =
  | { readonly kind: 'tcp' | 'tls'; readonly text: string; readonly host: string; readonly port: number }
  /** `name` may be an address, which has a PTR record. */
  | { readonly kind: 'dns'; readonly text: string; readonly name: string }
  /** `url` may hold secrets. */
  | { readonly kind: 'http'; readonly text: string; readonly url: string }
  | { readonly kind: 'unix' | 'file'; readonly text: string; readonly path: string }
  /** `resource` is a known one, or a plural with its group; without a `name` a selector chooses. */
  | { readonly kind: 'k8s'; readonly text: string; readonly resource: string; readonly name: string }
  | ServerTarget;

/** A server that is asked in its own protocol. */
export interface ServerTarget {
  readonly kind: ServerKind;
  readonly text: string;
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly secure: boolean;
  /** What stands behind the port, without the slash: a service (grpc), topic (kafka), database or virtual host. */
  readonly path: string;
}

// One entry a scheme. `port`: what IANA or the server's own documentation gives it. `secure`: TLS from the first byte.
// `path`: a service, a topic, a database or a virtual host may stand behind the port.
const servers = {
  postgres: { kind: 'postgres', example: 'postgres://db:5432', port: 5432, path: true },
  postgresql: { kind: 'postgres', example: 'postgresql://db', port: 5432, path: true },
  mysql: { kind: 'mysql', example: 'mysql://db:3306', port: 3306, path: true },
  redis: { kind: 'redis', example: 'redis://cache:6379', port: 6379 },
  rediss: { kind: 'redis', example: 'rediss://cache:6379', port: 6379, secure: true },
  memcached: { kind: 'memcached', example: 'memcached://cache:11211', port: 11_211 },
  nats: { kind: 'nats', example: 'nats://nats:4222', port: 4222 },
  amqp: { kind: 'amqp', example: 'amqp://rabbitmq:5672', port: 5672, path: true },
  amqps: { kind: 'amqp', example: 'amqps://rabbitmq:5671', port: 5671, path: true, secure: true },
  grpc: { kind: 'grpc', example: 'grpc://orders:8080', path: true },
  grpcs: { kind: 'grpc', example: 'grpcs://orders:443/shop.Orders', path: true, secure: true },
  mongodb: { kind: 'mongodb', example: 'mongodb://db:27017', port: 27_017, path: true },
  kafka: { kind: 'kafka', example: 'kafka://kafka:9092/orders', port: 9092, path: true },
} as const satisfies Readonly<Record<string, ServerScheme>>;

interface ServerScheme {
  readonly kind: string;
  readonly example: string;
  readonly port?: number;
  readonly path?: boolean;
  readonly secure?: boolean;
}

export type ServerKind = (typeof servers)[keyof typeof servers]['kind'];

export type TargetKind = Target['kind'];

// sun_path has 108 bytes with the final zero, see unix(7); connect() says EINVAL beyond, whatever is there
const longestSocketPathBytes = 107;

/** What is wrong with the path of a socket, if anything: no wait would ever end well. */
export function socketPathFault(path: string): string | undefined {
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestSocketPathBytes) return undefined;
  return `has ${bytes} bytes, and the path of a socket takes ${longestSocketPathBytes} (unix(7))`;
}

/** The schemes that a target may have, and an example of each. */
export const targetSchemes = {
  tcp: 'tcp://db:5432',
  dns: 'dns://myappb',
  http: 'http://api:8080/health',
  https: 'https://api/health',
  tls: 'tls://api:443',
  unix: 'unix:///run/app/app.sock',
  file: 'file:///data/ready',
  ...examplesOf(servers),
  k8s: 'k8s://job/migrate',
} as const;

function examplesOf<Name extends string>(schemes: Readonly<Record<Name, ServerScheme>>) {
  const examples = Object.entries<ServerScheme>(schemes).map(([scheme, { example }]) => [scheme, example]);
  return Object.fromEntries(examples) as Readonly<Record<Name, string>>;
}

type Scheme = keyof typeof targetSchemes;

const isScheme = (scheme: string): scheme is Scheme => Object.hasOwn(targetSchemes, scheme);

/**
 * Reads a target such as `tcp://db:5432`, `dns://myappb` or `https://api/health`.
 * @throws Failure USAGE
 */
export function parseTarget(text: string): Target {
  const fault = (what: string) => new Failure('USAGE', `target ${JSON.stringify(redactUrl(text))}: ${what}`);
  const [, scheme, rest] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) {
    const cure = /^[^\s/]+:\d+$/.test(text)
      ? `did you mean tcp://${redactUrl(text)}?`
      : 'write a URL, such as tcp://db:5432';
    throw fault(`has no scheme; ${cure}`);
  }
  if (!isScheme(scheme)) {
    const known = Object.keys(targetSchemes);
    const nearest = suggest(scheme, known);
    const cure = nearest === undefined ? `it is one of ${known.join(', ')}` : `did you mean ${nearest}://?`;
    throw fault(`unknown scheme ${scheme}; ${cure}`);
  }
  switch (scheme) {
    case 'tcp':
    case 'tls': {
      const { host, port } = parseAuthority(rest, fault);
      if (port === undefined) throw fault(`names no port, such as ${targetSchemes[scheme]}`);
      return { kind: scheme, text, host, port };
    }
    case 'dns': {
      const { host, port } = parseAuthority(rest, fault);
      if (port !== undefined) throw fault('a name has no port; to wait for a port use tcp://');
      return { kind: 'dns', text, name: host };
    }
    case 'http':
    case 'https': {
      if (!URL.canParse(text)) throw fault('is not a URL');
      return { kind: 'http', text: redactUrl(text), url: text };
    }
    case 'unix':
    case 'file': {
      if (!rest.startsWith('/')) throw fault(`must name an absolute path, such as ${targetSchemes[scheme]}`);
      const long = scheme === 'unix' ? socketPathFault(rest) : undefined;
      if (long !== undefined) throw fault(long);
      return { kind: scheme, text, path: rest };
    }
    case 'k8s':
      return parseK8s(text, rest, fault);
    default:
      return parseServer(scheme, text, rest, fault);
  }
}

function parseServer(
  scheme: keyof typeof servers,
  text: string,
  rest: string,
  fault: (what: string) => Failure,
): ServerTarget {
  const {
    kind,
    example,
    port: usualPort,
    secure = false,
    path: takesPath = false,
  }: ServerScheme & { kind: ServerKind } = servers[scheme];
  if (rest.includes('@')) {
    throw fault('takes no user and no password: give --user, and --password-file or --password-env');
  }
  const slash = rest.indexOf('/');
  const path = slash < 0 ? '' : rest.slice(slash + 1);
  if (path !== '' && !takesPath) throw fault(`takes nothing behind the port, such as ${example}`);
  // a message of one byte of length, see wait/servers/grpc.ts; names are far shorter
  if (!/^[\w.-]{0,100}$/.test(path)) throw fault(`must name nothing else, such as ${example}`);
  const { host, port = usualPort } = parseAuthority(slash < 0 ? rest : rest.slice(0, slash), fault);
  if (port === undefined) throw fault(`names no port, such as ${example}`);
  return { kind, text, host, port, secure, path };
}

// RFC 1123 subdomains, as Kubernetes' object names are
// (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/)
const k8sPath = /^([a-z][a-z0-9]*(?:\.[a-z0-9][a-z0-9.-]*)?)(?:\/([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?))?$/;

function parseK8s(text: string, rest: string, fault: (what: string) => Failure): Target {
  const [, resource, name = ''] = k8sPath.exec(rest) ?? [];
  if (resource === undefined) throw fault('must be a resource and a name, such as k8s://job/migrate');
  if (!resource.includes('.') && k8sResource(resource) === undefined) {
    const nearest = suggest(resource, k8sResourceNames);
    const cure = nearest === undefined ? '.' : `; did you mean ${nearest}?`;
    throw fault(
      `unknown resource ${resource}${cure} Others are named with their group, such as certificates.cert-manager.io`,
    );
  }
  return { kind: 'k8s', text, resource, name };
}

// Names as resolvers take them: Kubernetes' Service names (which may begin with a digit since 1.37),
// underscores (SRV owners, Docker's names), a final dot; or an address, IPv6 in brackets.
const authority = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|([A-Za-z0-9_](?:[A-Za-z0-9_.-]*)))(?::(\d+))?\/?$/;

function parseAuthority(text: string, fault: (what: string) => Failure): { host: string; port: number | undefined } {
  const match = authority.exec(text);
  if (match === null) throw fault('must be a name or an address, with a port where one belongs');
  const [, address, name, digits] = match;
  const host = address ?? name ?? '';
  if (
    name?.split('.').some((label, index, labels) => label.length > 63 || (label === '' && index < labels.length - 1))
  ) {
    throw fault('has a label that is empty or longer than 63 characters (RFC 1035 §2.3.4)');
  }
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) throw fault('the port must be from 1 to 65535');
  return { host, port };
}

/** Where a target is, if it is at a host: for messages. */
export function hostOf(target: Target): { host: string | undefined; port: number | undefined } {
  switch (target.kind) {
    case 'tcp':
    case 'tls':
      return { host: target.host, port: target.port };
    case 'dns':
      return { host: target.name, port: undefined };
    case 'http': {
      const { protocol, hostname, port } = new URL(target.url);
      const standard = protocol === 'https:' ? 443 : 80;
      return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? standard : Number(port) };
    }
    case 'unix':
    case 'file':
    case 'k8s':
      return { host: undefined, port: undefined };
    default:
      return { host: target.host, port: target.port };
  }
}

/** The text of a target with the path in it moved, where it is one of a path. A rehearsal needs it. */
export function moveTargetPath(text: string, move: (path: string) => string): string {
  const target = parseTarget(text);
  return target.kind === 'unix' || target.kind === 'file' ? `${target.kind}://${move(target.path)}` : text;
}
