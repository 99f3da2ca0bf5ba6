// What a server, a socket or the parser said → a Failure, which knows whether asking again may help. Pure.
import { descriptorErrors, Failure } from '../core/failure.ts';
import type { FailureCodeName } from '../core/failure-codes.ts';

// | status                              | code               | why                                                       |
// | 408, 425, 429                       | HTTP_UNAVAILABLE   | the server asks for another attempt (RFC 9110 §15.5.9 …)  |
// | 421                                 | HTTP_UNAVAILABLE   | another connection may reach the right server             |
// | 5xx but those below                 | HTTP_UNAVAILABLE   | a server or gateway that starts, restarts or is overloaded |
// | 501, 505, 506, 508, 510             | HTTP_REFUSED       | it cannot do what is asked, now or later                  |
// | 3xx where no redirect is followed   | HTTP_REFUSED       | asked again, it would redirect again                      |
// | any other 4xx                       | HTTP_REFUSED       | not found, no access, malformed: the same next time       |
// | anything else (1xx, 2xx, none)      | UNEXPECTED_ANSWER  | not an answer to what was asked                           |
const worthAnotherTry = new Set([408, 421, 425, 429]);
const neverWorthIt = new Set([501, 505, 506, 508, 510]);

/** What is likely behind a status, in Kubernetes' words where there are any. */
const statusHints: Readonly<Record<number, string>> = {
  401: 'Give credentials with --header-env or --header-file, from a Secret',
  403: 'Check the credentials, and whether a signed URL has expired',
  404: 'Check the path; behind an Ingress or a Gateway, check that its route exists',
  407: 'The proxy asks for credentials',
  502: 'A gateway stands before the server; has the Service ready endpoints?',
  503: 'Has the Service ready endpoints?',
};

/**
 * The failure that a status stands for.
 * @param status of an answer that cannot be used
 * @param where the URL without its secrets
 */
export function statusFailure(status: number, where: string): Failure {
  const code: FailureCodeName =
    worthAnotherTry.has(status) || (status >= 500 && status <= 599 && !neverWorthIt.has(status))
      ? 'HTTP_UNAVAILABLE'
      : status >= 300 && status <= 599
        ? 'HTTP_REFUSED'
        : 'UNEXPECTED_ANSWER';
  const hint = statusHints[status];
  return new Failure(code, `HTTP ${status} from ${where}`, {
    details: { status },
    ...(hint !== undefined && { hint }),
  });
}

// | error                                                        | code              |
// | ECONNRESET, ECONNABORTED, EPIPE, UND_ERR_SOCKET              | CONNECTION_RESET  |
// | ECONNREFUSED                                                 | CONNECTION_REFUSED |
// | EHOSTUNREACH, EHOSTDOWN, ENETUNREACH, ENETDOWN, EADDRNOTAVAIL | UNREACHABLE      |
// | ETIMEDOUT, UND_ERR_…_TIMEOUT                                 | TIMED_OUT         |
// | EMFILE, ENFILE                                               | OUT_OF_DESCRIPTORS |
// | UND_ERR_RES_CONTENT_LENGTH_MISMATCH                          | TRUNCATED         |
// | HPE_…, UND_ERR_HEADERS_OVERFLOW: no HTTP/1.1                 | UNEXPECTED_ANSWER |
// | ERR_TLS_…, ERR_SSL_…, EPROTO, names of X.509 faults          | TLS_FAILED        |
// | no code, or that of a misused interface                      | BUG               |
// | any other                                                    | NETWORK_FAILED    |
const socketCodes: Readonly<Record<string, FailureCodeName>> = {
  ECONNRESET: 'CONNECTION_RESET',
  ECONNABORTED: 'CONNECTION_RESET',
  EPIPE: 'CONNECTION_RESET',
  UND_ERR_SOCKET: 'CONNECTION_RESET',
  ECONNREFUSED: 'CONNECTION_REFUSED',
  EHOSTUNREACH: 'UNREACHABLE',
  EHOSTDOWN: 'UNREACHABLE',
  ENETUNREACH: 'UNREACHABLE',
  ENETDOWN: 'UNREACHABLE',
  EADDRNOTAVAIL: 'UNREACHABLE',
  ETIMEDOUT: 'TIMED_OUT',
  UND_ERR_CONNECT_TIMEOUT: 'TIMED_OUT',
  UND_ERR_HEADERS_TIMEOUT: 'TIMED_OUT',
  UND_ERR_BODY_TIMEOUT: 'TIMED_OUT',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'TRUNCATED',
  UND_ERR_HEADERS_OVERFLOW: 'UNEXPECTED_ANSWER',
  UND_ERR_INVALID_ARG: 'BUG',
  UND_ERR_NOT_SUPPORTED: 'BUG',
};

// Node gives X.509 faults by OpenSSL's names: https://nodejs.org/api/tls.html#x509-certificate-error-codes
const tlsCode =
  /^(?:ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_|HOSTNAME_MISMATCH|ERROR_IN_(?:CERT|CRL)_)/;

const tlsHints: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'The certificate has expired; renew it (cert-manager: look at the Certificate)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for another name; use a name that it holds',
};
const untrusted = 'Mount the CA that signed it, from a ConfigMap or Secret, and name it with --ca-file';

/**
 * The failure that an error of a connection stands for; a Failure is returned as it is.
 * @param where whom we were talking to, for the message
 */
export function connectionFailure(error: unknown, where: string): Failure {
  if (error instanceof Failure) return error;
  const { code: given, name, message } = error as Error & { code?: unknown };
  // undici's parser does not always say which rule was broken
  const code = name === 'HTTPParserError' ? 'HPE_' : given;
  if (typeof code !== 'string') return new Failure('BUG', String(message ?? error), { cause: error });
  const details = { errno: code };
  if (tlsCode.test(code)) {
    const hint = tlsHints[code] ?? (/ISSUER|SELF_SIGNED|LEAF_SIGNATURE/.test(code) ? untrusted : undefined);
    // Node adds a flag of its own that nobody can give it in the image
    const said = message.replace(/; if the root CA is installed locally.*$/s, '');
    return new Failure('TLS_FAILED', `TLS with ${where} failed: ${said}`, {
      cause: error,
      details,
      ...(hint !== undefined && { hint }),
    });
  }
  if (code.startsWith('HPE_')) {
    return new Failure('UNEXPECTED_ANSWER', `${where} does not speak HTTP/1.1 properly: ${message}`, {
      cause: error,
      details,
    });
  }
  const known = descriptorErrors[code]?.[0] ?? socketCodes[code] ?? 'NETWORK_FAILED';
  const words = known === 'CONNECTION_RESET' ? 'connection closed by' : `${message}:`;
  return new Failure(known, `${words} ${where}`, { cause: error, details });
}
