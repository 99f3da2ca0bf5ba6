// Whether a service mesh's proxy runs beside us: its ports listen in the network that all containers of a pod share.
// Rules that send the pod's traffic through it cannot be seen without rights, so a proxy that has not started yet
// leaves no trace but what the environment may say.
import { readFileSync } from 'node:fs';

export interface Mesh {
  readonly name: 'Istio' | 'Linkerd';
  /** Whether its proxy listens. */
  readonly isUp: boolean;
  /** What it was seen by. */
  readonly seenBy: string;
}

// https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio: in- and outbound traffic
// https://linkerd.io/2/reference/proxy-configuration/: outbound, inbound, admin
const proxies = [
  ['Istio', [15_001, 15_006], /^ISTIO_(?:META_|BOOTSTRAP)/],
  ['Linkerd', [4_140, 4_143], /^LINKERD2_PROXY_/],
] as const;

/**
 * The mesh that this pod is in, as far as it shows.
 * @param tables the texts of /proc/net/tcp and /proc/net/tcp6
 */
export function findMesh(
  tables: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Mesh | undefined {
  const ports = new Set(tables.flatMap(listeningPorts));
  for (const [name, wanted] of proxies) {
    const open = wanted.find((port) => ports.has(port));
    if (open !== undefined) return { name, isUp: true, seenBy: `port ${open}` };
  }
  for (const [name, , variable] of proxies) {
    const found = Object.keys(env).find((key) => variable.test(key));
    if (found !== undefined) return { name, isUp: false, seenBy: found };
  }
  return undefined;
}

/** The ports of a table of proc_net_tcp(5) that something listens at. */
export function listeningPorts(table: string): number[] {
  // sl local_address rem_address st …, where 0A is TCP_LISTEN
  return [...table.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ 0A /gm)].map(([, port = '']) =>
    Number.parseInt(port, 16),
  );
}

export function readMesh(env: Readonly<Record<string, string | undefined>>): Mesh | undefined {
  return findMesh(['/proc/net/tcp', '/proc/net/tcp6'].map(read), env);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // no IPv6, or no /proc: then it is not known
    return '';
  }
}
