// tls://host:port is ready when the handshake succeeds, with a certificate that is trusted, for the name, and valid
// for long enough. Nothing is sent over it.
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { WaitOptions } from '../contract/wait-options.ts';
import { formatDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import { connectionFailure } from '../http/classify.ts';
import { readTrust } from '../http/trust.ts';
import { formatEndpoint } from '../network/address.ts';
import type { Network } from '../network/network.ts';
import type { Clock } from '../ports/clock.ts';
import { type Probe, ready } from './probe.ts';

type TlsOptions = Pick<WaitOptions, 'caFile' | 'serverName' | 'validForMs'>;

/** @throws Failure USAGE for certificates that cannot be read */
export function createTlsProbe(
  { host, port }: { readonly host: string; readonly port: number },
  options: TlsOptions,
  network: Network,
  clock: Clock,
): Probe {
  const trust = readTrust(options.caFile);
  const name = options.serverName ?? host;
  const endpoint = formatEndpoint(host, port);
  return {
    async check({ signal, onPhase }) {
      const raw = await network.connect(host, port, signal, onPhase);
      onPhase({ kind: 'answer', endpoint });
      const socket = connect({
        socket: raw,
        host: name,
        // RFC 6066 §3: addresses are not names
        ...(isIP(name) === 0 && { servername: name }),
        ...(trust.ca !== undefined && { ca: [...trust.ca] }),
      });
      try {
        await secured(socket, endpoint, signal);
        const leftMs = Date.parse(socket.getPeerCertificate().valid_to) - clock.wallTime();
        if (leftMs >= options.validForMs) return ready;
        const left = formatDuration(Math.floor(leftMs / 3_600_000) * 3_600_000);
        const what = `the certificate is valid for ${left} only, less than ${formatDuration(options.validForMs)}: ${endpoint}`;
        return {
          kind: 'not-ready',
          cause: new Failure('TLS_FAILED', what, { details: { errno: 'CERT_EXPIRES_SOON' } }),
        };
      } finally {
        socket.destroy();
        raw.destroy();
      }
    },
  };
}

function secured(socket: TLSSocket, endpoint: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(connectionFailure(error, endpoint));
    socket.once('secureConnect', resolve);
    socket.on('error', fail);
    // some peers hang up during the handshake with nothing but the end
    socket.once('close', () => fail(Object.assign(new Error('closed during the handshake'), { code: 'ECONNRESET' })));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
