// What the probes of server protocols share: connect, TLS where the scheme or --tls says so, talk, close.
import type { Socket } from 'node:net';
import type { ServerTarget } from '../../contract/target.ts';
import { Failure } from '../../core/failure.ts';
import { formatEndpoint } from '../../network/address.ts';
import type { Ask, Probe, ProbeWorld, Readiness } from '../probe.ts';
import { converse, type Dialogue } from './dialogue.ts';

/** Connects, and does the TLS handshake where there is one. Whoever gets the socket closes it. */
export type Open = (ask: Ask) => Promise<Socket>;

/** What a server wants before TLS may begin (STARTTLS); the socket is left as it is. @throws Failure */
export type BeforeTls = (raw: Socket, endpoint: string, signal: AbortSignal) => Promise<void>;

/** @throws Failure USAGE for certificates that cannot be read */
export async function createOpen(target: ServerTarget, world: ProbeWorld, beforeTls?: BeforeTls): Promise<Open> {
  const { options } = world;
  const { host, port } = target;
  const endpoint = formatEndpoint(host, port);
  const dial = createDial(target, world);
  if (!target.secure && !options.tls) return dial;
  // TLS is loaded only by those who speak it
  const { createSecure } = await import('./secure.ts');
  const secure = createSecure({ name: options.serverName ?? host, files: options, endpoint });
  return async (ask) => {
    const raw = await dial(ask);
    await beforeTls?.(raw, endpoint, ask.signal);
    return secure(raw, ask.signal);
  };
}

/** Connects; TLS, if there is any, is somebody else's. */
export function createDial({ host, port }: ServerTarget, { network }: ProbeWorld): Open {
  return async ({ signal, onPhase }) => {
    const raw = await network.connect(host, port, signal, onPhase);
    onPhase({ kind: 'answer', endpoint: formatEndpoint(host, port) });
    return raw;
  };
}

/**
 * A probe that talks to a server.
 * @param talk the conversation; it begins when the connection stands
 * @throws Failure USAGE for certificates that cannot be read
 */
export async function createServerProbe(
  target: ServerTarget,
  world: ProbeWorld,
  talk: (dialogue: Dialogue) => Promise<Readiness>,
  beforeTls?: BeforeTls,
): Promise<Probe> {
  const endpoint = formatEndpoint(target.host, target.port);
  const open = await createOpen(target, world, beforeTls);
  return { check: async (ask) => converse(await open(ask), endpoint, ask.signal, talk) };
}

/** For a protocol whose TLS begins later than the first byte, or which has a scheme of its own for it. */
export const withoutTlsFlag = (world: ProbeWorld): ProbeWorld => ({
  ...world,
  options: { ...world.options, tls: false },
});

/** It answers, and says itself that it does not serve yet. */
export function notServing(words: string, reason = ''): Readiness {
  return { kind: 'not-ready', cause: new Failure('NOT_SERVING', words, { details: { answer: reason } }) };
}

/** It answers, but not as a server of this protocol would. */
export function notTheProtocol(protocol: string): Readiness {
  return {
    kind: 'not-ready',
    cause: new Failure('UNEXPECTED_ANSWER', `the answer is not one of ${protocol}`, { details: { answer: 'other' } }),
  };
}
