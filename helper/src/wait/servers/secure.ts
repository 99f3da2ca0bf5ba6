// TLS over a connection that stands: the handshake, and nothing more.
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { connectionFailure } from '../../http/classify.ts';
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
  const { ca, client } = readTls(files);
  return {
    rejectUnauthorized: true,
    // the name that was asked for, not what was dialled
    checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(name, certificate),
    // RFC 6066 §3: addresses are not names
    ...(isIP(name) === 0 && { servername: name }),
    ...(ca !== undefined && { ca: [...ca] }),
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
  return (raw, signal) =>
    new Promise((resolve, reject) => {
      const socket = connect({ ...options, socket: raw });
      const end = (reason: unknown) => {
        signal.removeEventListener('abort', abort);
        socket.destroy();
        raw.destroy();
        reject(reason);
      };
      const abort = () => end(signal.reason);
      const fail = (error: Error) => end(connectionFailure(error, endpoint));
      // some peers hang up during the handshake with nothing but the end
      const close = () => fail(Object.assign(new Error('closed during the handshake'), { code: 'ECONNRESET' }));
      socket.once('secureConnect', () => {
        signal.removeEventListener('abort', abort);
        socket.off('error', fail).off('close', close);
        resolve(socket);
      });
      socket.on('error', fail).on('close', close);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
    });
}
