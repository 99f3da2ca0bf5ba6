// Every kind of target → the probe that asks it, and how often it may be asked. A new protocol is one line here.
import type { Target, TargetKind } from '../contract/target.ts';
import type { WaitOptions } from '../contract/wait-options.ts';
import type { Backoff } from '../core/backoff.ts';
import type { Network } from '../network/network.ts';
import type { Runtime } from '../runtime.ts';
import { createDnsProbe } from './dns.ts';
import type { Probe } from './probe.ts';
import { createTcpProbe } from './tcp.ts';

/** What a probe may be made of. */
export interface ProbeWorld {
  readonly options: WaitOptions;
  readonly network: Network;
  readonly runtime: Runtime;
}

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
  dns: { backoff: shared, create: (target, { network }) => createDnsProbe(target, network) },
  http: {
    backoff: work,
    create: async (target, world) => (await import('./http.ts')).createHttpProbe(target, world),
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
  return {
    target,
    probe: await protocol.create(target, world),
    backoff: { ...rest, initialMs: Math.min(initialMs, intervalMs), maxMs: intervalMs },
  };
}
