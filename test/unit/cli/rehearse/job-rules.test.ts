import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { afterFailedPod, type JobRules, restartsExceedLimit } from '../../../../cli/src/rehearse/kubelet/job-rules.ts';

const job: JobRules = { restartPolicy: 'Never', backoffLimit: 6, podFailureRules: [], activeDeadlineMs: undefined };
const end = (exitCode: number, container = 'a') => [{ container, exitCode }];

describe('a Job whose pods never restart', () => {
  it('makes another pod after 10 s, 20 s, 40 s …, and fails when more have failed than its backoffLimit', () => {
    const delays: number[] = [];
    let failures = 0;
    for (;;) {
      const next = afterFailedPod(job, failures, end(1));
      if (next.kind === 'job-failed') {
        assert.equal(next.reason, 'BackoffLimitExceeded');
        break;
      }
      delays.push(next.delayMs);
      failures = next.failures;
    }
    assert.deepEqual(delays, [10_000, 20_000, 40_000, 80_000, 160_000, 320_000]);
  });

  it('pauses ten minutes at most', () => {
    assert.deepEqual(afterFailedPod({ ...job, backoffLimit: 20 }, 9, end(1)), {
      kind: 'new-pod',
      delayMs: 600_000,
      failures: 10,
    });
  });

  it('fails with its first pod when backoffLimit is 0', () => {
    assert.deepEqual(afterFailedPod({ ...job, backoffLimit: 0 }, 0, end(1)), {
      kind: 'job-failed',
      reason: 'BackoffLimitExceeded',
    });
  });
});

describe('podFailurePolicy', () => {
  const policy: JobRules = {
    ...job,
    podFailureRules: [
      { action: 'FailJob', container: 'init', operator: 'In', exitCodes: [2, 3] },
      { action: 'Ignore', container: undefined, operator: 'In', exitCodes: [124] },
    ],
  };

  it('fails the Job for the exit codes that it names, of init containers too', () => {
    assert.deepEqual(afterFailedPod(policy, 0, end(3, 'init')), { kind: 'job-failed', reason: 'PodFailurePolicy' });
  });

  it('asks for the container that it names', () => {
    assert.equal(afterFailedPod(policy, 0, end(3, 'app')).kind, 'new-pod');
  });

  it('does not count what it ignores', () => {
    assert.deepEqual(afterFailedPod(policy, 2, end(124)), { kind: 'new-pod', delayMs: 20_000, failures: 2 });
  });

  it('is never matched by an end with 0, NotIn included', () => {
    const notIn: JobRules = {
      ...job,
      podFailureRules: [{ action: 'FailJob', container: undefined, operator: 'NotIn', exitCodes: [1] }],
    };
    assert.equal(afterFailedPod(notIn, 0, [...end(0, 'x'), ...end(1)]).kind, 'new-pod');
    assert.equal(afterFailedPod(notIn, 0, end(4)).kind, 'job-failed');
  });
});

describe('a Job whose pod restarts on failure', () => {
  const onFailure: JobRules = { ...job, restartPolicy: 'OnFailure' };

  it('fails as soon as the restarts reach backoffLimit', () => {
    assert.equal(restartsExceedLimit(onFailure, 5), false);
    assert.equal(restartsExceedLimit(onFailure, 6), true);
  });

  it('with backoffLimit 0 still has its first start', () => {
    assert.equal(restartsExceedLimit({ ...onFailure, backoffLimit: 0 }, 0), false);
    assert.equal(restartsExceedLimit({ ...onFailure, backoffLimit: 0 }, 1), true);
  });

  it('does not count restarts where pods never restart', () => {
    assert.equal(restartsExceedLimit(job, 100), false);
  });
});
