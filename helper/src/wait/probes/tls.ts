// tls://host:port is ready when the handshake succeeds, with a certificate that is trusted, for the name, and valid
// for long enough. Nothing is sent over it.
import { formatDuration } from '../../core/duration.ts';
import { Failure } from '../../core/failure.ts';
import { formatEndpoint } from '../../network/address.ts';
import { type Probe, type ProbeWorld, ready } from '../probe.ts';
import { createSecure } from '../servers/secure.ts';

const hourMs = 3_600_000;

/** @throws Failure USAGE for certificates that cannot be read */
export function createTlsProbe(
  { host, port }: { readonly host: string; readonly port: number },
  { options, network, runtime }: ProbeWorld,
): Probe {
  const endpoint = formatEndpoint(host, port);
  const secure = createSecure({ name: options.serverName ?? host, files: options, endpoint });
  return {
    async check({ signal, onPhase }) {
      const raw = await network.connect(host, port, signal, onPhase);
      onPhase({ kind: 'answer', endpoint });
      const socket = await secure(raw, signal);
      const leftMs = Date.parse(socket.getPeerCertificate().valid_to) - runtime.clock.wallTime();
      socket.on('error', () => {}).destroy();
      if (leftMs >= options.validForMs) return ready;
      const left = formatDuration(Math.floor(leftMs / hourMs) * hourMs);
      const what = `the certificate is valid for ${left} only, less than ${formatDuration(options.validForMs)}: ${endpoint}`;
      return { kind: 'not-ready', cause: new Failure('TLS_FAILED', what, { details: { errno: 'CERT_EXPIRES_SOON' } }) };
    },
  };
}
