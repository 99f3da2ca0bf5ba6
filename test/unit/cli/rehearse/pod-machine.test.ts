import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type SimulatedContainer, simulatePod } from '../../../support/simulated-pod.ts';

const done = (runMs = 1_000) => ({ runMs, exitCode: 0 });
const fails = (exitCode = 1, runMs = 1_000) => ({ runMs, exitCode });
const app: SimulatedContainer = { name: 'app', role: 'app' };

describe('the order of the start', () => {
  it('starts the app at once when there is no init container', () => {
    const { lines, state } = simulatePod([app]);
    assert.deepEqual(lines, ['0 initialized', '0 start app']);
    assert.equal(state.phase, 'Running');
  });

  it('runs init containers one after the other, and all of the app after the last', () => {
    const { lines } = simulatePod([
      { name: 'a', attempts: [done(100)] },
      { name: 'b', attempts: [done(200)] },
      app,
      { name: 'log', role: 'app' },
    ]);
    assert.deepEqual(lines, [
      '0 start a',
      '100 exit a 0',
      '100 start b',
      '300 exit b 0',
      '300 initialized',
      '300 start app',
      '300 start log',
    ]);
  });

  it('leaves the pod Pending and the app alone while an init container runs', () => {
    const { lines, state } = simulatePod([{ name: 'a' }, app]);
    assert.deepEqual(lines, ['0 start a']);
    assert.equal(state.phase, 'Pending');
    assert.equal(state.initialized, false);
  });

  it('never has two init containers running, nor the app before them, whatever they exit with', () => {
    const attempt = fc.record({
      runMs: fc.integer({ min: 1, max: 5_000 }),
      exitCode: fc.constantFrom(0, 0, 1, 3, 124),
    });
    const container = fc.record({
      role: fc.constantFrom('init' as const, 'init' as const, 'sidecar' as const),
      attempts: fc.array(attempt, { maxLength: 4 }),
      restartPolicy: fc.constantFrom(undefined, 'Never' as const, 'OnFailure' as const),
      hasStartupProbe: fc.boolean(),
      probes: fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 3_000 }), passed: fc.boolean() }), {
        maxLength: 3,
      }),
    });
    fc.assert(
      fc.property(
        fc.array(container, { maxLength: 5 }),
        fc.constantFrom('Always' as const, 'OnFailure' as const, 'Never' as const),
        (inits, restartPolicy) => {
          const named = inits.map((init, index) => ({ ...init, name: `i${index}` }));
          const { lines, state } = simulatePod([...named, app], { restartPolicy, limitMs: 200_000 });
          const running = new Set<string>();
          const succeeded = new Set<string>();
          for (const line of lines) {
            const [, verb, name = '', code] = line.split(' ');
            if (verb === 'exit') {
              running.delete(name);
              if (code === '0') succeeded.add(name);
            }
            if (verb !== 'start') continue;
            const before = named.slice(0, name === 'app' ? named.length : Number(name.slice(1)));
            for (const other of before.filter(({ role }) => role === 'init')) {
              assert.ok(
                succeeded.has(other.name),
                `${name} started before ${other.name} had succeeded:\n${lines.join('\n')}`,
              );
            }
            running.add(name);
            const several = named.filter((one) => one.role === 'init' && running.has(one.name));
            assert.ok(several.length <= 1, `two at once:\n${lines.join('\n')}`);
          }
          if (state.phase === 'Pending' || !state.initialized)
            assert.ok(!lines.some((line) => line.endsWith('start app')));
          if (state.phase === 'Failed') assert.equal(running.size, 0);
        },
      ),
    );
  });
});

