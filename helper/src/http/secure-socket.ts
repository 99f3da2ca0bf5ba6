// TLS for HTTP: whom to trust, what to ask for, the handshake. A part of the bundle of its own: Node's TLS takes a
// fifth of the start of a wait for an http:// target, which never needs it.
import { isIP, type OnReadOpts, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  TLSSocket,
} from 'node:tls';
import type { Endpoint } from '../network/connect-to.ts';
import { connectionFailure } from './classify.ts';
import type { TlsSettings } from './trust.ts';

/** Begins TLS to an endpoint that it dials itself; only such a socket can read into memory of ours. */
export function dialSecurely(host: string, tls: TlsSettings, to: Endpoint, onread: OnReadOpts): TLSSocket {
  const dialled: ConnectionOptions & { readonly onread: OnReadOpts } = { ...optionsFor(host, tls), ...to, onread };
  return connect(dialled);
}

/**
 * Waits for the handshake, and begins it where the socket speaks no TLS yet (a tunnel through a proxy).
 * @throws Failure TLS_FAILED or of the connection; the signal's reason
 */
export function secured(raw: Socket, host: string, tls: TlsSettings, signal: AbortSignal): Promise<TLSSocket> {
  const socket = raw instanceof TLSSocket ? raw : connect({ ...optionsFor(host, tls), socket: raw });
  return handshake(socket, host, signal);
}

/**
 * Waits until both sides are sure of each other. Whoever gets the socket closes it; where it fails, it is closed.
 * @param peer for messages
 * @throws Failure TLS_FAILED or of the connection; the signal's reason
 */
export function handshake(socket: TLSSocket, peer: string, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const end = (reason: unknown) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(reason);
    };
    const abort = () => end(signal.reason);
    const fail = (error: Error) => end(connectionFailure(error, peer));
    // the peer hangs up during the handshake: some say so with nothing but the end
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

/** The usual certificates and those that are trusted beside them, PEM. */
export function trustedWith(extraCa: string): string[] {
  const usual = getCACertificates('default');
  // with --use-openssl-ca, as in the image, Node names none: they are those of SSL_CERT_FILE, which it calls the system's
  return [...(usual.length > 0 ? usual : getCACertificates('system')), extraCa];
}

// To read a bundle of certificates takes longer than the handshake.
const contexts = new WeakMap<TlsSettings, SecureContext>();

function contextOf(tls: TlsSettings): SecureContext | undefined {
  const { extraCa, client } = tls;
  if (extraCa === undefined && client === undefined) return undefined;
  const known = contexts.get(tls);
  if (known !== undefined) return known;
  const made = createSecureContext({ ...(extraCa !== undefined && { ca: trustedWith(extraCa) }), ...client });
  contexts.set(tls, made);
  return made;
}

function optionsFor(host: string, tls: TlsSettings): ConnectionOptions {
  const secureContext = contextOf(tls);
  return {
    // RFC 6066 §3: addresses are not names
    ...(isIP(host) === 0 && { servername: host }),
    // not by the address that was dialled
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    ALPNProtocols: ['http/1.1'],
    ...(secureContext !== undefined && { secureContext }),
  };
}
