import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusCounts, usualStatuses } from '../../../../helper/src/wait/probes/http-status.ts';

test('without a wish every 2xx counts and nothing else', () => {
  const counted = Array.from({ length: 500 }, (_, i) => i + 100).filter((status) =>
    statusCounts(status, usualStatuses),
  );
  assert.deepEqual([counted[0], counted.at(-1), counted.length], [200, 299, 100]);
});

test('takes statuses, classes and ranges, and any of several', () => {
  assert.ok(statusCounts(404, ['404']));
  assert.ok(statusCounts(503, ['5xx']));
  assert.ok(statusCounts(200, ['200-399']) && statusCounts(399, ['200-399']) && !statusCounts(400, ['200-399']));
  assert.ok(statusCounts(401, ['2xx', '401']) && !statusCounts(403, ['2xx', '401']));
});