describe('a failing init container', () => {
  it('is started again at once, then after 10 s, 20 s, 40 s … and never more than 300 s', () => {
    const { lines, state } = simulatePod([{ name: 'a', attempts: [...Array(8).fill(fails(1, 0)), done(0)] }, app]);
    assert.deepEqual(
      lines.filter((line) => line.includes('back-off')).map((line) => line.split(' ')[3]),
      ['10000', '20000', '40000', '80000', '160000', '300000', '300000'],
    );
    assert.deepEqual(
      lines.filter((line) => line.endsWith('start a')).map((line) => Number(line.split(' ')[0])),
      [0, 0, 10_000, 30_000, 70_000, 150_000, 310_000, 610_000, 910_000],
    );
    assert.equal(state.phase, 'Running');
    assert.equal(state.containers[0]?.attempts, 9);
  });

  it('waits no longer than the kubelet is told to', () => {
    const { lines } = simulatePod([{ name: 'a', attempts: [fails(1, 0), fails(1, 0), fails(1, 0), done(0)] }, app], {
      maxRestartPeriodMs: 1_000,
    });
    assert.deepEqual(lines, [
      '0 start a',
      '0 exit a 1',
      '0 start a',
      '0 exit a 1',
      '0 back-off a 1000',
      '1000 start a',
      '1000 exit a 1',
      '1000 back-off a 1000',
      '2000 start a',
      '2000 exit a 0',
      '2000 initialized',
      '2000 start app',
    ]);
  });

  it('counts its pause from its end, not from its start', () => {
    const { lines } = simulatePod([{ name: 'a', attempts: [fails(1, 5_000), fails(1, 5_000), done(0)] }, app]);
    assert.deepEqual(lines.slice(2, 6), ['5000 start a', '10000 exit a 1', '10000 back-off a 10000', '20000 start a']);
  });

  it('begins anew with its pauses after ten minutes without a restart', () => {
    const { lines } = simulatePod([
      { name: 'a', attempts: [fails(1, 0), fails(1, 0), fails(1, 600_001), fails(1, 0), done(0)] },
      app,
    ]);
    assert.deepEqual(
      lines.filter((line) => line.includes('back-off')),
      ['0 back-off a 10000', '610001 back-off a 10000'],
    );
  });

  it('is given up after as many restarts as a rehearsal allows, none included', () => {
    const attempts = [fails(1, 0), fails(1, 0), fails(1, 0)];
    const none = simulatePod([{ name: 'a', attempts }, app], { maxRestarts: 0 });
    assert.deepEqual(none.lines, ['0 start a', '0 exit a 1', '0 gave-up']);
    const one = simulatePod([{ name: 'a', attempts }, app], { maxRestarts: 1 });
    assert.deepEqual(one.lines.slice(2), [
      '0 start a',
      '0 exit a 1',
      '0 back-off a 10000',
      '0 gave-up',
      '10000 gave-up',
    ]);
    assert.equal(one.state.containers[0]?.attempts, 2);
    assert.equal(one.state.phase, 'Pending');
  });

  it('ends the pod under restartPolicy Never: Failed, and the app is never started', () => {
    const { lines, state } = simulatePod([{ name: 'a', attempts: [fails(3)] }, { name: 'b' }, app], {
      restartPolicy: 'Never',
    });
    assert.deepEqual(lines, ['0 start a', '1000 exit a 3', '1000 ended']);
    assert.equal(state.phase, 'Failed');
    assert.deepEqual(
      state.containers.map(({ attempts }) => attempts),
      [1, 0, 0],
    );
  });

  it('is tried again under restartPolicy OnFailure', () => {
    const { lines } = simulatePod([{ name: 'a', attempts: [fails(), done()] }, app], { restartPolicy: 'OnFailure' });
    assert.deepEqual(lines.slice(0, 3), ['0 start a', '1000 exit a 1', '1000 start a']);
  });
});

describe("a container's own rules", () => {
  const rules = { restartPolicy: 'Never', restartRules: [{ operator: 'In', exitCodes: [124] }] } as const;

  it('start it again for the exit codes that they name', () => {
    const { lines, state } = simulatePod([{ name: 'a', ...rules, attempts: [fails(124), done()] }, app]);
    assert.deepEqual(lines.slice(1, 3), ['1000 exit a 124', '1000 start a']);
    assert.equal(state.phase, 'Running');
  });

  it('fail the pod at once for any other, though the pod has Always', () => {
    const { lines, state } = simulatePod([{ name: 'a', ...rules, attempts: [fails(124), fails(3)] }, app]);
    assert.deepEqual(lines.slice(-2), ['2000 exit a 3', '2000 ended']);
    assert.equal(state.phase, 'Failed');
  });

  it('with NotIn start it again for every other exit code', () => {
    const notIn = { restartPolicy: 'Never', restartRules: [{ operator: 'NotIn', exitCodes: [3] }] } as const;
    const { lines } = simulatePod([{ name: 'a', ...notIn, attempts: [fails(1), fails(3)] }, app]);
    assert.deepEqual(lines, ['0 start a', '1000 exit a 1', '1000 start a', '2000 exit a 3', '2000 ended']);
  });

  it('never start an init container again that ended with 0', () => {
    const any = { restartPolicy: 'Never', restartRules: [{ operator: 'NotIn', exitCodes: [3] }] } as const;
    const { lines } = simulatePod([{ name: 'a', ...any, attempts: [done()] }, app]);
    assert.deepEqual(lines.slice(1), ['1000 exit a 0', '1000 initialized', '1000 start app']);
  });

  it('let one container of the app restart in a pod that never does', () => {
    const { state, lines } = simulatePod([{ ...app, restartPolicy: 'OnFailure', attempts: [fails(), done()] }], {
      restartPolicy: 'Never',
    });
    assert.deepEqual(lines.slice(1, 4), ['0 start app', '1000 exit app 1', '1000 start app']);
    assert.equal(state.phase, 'Succeeded');
  });
});

