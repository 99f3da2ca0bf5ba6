// Whose certificates are trusted, started with the flag that the image gives Node.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { makeCertificate } from '../../support/certificate.ts';
import { helperProgram } from '../../support/run-helper.ts';
import { createTempDir } from '../../support/temp-dir.ts';

test('a CA file is trusted beside the certificates of the image, not in their place', async () => {
  using folder = createTempDir();
  const own = makeCertificate(['localhost']);
  const images = folder.write('ca-certificates.crt', own.cert);
  const other = folder.write('other.pem', makeCertificate(['other']).cert);
  const server = createServer(own, (_, response) => response.end()).listen(0, 'localhost');
  await once(server, 'listening');
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;

  const exitCodeWith = async (trusted: string, deadline: string) => {
    const words = ['--use-openssl-ca', helperProgram, 'wait', url, '--ca-file', other, '--deadline', deadline];
    const env = { PATH: process.env.PATH, SSL_CERT_FILE: trusted };
    const [code] = await once(spawn(process.execPath, words, { env, stdio: 'ignore' }), 'exit');
    return code;
  };
  try {
    assert.equal(await exitCodeWith(images, '1m'), 0);
    // it is not that anybody would be trusted
    assert.notEqual(await exitCodeWith(other, '1s'), 0);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
