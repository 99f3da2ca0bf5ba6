import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NewEvent, RehearsalEvent } from '../../../../cli/src/rehearse/report/events.ts';
import type { Outcome } from '../../../../cli/src/rehearse/report/outcome.ts';
import { drawPicture } from '../../../../cli/src/rehearse/report/picture.ts';
import { createStyle, wrap } from '../../../../cli/src/rehearse/report/style.ts';
import { createTimeline } from '../../../../cli/src/rehearse/report/timeline.ts';

const roles = new Map([
  ['proxy', 'sidecar'],
  ['wait', 'init'],
  ['app', 'app'],
] as const);
const plain = (columns: number | undefined) => createStyle({ colours: false, columns, env: {} });
const at = (atMs: number, event: NewEvent) => ({ atMs, ...event }) as RehearsalEvent;
const log = (message: string, hint?: string): NewEvent => ({
  kind: 'log',
  container: 'wait',
  level: 'info',
  step: undefined,
  message,
  hint,
});

describe('the timeline', () => {
  const lines = (events: readonly RehearsalEvent[], columns?: number) => {
    const timeline = createTimeline({ roles, style: plain(columns) });
    return events.map(timeline).join('').split('\n').slice(0, -1);
  };

  it('has the time, the container and what happened in each line', () => {
    assert.deepEqual(
      lines([
        at(0, { kind: 'started', container: 'wait', attempt: 1, as: 'helper', command: 'wait dns://a' }),
        at(1_234, { kind: 'exited', container: 'wait', attempt: 1, exitCode: 0, message: '' }),
        at(1_300, { kind: 'initialized' }),
        at(1_300, { kind: 'would-start', container: 'app', image: 'x' }),
      ]),
      [
        '   0.00s  wait   > starts: wait dns://a',
        '   1.23s  wait   + done (exit 0)',
        '   1.30s         + what must come before the app is done: it may start',
        '   1.30s  app    * would start now (image x)',
      ],
    );
  });

  it('tells what an exit code of the helper means, and its message where the log has not said it', () => {
    const message = 'tcp://db:1 not ready\n{"outcome":"failed","code":"DEADLINE_PASSED","elapsedMs":1}';
    const exit = at(5, { kind: 'exited', container: 'wait', attempt: 1, exitCode: 124, message });
    assert.deepEqual(lines([exit]), [
      '   0.01s  wait   x exit 124: The deadline passed; what was waited for may still come.',
      '                   tcp://db:1 not ready',
    ]);
    assert.equal(lines([at(4, log('tcp://db:1 not ready')), exit]).length, 2);
  });

  it('does not take an exit code for one of the helper where another program ended', () => {
    assert.deepEqual(lines([at(0, { kind: 'exited', container: 'app', attempt: 1, exitCode: 2, message: '' })]), [
      '   0.00s  app    x exit 2',
    ]);
  });

  it('gives each hint once', () => {
    const shown = lines([at(0, log('a', 'look there')), at(1, log('b', 'look there'))]);
    assert.equal(shown.filter((line) => line.includes('look there')).length, 1);
  });

  it('does not count as failed what the kubelet ended', () => {
    const shown = lines([
      at(0, { kind: 'stopping', container: 'proxy' }),
      at(1, { kind: 'exited', container: 'proxy', attempt: 1, exitCode: 143, message: '' }),
    ]);
    assert.match(shown[1] ?? '', /- ended \(exit 143\)$/);
  });

  it('breaks lines to fit the terminal, under their own beginning', () => {
    const shown = lines([at(0, log('one two three four five six seven eight nine ten'))], 50);
    assert.ok(
      shown.every((line) => line.length <= 50),
      shown.join('\n'),
    );
    assert.match(shown[1] ?? '', /^ {19}\S/);
  });
});

describe('the picture', () => {
  const outcome: Outcome = {
    end: 'app-started',
    started: true,
    phase: 'Running',
    reason: undefined,
    elapsedMs: 10_000,
    containers: [
      { name: 'proxy', role: 'sidecar', state: 'running', reason: undefined, restartCount: 0, exitCode: undefined },
      { name: 'wait', role: 'init', state: 'terminated', reason: 'Completed', restartCount: 1, exitCode: 0 },
      { name: 'app', role: 'app', state: 'running', reason: undefined, restartCount: 0, exitCode: undefined },
    ],
  };
  const start = (atMs: number, container: string, attempt = 1) =>
    at(atMs, { kind: 'started', container, attempt, as: 'helper', command: '' });
  const exit = (atMs: number, container: string, attempt: number, exitCode: number) =>
    at(atMs, { kind: 'exited', container, attempt, exitCode, message: '' });
  const events = [
    start(0, 'proxy'),
    start(1_000, 'wait'),
    exit(4_000, 'wait', 1, 1),
    at(4_000, { kind: 'back-off', container: 'wait', delayMs: 2_000 }),
    at(5_000, { kind: 'service-created', service: 'db', port: undefined }),
    start(6_000, 'wait', 2),
    exit(9_000, 'wait', 2, 0),
    at(9_000, { kind: 'would-start', container: 'app', image: 'x' }),
  ];

  it('has a bar for each container over the time that it took, its failures and its pauses', () => {
    assert.equal(
      drawPicture(events, outcome, roles, plain(60)),
      [
        '  proxy  ==============================  ran',
        '  wait      xxxxxxxxx......#########     done, 1 restart',
        '  app                               *    would start at 9s',
        '  db                    >                appears at 5s',
        '         0s                         10s',
        '  # runs   x runs and fails   . the kubelet pauses   = keeps running   * app would start   > Service',
        '',
      ].join('\n'),
    );
  });

  it('fits the width of the terminal', () => {
    for (const columns of [60, 80, 200]) {
      const bars = drawPicture(events, outcome, roles, plain(columns)).split('\n').slice(0, 5);
      assert.ok(
        bars.every((line) => line.length <= Math.min(columns, 110)),
        `${columns}:\n${bars.join('\n')}`,
      );
    }
  });
});

describe('a style', () => {
  it('has colours only where they are wanted, and signs beyond ASCII only where the locale has them', () => {
    assert.equal(plain(80).paint('red', 'x'), 'x');
    assert.equal(createStyle({ colours: true, columns: 80, env: {} }).paint('red', 'x'), '\x1b[31mx\x1b[39m');
    assert.equal(plain(80).signs.done, '+');
    assert.equal(createStyle({ colours: false, columns: 80, env: { LANG: 'de_DE.UTF-8' } }).signs.done, '✓');
    assert.equal(
      createStyle({ colours: false, columns: 80, env: { LANG: 'de_DE.UTF-8', LC_ALL: 'C' } }).signs.done,
      '+',
    );
  });

  it('keeps a word whole that is longer than a line', () => {
    assert.deepEqual(wrap('a verylongword b', 4), ['a', 'verylongword', 'b']);
  });
});
