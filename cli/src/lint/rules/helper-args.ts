// Arguments and plans that the helper would refuse.
import { helperUse } from '../helper-steps.ts';
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';

export const helperArgs: Rule = {
  id: 'helper-args',
  severity: 'error',
  reason:
    'The helper reads all of its arguments before it does anything, and ends with exit code 2 where one is faulty; the kubelet starts it again and again, and the pod never starts. This rule reads them with the same code.',
  cure: 'Write what the message asks for; `greenroom new` and `greenroom inject` check the steps that they are given.',
  example: {
    bad: `initContainers:
- name: wait
  image: greenroom/helper:0.1.0
  args: [wait, 'db:5432', --deadline, '120']`,
    good: `initContainers:
- name: wait
  image: greenroom/helper:0.1.0
  args: [wait, 'tcp://db:5432', --deadline, 120s]`,
  },
  *check(object, world) {
    for (const container of object.pod === undefined ? [] : initContainers(object.pod)) {
      const use = helperUse(container, object, world);
      if (use.kind !== 'fault') continue;
      yield {
        at: use.at,
        message: `init container ${container.name}: the helper would exit with 2: ${use.message}`,
      };
    }
  },
};
