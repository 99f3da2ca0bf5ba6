// What the system says about a socket → a Failure. All of these mean "not yet" while a cluster starts.
import { descriptorErrors, Failure } from '../core/failure.ts';
import type { FailureCodeName } from '../core/failure-codes.ts';

// Why a cluster gives each of them: no ready endpoints is a REJECT, hence refused, with kube-proxy
// (kubernetes/kubernetes#72534), and unreachable or silence with others (cilium/cilium#28157).
const causes: Readonly<Record<string, readonly [FailureCodeName, string, string?]>> = {
  ECONNREFUSED: ['CONNECTION_REFUSED', 'connection refused'],
  ECONNRESET: ['CONNECTION_RESET', 'connection reset'],
  ECONNABORTED: ['CONNECTION_RESET', 'connection aborted'],
  EPIPE: ['CONNECTION_RESET', 'connection closed by the peer'],
  EHOSTUNREACH: ['UNREACHABLE', 'no route to the host'],
  EHOSTDOWN: ['UNREACHABLE', 'the host is down'],
  ENETUNREACH: ['UNREACHABLE', 'no route to the network'],
  ENETDOWN: ['UNREACHABLE', 'the network is down'],
  EADDRNOTAVAIL: ['UNREACHABLE', 'no local address for that kind of address'],
  EAFNOSUPPORT: ['UNREACHABLE', 'no such kind of address here'],
  // a firewall's REJECT with "administratively prohibited"
  EACCES: ['UNREACHABLE', 'prohibited by a firewall'],
  EPERM: ['UNREACHABLE', 'prohibited by a firewall'],
  ...descriptorErrors,
  ETIMEDOUT: ['TIMED_OUT', 'no answer to the connection attempt'],
};

/**
 * The failure that an error of a socket stands for.
 * @param endpoint what was connected to, for the message
 */
export function socketFailure(error: Error & { code?: string }, endpoint: string): Failure {
  const [code, words, hint] = causes[error.code ?? ''] ?? ['NETWORK_FAILED', error.message];
  const system = error.code === undefined ? {} : { errno: error.code };
  return new Failure(code, `${words}: ${endpoint}`, {
    cause: error,
    details: { endpoint, ...system },
    ...(hint !== undefined && { hint }),
  });
}
