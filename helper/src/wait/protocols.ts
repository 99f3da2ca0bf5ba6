// Every kind of target → the probe that asks it, and how often it may be asked. A new protocol is one line here.
import type { ServerKind, ServerTarget, Target, TargetKind } from '../contract/target.ts';
import type { Backoff } from '../core/backoff.ts';
import { gone } from './gone.ts';
import type { Probe, ProbeWorld } from './probe.ts';
import { createDnsProbe } from './probes/dns.ts';
import { createTcpProbe } from './probes/tcp.ts';
import { stable } from './stable.ts';

/** How the pauses between two attempts grow. */
export interface Pauses {
  /** At first. */
  readonly backoff: Backoff;
  /** When the wait is long, the longest pause is a share of the time waited, up to this many milliseconds. */
  readonly longestMs: number;
}

type TargetOf<Kind extends TargetKind> = Kind extends ServerKind ? ServerTarget : Extract<Target, { kind: Kind }>;

export interface Protocol<Kind extends TargetKind> {
  readonly pauses: Pauses;
  /**
   * Makes the probe; what is costly to load is loaded here, so that it costs nobody else.
   * @throws Failure USAGE, before anything was asked
   */
  create(target: TargetOf<Kind>, world: ProbeWorld): Probe | Promise<Probe>;
}

// Chosen from the simulation in test/bench/wait-curve.ts, whose table is in helper/targets.md.
// A refused connection is answered by the kernel and costs a packet each way: ask close together.
const cheap: Pauses = { backoff: { initialMs: 100, factor: 1.3, maxMs: 500, jitter: 0.2 }, longestMs: 2_000 };
// A request is work for the server, which is busy starting.
const work: Pauses = { backoff: { initialMs: 100, factor: 1.5, maxMs: 1_000, jitter: 0.2 }, longestMs: 3_000 };
// A short name is up to five candidates of two questions each, at servers that the whole cluster shares; and most
// remember for 5 to 30 s that a name was not there, so that asking more often rarely finds it sooner.
const shared: Pauses = { backoff: { initialMs: 250, factor: 1.6, maxMs: 2_000, jitter: 0.2 }, longestMs: 5_000 };

export const protocols: { readonly [Kind in TargetKind]: Protocol<Kind> } = {
  tcp: {
    pauses: cheap,
    create: (target, { options, network, runtime }) => createTcpProbe(target, options, network, runtime.clock),
  },
  dns: { pauses: shared, create: (target, { options, network }) => createDnsProbe(target, options, network) },
  http: {
    pauses: work,
    create: async (target, world) => (await import('./probes/http.ts')).createHttpProbe(target, world),
  },
  tls: {
    pauses: work,
    create: async (target, world) => (await import('./probes/tls.ts')).createTlsProbe(target, world),
  },
  unix: {
    pauses: cheap,
    create: async (target, { options, runtime }) =>
      (await import('./probes/unix.ts')).createUnixProbe(target, options, runtime.clock),
  },
  file: {
    pauses: cheap,
    create: async (target, { options }) => (await import('./probes/file.ts')).createFileProbe(target, options),
  },
  postgres: {
    pauses: work,
    create: async (target, world) => (await import('./servers/postgres.ts')).createPostgresProbe(target, world),
  },
  mysql: {
    pauses: work,
    create: async (target, world) => (await import('./servers/mysql.ts')).createMysqlProbe(target, world),
  },
  redis: {
    pauses: work,
    create: async (target, world) => (await import('./servers/redis.ts')).createRedisProbe(target, world),
  },
  memcached: {
    pauses: work,
    create: async (target, world) => (await import('./servers/memcached.ts')).createMemcachedProbe(target, world),
  },
  nats: {
    pauses: work,
    create: async (target, world) => (await import('./servers/nats.ts')).createNatsProbe(target, world),
  },
  amqp: {
    pauses: work,
    create: async (target, world) => (await import('./servers/amqp.ts')).createAmqpProbe(target, world),
  },
  grpc: {
    pauses: work,
    create: async (target, world) => (await import('./servers/grpc.ts')).createGrpcProbe(target, world),
  },
  mongodb: {
    pauses: work,
    create: async (target, world) => (await import('./servers/mongodb.ts')).createMongodbProbe(target, world),
  },
  kafka: {
    pauses: work,
    create: async (target, world) => (await import('./servers/kafka.ts')).createKafkaProbe(target, world),
  },
  k8s: {
    pauses: shared,
    create: async (target, world) => (await import('./kubernetes/k8s.ts')).createK8sProbe(target, world),
  },
};

export interface AskedTarget {
  readonly target: Target;
  readonly probe: Probe;
  readonly pauses: Pauses;
}

/**
 * The probe of a target, and its pauses: those of its protocol, or no longer ones than the user allows.
 * @throws Failure USAGE, before anything was asked
 */
export async function probeFor(target: Target, world: ProbeWorld): Promise<AskedTarget> {
  const protocol = protocols[target.kind] as Protocol<TargetKind>;
  const { options, runtime } = world;
  const asked = await protocol.create(target as TargetOf<TargetKind>, world);
  return {
    target,
    probe: stable(options.gone ? gone(asked) : asked, options, runtime.clock),
    pauses: options.intervalMs === undefined ? protocol.pauses : limited(protocol.pauses, options.intervalMs),
  };
}

/** With `--interval`: none is longer than that. */
export function limited({ backoff }: Pauses, intervalMs: number): Pauses {
  const initialMs = Math.min(backoff.initialMs, intervalMs);
  return { backoff: { ...backoff, initialMs, maxMs: intervalMs }, longestMs: intervalMs };
}
