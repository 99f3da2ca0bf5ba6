// http:// and https:// are ready when the answer has one of the statuses that count. The body is not read.
// Nothing but this probe loads HTTP.
import type { Target } from '../contract/target.ts';
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import { createAgent } from '../http/agent.ts';
import { readHeaders } from '../http/header-values.ts';
import { readTrust } from '../http/trust.ts';
import { formatEndpoint } from '../network/address.ts';
import type { Network } from '../network/network.ts';
import { statusCounts, usualStatuses } from './http-status.ts';
import { type Ask, type Probe, type Readiness, ready } from './probe.ts';
import type { ProbeWorld } from './protocols.ts';

/** @throws Failure USAGE for a header or a certificate that cannot be read */
export async function createHttpProbe(
  target: Extract<Target, { kind: 'http' }>,
  { options, network, runtime }: ProbeWorld,
): Promise<Probe> {
  const tls = readTrust(options.caFile);
  // read now so that a fault ends it at once; a Secret that is rotated while we wait is read anew below
  await readHeaders(options, runtime.env);
  const wanted = options.statuses.length === 0 ? usualStatuses : options.statuses;

  const check = async (ask: Ask): Promise<Readiness> => {
    const agent = createAgent(reporting(network, ask.onPhase), tls);
    try {
      const answer = await agent.request({
        method: 'GET',
        url: target.url,
        headers: await readHeaders(options, runtime.env),
        maxRedirects: options.maxRedirects,
        ...{ signal: ask.signal, onPhase: ask.onPhase },
      });
      const { status, url } = answer;
      answer.close();
      if (statusCounts(status, wanted)) return ready;
      const from = redactUrl(url.href);
      const cause = `answers ${status}, not ${wanted.join(' or ')}${from === target.text ? '' : `, from ${from}`}`;
      return { kind: 'not-ready', cause: new Failure('UNEXPECTED_STATUS', cause, { details: { status } }) };
    } finally {
      agent.close();
    }
  };

  return {
    check: async (ask) => {
      try {
        return await check(ask);
      } catch (error) {
        // a server that is being set up may well redirect in circles
        if (!(error instanceof Failure) || error.code !== 'TOO_MANY_REDIRECTS') throw error;
        return { kind: 'not-ready', cause: new Failure('UNEXPECTED_ANSWER', error.message, { cause: error }) };
      }
    },
  };
}

/** The network, telling when a connection stands and the answer is what is waited for. */
function reporting(network: Network, onPhase: Ask['onPhase']): Network {
  return {
    ...network,
    connect: async (host, port, signal, onNetworkPhase) => {
      const socket = await network.connect(host, port, signal, onNetworkPhase);
      onPhase({ kind: 'answer', endpoint: formatEndpoint(host, port) });
      return socket;
    },
  };
}
