import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHostsFile } from '../../../../helper/src/network/hosts-file.ts';

test('gathers the addresses of a name over all lines, in order and once each', () => {
  const text = '127.0.0.1\tlocalhost\n::1 localhost ip6-localhost\n127.0.0.1 localhost\n';
  const hosts = parseHostsFile(text);
  assert.deepEqual(hosts.get('localhost'), [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);
  assert.deepEqual(hosts.get('ip6-localhost'), [{ address: '::1', family: 6 }]);
});

test('names are in lower case', () => {
  assert.deepEqual(parseHostsFile('10.0.0.1 DB.Example').get('db.example'), [{ address: '10.0.0.1', family: 4 }]);
});

test('skips comments, empty lines and lines that begin with no address', () => {
  const hosts = parseHostsFile('# 10.0.0.1 a\n\n10.0.0.2 b # c\nnonsense d\n');
  assert.deepEqual([...hosts.keys()], ['b']);
});
