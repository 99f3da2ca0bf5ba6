// What the probes of server protocols share: connect, TLS where the scheme says so, talk, close.
import type { ServerTarget } from '../contract/target.ts';
import { Failure } from '../core/failure.ts';
import { formatEndpoint } from '../network/address.ts';
import { converse, type Dialogue } from './dialogue.ts';
import type { Probe, ProbeWorld, Readiness } from './probe.ts';

/**
 * A probe that talks to a server.
 * @param ask the conversation; it begins when the connection stands
 * @throws Failure USAGE for certificates that cannot be read
 */
export async function createServerProbe(
  target: ServerTarget,
  { options, network }: ProbeWorld,
  ask: (dialogue: Dialogue) => Promise<Readiness>,
): Promise<Probe> {
  const { host, port } = target;
  const endpoint = formatEndpoint(host, port);
  // TLS is loaded only by those who speak it
  const secure = target.secure
    ? (await import('./secure.ts')).createSecure({ name: options.serverName ?? host, files: options, endpoint })
    : undefined;
  return {
    async check({ signal, onPhase }) {
      const raw = await network.connect(host, port, signal, onPhase);
      onPhase({ kind: 'answer', endpoint });
      return converse(secure === undefined ? raw : await secure(raw, signal), endpoint, signal, ask);
    },
  };
}

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
