// Whose certificates are trusted, started with the flag that the image gives Node.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../../support/certificate.ts';
import { helperProgram, runHelper } from '../../support/run-helper.ts';
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

test('a certificate that is broken, or not for the key, is a fault before anybody is asked', async () => {
  using folder = createTempDir();
  const [own, other] = [makeCertificate(['client']), makeCertificate(['other'])];
  const cert = folder.write('tls.crt', own.cert);
  const key = folder.write('tls.key', own.key);
  const broken = (pem: string) => pem.replace(/\n[^-]+\n/, '\nAAAA\n');
  const cases: [string[], RegExp][] = [
    [
      ['--cert-file', cert, '--key-file', folder.write('other.key', other.key)],
      /--key-file: it is not the key of the certificate/,
    ],
    [['--cert-file', cert, '--key-file', folder.write('broken.key', broken(own.key))], /--key-file/],
    [['--cert-file', folder.write('broken.crt', broken(own.cert)), '--key-file', key], /--cert-file/],
    [['--ca-file', folder.write('ca.crt', broken(own.cert))], /--ca-file/],
  ];
  const asks = [
    ['wait', 'https://nowhere.invalid/'],
    ['wait', 'tls://nowhere.invalid:1'],
    ['fetch', 'https://nowhere.invalid/a', join(folder.path, 'a')],
  ];
  for (const [files, says] of cases) {
    for (const ask of asks) {
      const { exitCode, stderr, log } = await runHelper([...ask, ...files, '--deadline', '2s']);
      assert.equal(exitCode, 2, stderr);
      assert.match(String(log.at(-1)?.msg), says);
      assert.equal(log.length, 1, stderr);
    }
  }
});
