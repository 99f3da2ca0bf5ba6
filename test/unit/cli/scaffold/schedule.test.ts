// Schedules that the API server takes, and those that it refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheduleFault } from '../../../../cli/src/scaffold/schedule.ts';
import { runInShell } from '../../../support/in-shell.ts';

test('fields, their names, ranges, lists and steps; and names for all of it', () => {
  for (const text of [
    '0 3 * * *',
    '*/15 0-23/2 1,15 JAN-mar mon-FRI',
    '5/10 ? 31 12 6',
    '@daily',
    '@hourly',
    '@every 1h30m',
    '@every 5ms',
  ]) {
    assert.equal(scheduleFault(text), undefined, text);
  }
});

test('what lies beyond a field is named with its bounds', () => {
  assert.equal(scheduleFault('61 * * * *'), 'has "61" for its minute, from 0 to 59');
  assert.equal(scheduleFault('0 0 * * 7'), 'has "7" for its weekday, from 0 to 6');
  for (const text of [
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * foo',
    '5-1 * * * *',
    '*/0 * * * *',
    '*-5 * * * *',
    '1,,2 * * * *',
  ]) {
    assert.match(scheduleFault(text) ?? '', /^has ".*" for its /, text);
  }
  for (const text of ['', '* * * *', '* * * * * *', '@dayly', '@every', '@every 5', 'TZ=UTC']) {
    assert.equal(scheduleFault(text), 'has not five fields', text);
  }
});

test('new refuses it', async () => {
  const args = ['new', 'cronjob', 'a', '--image', 'b:1', '--wait', 'tcp://db:1', '--schedule'];
  const { exitCode, stderr } = await runInShell([...args, '61 * * * *']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /--schedule: "61 \* \* \* \*" has "61" for its minute/);
  assert.equal((await runInShell([...args, '@every 5m'])).exitCode, 0);
});
