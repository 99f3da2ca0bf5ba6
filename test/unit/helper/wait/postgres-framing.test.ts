// Which messages of PostgreSQL's reach its driver.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PostgresFraming } from '../../../../helper/src/wait/servers/postgres-framing.ts';

const message = (type: string, body: string) => {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
};
const column = `a\0${'\0'.repeat(18)}`;

test('whole messages pass, in whatever pieces they come', () => {
  const all = Buffer.concat([
    message('R', '\0\0\0\x0aSCRAM-SHA-256\0\0'),
    message('R', '\0\0\0\0'),
    message('S', 'server_version\x0018\0'),
    message('N', 'SNOTICE\0Mhello\0\0'),
    message('Z', 'I'),
    message('T', `\0\x02${column}${column}`),
    // of no text, and larger than one may be
    message('D', `\0\x01\0\x20\0\0${'x'.repeat(2 << 20)}`),
    message('C', 'SELECT 1\0'),
    message('1', ''),
    message('E', 'SERROR\0C42P01\0\0'),
  ]);
  new PostgresFraming().look(all);
  for (const size of [1, 2, 7]) {
    const framing = new PostgresFraming();
    const small = all.subarray(0, 200);
    for (let at = 0; at < small.length; at += size) framing.look(small.subarray(at, at + size));
  }
});

test('one whose texts do not end within it does not', () => {
  const faulty = [
    ...[
      message('S', 'server_version\x0018'),
      message('S', 'a\0'),
      message('C', 'SELECT 1'),
      message('A', '\0\0\0\x01a\0b'),
    ],
    ...[message('E', 'SERROR\0'), message('E', 'SERROR'), message('E', ''), message('N', 'S')],
    ...[message('R', '\0\0'), message('R', '\0\0\0\x0aSCRAM-SHA-256\0'), message('R', '\0\0\0\x0a')],
    ...[message('T', '\0'), message('T', '\0\x01a'), message('T', `\0\x02${column}`), message('T', '\0\x01a\0\0')],
    Buffer.from('Z\0\0\0\x03'),
    Buffer.from('E\0\x20\0\0'),
  ];
  for (const bytes of faulty) {
    assert.throws(() => new PostgresFraming().look(bytes), /not one of PostgreSQL's/, bytes.toString('latin1'));
  }
});
