import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../../../helper/src/log/create-log.ts';

function lines(logFormat: 'json' | 'text') {
  const written: string[] = [];
  const log = createLog({ logFormat, logLevel: 'info' }, (line) => written.push(line));
  return { log, written };
}

test('JSON: one object a line, with level by name, ISO time, the fields, and the sentence last', () => {
  const { log, written } = lines('json');
  log.with({ step: '1/2' }).info('tcp://db:5432 ready', { attempts: 3 });
  const [line = ''] = written;
  assert.ok(line.endsWith('\n'));
  const { time, ...rest } = JSON.parse(line);
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(rest, { level: 'info', step: '1/2', attempts: 3, msg: 'tcp://db:5432 ready' });
});

test('text: time, level where it matters, step, sentence, and the hint below it', () => {
  const { log, written } = lines('text');
  log.info('waiting');
  log.with({ step: '2/3' }).warn('not ready', { hint: 'no such Service' });
  assert.match(written.join(''), /^[\d:.]{12} waiting\n[\d:.]{12} WARN \[2\/3\] not ready\n {13}no such Service\n$/);
});

test('what is below the level is not written', () => {
  const { log, written } = lines('json');
  log.debug('attempt 1');
  assert.deepEqual(written, []);
});

test('a sentence with line breaks stays one line of JSON', () => {
  const { log, written } = lines('json');
  log.info('a\nb\r\u2028c');
  assert.equal(written.length, 1);
  assert.equal(written[0]?.split('\n').length, 2);
});