describe('a native sidecar', () => {
  const sidecar = { name: 'proxy', role: 'sidecar' } as const;

  it('lets the next one start as soon as it runs, when it has no startup probe', () => {
    const { lines } = simulatePod([sidecar, { name: 'a', attempts: [done(100)] }, app]);
    assert.deepEqual(lines, ['0 start proxy', '0 start a', '100 exit a 0', '100 initialized', '100 start app']);
  });

  it('keeps the next one back until its startup probe has passed', () => {
    const { lines } = simulatePod([
      { ...sidecar, hasStartupProbe: true, probes: [{ afterMs: 700, passed: true }] },
      { name: 'a', attempts: [done(100)] },
      app,
    ]);
    assert.deepEqual(lines.slice(0, 2), ['0 start proxy', '700 start a']);
  });

  it('keeps the app back as well when it stands last', () => {
    const { lines, state } = simulatePod([{ ...sidecar, hasStartupProbe: true }, app]);
    assert.deepEqual(lines, ['0 start proxy']);
    assert.equal(state.phase, 'Pending');
  });

  it('is started again when its startup probe fails', () => {
    const { lines } = simulatePod([
      {
        ...sidecar,
        hasStartupProbe: true,
        probes: [
          { afterMs: 500, passed: false },
          { afterMs: 100, passed: true },
        ],
      },
      app,
    ]);
    assert.deepEqual(lines, [
      '0 start proxy',
      '500 stop proxy',
      '500 exit proxy 143',
      '500 start proxy',
      '600 initialized',
      '600 start app',
    ]);
  });

  it('is kept running while a later init container runs, which is not disturbed', () => {
    const { lines } = simulatePod([
      { ...sidecar, attempts: [fails(1, 100)] },
      { name: 'a', attempts: [done(1_000)] },
      app,
    ]);
    assert.deepEqual(lines, [
      '0 start proxy',
      '0 start a',
      '100 exit proxy 1',
      '100 start proxy',
      '1000 exit a 0',
      '1000 initialized',
      '1000 start app',
    ]);
  });

  it('is started again even where the pod never restarts anything', () => {
    const { lines } = simulatePod([{ ...sidecar, attempts: [done(100)] }, app], { restartPolicy: 'Never' });
    assert.deepEqual(lines.slice(2), ['0 start app', '100 exit proxy 0', '100 start proxy']);
  });

  it('does not keep a pod from being completed, and sidecars end in reverse order after the app', () => {
    const { lines, state } = simulatePod(
      [
        { name: 'one', role: 'sidecar' },
        { name: 'two', role: 'sidecar' },
        { ...app, attempts: [done(100)] },
      ],
      { restartPolicy: 'OnFailure' },
    );
    assert.deepEqual(lines.slice(4), [
      '100 exit app 0',
      '100 stop two',
      '100 exit two 143',
      '100 stop one',
      '100 exit one 143',
      '100 ended',
    ]);
    assert.equal(state.phase, 'Succeeded');
  });

  it('is ended when an init container after it fails for good', () => {
    const { lines, state } = simulatePod([sidecar, { name: 'a', attempts: [fails()] }, app], {
      restartPolicy: 'Never',
    });
    assert.deepEqual(lines.slice(2), ['1000 exit a 1', '1000 stop proxy', '1000 exit proxy 143', '1000 ended']);
    assert.equal(state.phase, 'Failed');
  });
});

describe('the app', () => {
  it('is started again when it ends, under Always even after 0, and no init container with it', () => {
    const { lines, state } = simulatePod([
      { name: 'a', attempts: [done(0)] },
      { ...app, attempts: [done(100), fails(1, 100)] },
    ]);
    assert.deepEqual(lines.slice(3), [
      '0 start app',
      '100 exit app 0',
      '100 start app',
      '200 exit app 1',
      '200 back-off app 10000',
      '10200 start app',
    ]);
    assert.equal(state.phase, 'Running');
  });

  it('makes the pod Failed under Never when one of its containers failed, once all have ended', () => {
    const { state, lines } = simulatePod(
      [
        { ...app, attempts: [fails(2, 100)] },
        { name: 'log', role: 'app', attempts: [done(300)] },
      ],
      { restartPolicy: 'Never' },
    );
    assert.equal(state.phase, 'Failed');
    assert.deepEqual(lines.slice(-2), ['300 exit log 0', '300 ended']);
  });
});

describe('the end from outside', () => {
  it('comes with activeDeadlineSeconds, which count init containers as well', () => {
    const { lines, state } = simulatePod([{ name: 'a' }, app], { activeDeadlineMs: 5_000 });
    assert.deepEqual(lines, ['0 start a', '5000 stop a', '5000 exit a 143', '5000 ended']);
    assert.equal(state.phase, 'Failed');
    assert.equal(state.reason, 'DeadlineExceeded');
  });

  it('comes with the deletion of the pod: the app first, then the sidecars, nothing is started again', () => {
    const { lines } = simulatePod(
      [{ name: 'proxy', role: 'sidecar' }, app, { name: 'log', role: 'app', stoppedExitCode: 0 }],
      { deletedAtMs: 2_000 },
    );
    assert.deepEqual(lines.slice(4), [
      '2000 stop app',
      '2000 stop log',
      '2000 exit app 143',
      '2000 exit log 0',
      '2000 stop proxy',
      '2000 exit proxy 143',
      '2000 ended',
    ]);
  });

  it('comes during a back-off without another start', () => {
    const { lines } = simulatePod([{ name: 'a', attempts: [fails(1, 0), fails(1, 0)] }, app], { deletedAtMs: 3_000 });
    assert.deepEqual(lines.slice(-2), ['0 back-off a 10000', '3000 ended']);
  });
});
