import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseHostFlag, parseServiceFlag } from '../../../../cli/src/rehearse/cluster/service-flag.ts';

const service = {
  name: 'db',
  namespace: undefined,
  port: undefined,
  createdAtMs: 0,
  readyAtMs: 0,
  backend: undefined,
};

describe('--service', () => {
  const cases: readonly [text: string, expected: object][] = [
    ['db=127.0.0.1:5432', { backend: { host: '127.0.0.1', port: 5432 } }],
    ['db:5432=localhost:5433', { port: 5432, backend: { host: 'localhost', port: 5433 } }],
    ['db@3s', { createdAtMs: 3_000, readyAtMs: 3_000 }],
    ['db:80@500ms', { port: 80, createdAtMs: 500, readyAtMs: 500 }],
    ['db:80@1s+2s', { port: 80, createdAtMs: 1_000, readyAtMs: 3_000 }],
    [
      'db.data:80@1s=[::1]:81',
      { namespace: 'data', port: 80, createdAtMs: 1_000, readyAtMs: 1_000, backend: { host: '::1', port: 81 } },
    ],
  ];
  for (const [text, expected] of cases) {
    it(`reads ${text}`, () => assert.deepEqual(parseServiceFlag(text), { ...service, ...expected }));
  }

  const faults: readonly [text: string, message: RegExp][] = [
    ['db', /says neither when it appears nor where/],
    ['db:80', /says neither/],
    ['db@3', /3 is not a duration with a unit/],
    ['db@1s+x', /x is not a duration/],
    ['db=127.0.0.1', /127.0.0.1 is not HOST:PORT/],
    ['db:99999@1s', /from 1 to 65535/],
    ['DB@1s', /not of the right form/],
    ['', /not of the right form/],
  ];
  for (const [text, message] of faults) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseServiceFlag(text), message));
  }
});

describe('--host', () => {
  it('reads a name of the world, with a port or without', () => {
    assert.deepEqual(parseHostFlag('Example.org:443=127.0.0.1:8443'), {
      name: 'example.org',
      port: 443,
      backend: { host: '127.0.0.1', port: 8443 },
    });
    assert.equal(parseHostFlag('example.org=127.0.0.1:80').port, undefined);
  });

  it('refuses one without an address', () => {
    assert.throws(() => parseHostFlag('example.org'), /NAME\[:PORT\]=HOST:PORT|not of the right form/);
  });
});
