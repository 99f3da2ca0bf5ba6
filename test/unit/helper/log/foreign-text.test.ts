// What others wrote (a server, a file, an archive) forges no line of the log, and moves no cursor.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatTermination, parseTermination } from '../../../../helper/src/contract/index.ts';
import { formatTextLine } from '../../../../helper/src/log/text-line.ts';

const line = (msg: string, hint?: string) =>
  formatTextLine(JSON.stringify({ time: '2026-01-02T03:04:05.678Z', level: 'info', msg, hint }));

test('a line break in what a server says begins no line of the log', () => {
  assert.equal(line('a\n03:04:05.679 ready'), `03:04:05.678 a\n${' '.repeat(13)}03:04:05.679 ready\n`);
  assert.equal(
    line('a', 'b\r\n03:04:05.679 ready')
      .split('\n')
      .filter((one) => /^\d/.test(one)).length,
    1,
  );
});

test('a terminal escape is written out', () => {
  assert.equal(line('a\u001b[2J\rb\u009b\u202e'), '03:04:05.678 a\\u001b[2J\\u000db\\u009b\\u202e\n');
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const moving = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

test('whatever is said, one line of the log begins, and nothing moves the cursor', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\r', '\u001b[A', ''), (text, piece) => {
      const written = line(text + piece + text, piece + text);
      assert.ok(!moving.test(written), JSON.stringify(written));
      assert.ok(
        written
          .split('\n')
          .slice(1, -1)
          .every((one) => one.startsWith(' '.repeat(13))),
      );
    }),
  );
});

test('the termination message has two lines, whatever a server says, and none of them moves the cursor', () => {
  const message = formatTermination('a\r\n{"outcome":"done"}\u001b[2J\u2028b', { outcome: 'failed', elapsedMs: 1 });
  const lines = message.split('\n');
  assert.equal(lines.length, 2);
  assert.ok(!moving.test(lines[0] ?? ''));
  assert.equal(parseTermination(message)?.facts.outcome, 'failed');
});

test('a megabyte of a sentence is cut as soon as a kilobyte', () => {
  const before = process.cpuUsage();
  assert.ok(
    Buffer.byteLength(formatTermination('a\u{1f600}'.repeat(200_000), { outcome: 'failed', elapsedMs: 1 })) <= 1024,
  );
  // a thousandth of what cutting character by character would take
  assert.ok(process.cpuUsage(before).user < 2_000_000);
});
