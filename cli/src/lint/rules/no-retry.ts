// Downloads that try once, in a pod where nobody starts them again.
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';

export const noRetry: Rule = {
  id: 'no-retry',
  severity: 'warning',
  reason:
    'Plain `wget URL` and `curl URL` try once and leave the rest to the kubelet. Where the pod has `restartPolicy: Never` and no Job makes another, the first lost packet is the end: the pod is Failed.',
  cure: 'Fetch with retries in the program: `greenroom inject --fetch`, or `restartPolicy: OnFailure`.',
  example: {
    bad: `  restartPolicy: Never
  initContainers:
  - name: page
    image: busybox:1.37.0
    command: [wget, -O, /www/index.html, 'https://example.org/index.html']`,
    good: `  restartPolicy: OnFailure
  initContainers:
  - name: page
    image: busybox:1.37.0
    command: [wget, -O, /www/index.html, 'https://example.org/index.html']`,
  },
  *check({ kind, value, pod }) {
    const job =
      kind === 'CronJob' ? value.get('spec', 'jobTemplate', 'spec') : kind === 'Job' ? value.get('spec') : undefined;
    const isLast = kind === 'Pod' || job?.numberAt('backoffLimit') === 0;
    if (pod?.restartPolicy !== 'Never' || !isLast) return;
    for (const container of initContainers(pod)) {
      // an own policy of the container counts before the pod's (KEP-5307)
      if (container.value.get('restartPolicy') !== undefined) continue;
      const words = [...container.value.list('command'), ...container.value.list('args')];
      const [program = '', ...rest] = words.map(({ text }) => text ?? '');
      const isWget = /(?:^|\/)wget$/.test(program) && !rest.some((word) => /^(?:-t|--tries)/.test(word));
      const isCurl = /(?:^|\/)curl$/.test(program) && !rest.some((word) => word.startsWith('--retry'));
      const at = words[0];
      // wget of GNU tries twenty times; that of busybox once
      const once = isCurl || (isWget && /(?:^|\/)(?:busybox|alpine)(?:[:@]|$)/.test(container.image));
      if (!once || at === undefined) continue;
      yield {
        at,
        message: `init container ${container.name} tries once, and with restartPolicy: Never nobody tries again`,
      };
    }
  },
};
