import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asFailure, Failure } from '../../../../helper/src/core/failure.ts';
import { volumeFailure } from '../../../../helper/src/fetch/backstage/volume-failure.ts';
import { connectionFailure, statusFailure } from '../../../../helper/src/http/classify.ts';
import { socketFailure } from '../../../../helper/src/network/socket-failure.ts';

test('a status that may change is asked again, one that will not is not', () => {
  const unavailable = [408, 421, 425, 429, 500, 502, 503, 504, 507, 511, 520, 524, 599];
  const refused = [300, 304, 302, 400, 401, 403, 404, 405, 410, 416, 451, 499, 501, 505, 508];
  for (const status of unavailable) assert.equal(statusFailure(status, 'u').code, 'HTTP_UNAVAILABLE', `${status}`);
  for (const status of refused) assert.equal(statusFailure(status, 'u').code, 'HTTP_REFUSED', `${status}`);
  for (const status of [100, 204, 0, 600, 999]) assert.equal(statusFailure(status, 'u').code, 'UNEXPECTED_ANSWER');
});

test('every error of a socket, of TLS and of the parser has its code', () => {
  const table = {
    ECONNRESET: 'CONNECTION_RESET',
    EPIPE: 'CONNECTION_RESET',
    UND_ERR_SOCKET: 'CONNECTION_RESET',
    ECONNREFUSED: 'CONNECTION_REFUSED',
    EHOSTUNREACH: 'UNREACHABLE',
    ENETUNREACH: 'UNREACHABLE',
    ETIMEDOUT: 'TIMED_OUT',
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'TRUNCATED',
    HPE_INVALID_CONSTANT: 'UNEXPECTED_ANSWER',
    ERR_TLS_CERT_ALTNAME_INVALID: 'TLS_FAILED',
    ERR_SSL_WRONG_VERSION_NUMBER: 'TLS_FAILED',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'TLS_FAILED',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLS_FAILED',
    CERT_HAS_EXPIRED: 'TLS_FAILED',
    EPROTO: 'TLS_FAILED',
    EMFILE: 'OUT_OF_DESCRIPTORS',
    EHOSTNOTHERE: 'NETWORK_FAILED',
    UND_ERR_INVALID_ARG: 'BUG',
  };
  for (const [code, expected] of Object.entries(table)) {
    assert.equal(connectionFailure(Object.assign(new Error('m'), { code }), 'h').code, expected, code);
  }
});

test('what Node advises whoever starts it is left out: in the image nobody does', () => {
  const message =
    'self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca';
  const failure = connectionFailure(Object.assign(new Error(message), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'h');
  assert.equal(failure.message, 'TLS with h failed: self-signed certificate');
  assert.match(failure.hint ?? '', /--ca-file/);
});

test('an error that nobody foresaw is a bug, and a Failure stays what it is', () => {
  assert.equal(connectionFailure(new TypeError('x is not a function'), 'h').code, 'BUG');
  const failure = new Failure('STALLED', 'nothing came');
  assert.equal(connectionFailure(failure, 'h'), failure);
});

test('without a descriptor it is the same wherever it was met, and may pass', () => {
  for (const code of ['EMFILE', 'ENFILE']) {
    const error = Object.assign(new Error(`${code}: m`), { code, syscall: 'open' });
    const failures = [
      asFailure(error),
      connectionFailure(error, 'h'),
      socketFailure(error, 'h'),
      volumeFailure(error, '/p'),
    ];
    for (const failure of failures) {
      assert.ok(failure instanceof Failure && failure.code === 'OUT_OF_DESCRIPTORS' && failure.retryable);
      assert.match(failure.message, new RegExp(code));
    }
    for (const failure of failures.slice(2)) assert.match((failure as Failure).hint ?? '', /ulimit -n/);
  }
});
