// Every kind of target → the probe that asks it, and how often it may be asked. A new protocol is one line here.
import type { Target, TargetKind } from '../contract/target.ts';
import type { Backoff } from '../core/backoff.ts';
import { createDnsProbe } from './dns.ts';
import { gone } from './gone.ts';
import type { Probe, ProbeWorld } from './probe.ts';
import { stable } from './stable.ts';
import { createTcpProbe } from './tcp.ts';

export interface Protocol<Kind extends TargetKind> {
  /** How the pauses between two attempts grow. */
  readonly backoff: Backoff;
  /**
   * Makes the probe; what is costly to load is loaded here, so that it costs nobody else.
   * @throws Failure USAGE, before anything was asked
   */
  create(target: Extract<Target, { kind: Kind }>, world: ProbeWorld): Probe | Promise<Probe>;
}

// A refused connection is answered by the kernel and costs a packet each way: ask close together.
const cheap: Backoff = { initialMs: 50, factor: 1.5, maxMs: 500, jitter: 0.2 };
// A short name is up to five candidates of two questions each, at servers that the whole cluster shares; and most
// remember for 5 to 30 s that a name was not there, so that asking more often rarely finds it sooner.
const shared: Backoff = { initialMs: 100, factor: 1.6, maxMs: 2_000, jitter: 0.2 };
// A request is work for the server, which is busy starting.
const work: Backoff = { initialMs: 100, factor: 1.5, maxMs: 1_000, jitter: 0.2 };

export const protocols: { readonly [Kind in TargetKind]: Protocol<Kind> } = {
  tcp: { backoff: cheap, create: (target, { network }) => createTcpProbe(target, network) },
  dns: { backoff: shared, create: (target, { options, network }) => createDnsProbe(target, options, network) },
  http: {
    backoff: work,
    create: async (target, world) => (await import('./http.ts')).createHttpProbe(target, world),
  },
  tls: {
    backoff: work,
    create: async (target, { options, network, runtime }) =>
      (await import('./tls.ts')).createTlsProbe(target, options, network, runtime.clock),
  },
  unix: { backoff: cheap, create: async (target) => (await import('./unix.ts')).createUnixProbe(target) },
  file: {
    backoff: cheap,
    create: async (target, { options }) => (await import('./file.ts')).createFileProbe(target, options),
  },
};

export interface AskedTarget {
  readonly target: Target;
  readonly probe: Probe;
  readonly backoff: Backoff;
}

/**
 * The probe of a target, and its pauses: those of its protocol, or no longer ones than the user allows.
 * @throws Failure USAGE, before anything was asked
 */
export async function probeFor(target: Target, world: ProbeWorld): Promise<AskedTarget> {
  const protocol = protocols[target.kind] as Protocol<TargetKind>;
  const { initialMs, maxMs, ...rest } = protocol.backoff;
  const { intervalMs = maxMs } = world.options;
  const asked = await protocol.create(target, world);
  return {
    target,
    probe: stable(world.options.gone ? gone(asked) : asked, world.options, world.runtime.clock),
    backoff: { ...rest, initialMs: Math.min(initialMs, intervalMs), maxMs: intervalMs },
  };
}
