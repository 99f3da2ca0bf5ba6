// TLS over a connection that stands, for servers that speak something else than HTTP.
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { checkTls } from '../../http/check-tls.ts';
import { handshake, trustedWith } from '../../http/secure-socket.ts';
import { readTls, type TlsFiles } from '../../http/trust.ts';

export interface SecureOptions {
  /** The name that the certificate must be for; an address counts too. */
  readonly name: string;
  readonly files: TlsFiles;
  /** What the client would speak (ALPN, RFC 7301); default: not said. */
  readonly protocols?: readonly string[];
  /** For messages. */
  readonly endpoint: string;
}

/**
 * Does the handshake. Whoever gets the socket closes it; where it fails, both are closed.
 * @throws Failure TLS_FAILED or of the connection; the signal's reason
 */
export type Secure = (raw: Socket, signal: AbortSignal) => Promise<TLSSocket>;

/**
 * What Node, or a driver that speaks TLS by itself, must know of a connection, wherever it dials.
 * @throws Failure USAGE for certificates that cannot be read
 */
export function secureOptions(name: string, files: TlsFiles) {
  const tls = readTls(files);
  checkTls(tls);
  const { extraCa, client } = tls;
  return {
    rejectUnauthorized: true,
    // the name that was asked for, not what was dialled
    checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(name, certificate),
    // RFC 6066 §3: addresses are not names
    ...(isIP(name) === 0 && { servername: name }),
    ...(extraCa !== undefined && { ca: trustedWith(extraCa) }),
    ...client,
  };
}

/** @throws Failure USAGE for certificates that cannot be read */
export function createSecure({ name, files, protocols, endpoint }: SecureOptions): Secure {
  const options: ConnectionOptions = {
    ...secureOptions(name, files),
    host: name,
    ...(protocols !== undefined && { ALPNProtocols: [...protocols] }),
  };
  return async (raw, signal) => {
    try {
      return await handshake(connect({ ...options, socket: raw }), endpoint, signal);
    } catch (error) {
      raw.destroy();
      throw error;
    }
  };
}
