// Shell loops that wait for something, for ever.
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';
import { readShellLoop } from '../shell-loop.ts';
import { hasActiveDeadline } from '../world.ts';

export const endlessLoop: Rule = {
  id: 'endless-loop',
  severity: 'warning',
  reason:
    'A loop `until …; do sleep 2; done` has no deadline: what never comes is never reported, the pod hangs in Init:0/1, and its log says the same line for ever. PID 1 in a shell also ignores SIGTERM, so that deleting the pod takes the whole grace period.',
  cure: 'Wait with a deadline, and a reason when it passes: `greenroom convert` turns such loops into it; or `greenroom inject --wait`.',
  example: {
    bad: `    command: ['sh', '-c', 'until nslookup db; do echo waiting for db; sleep 2; done']`,
    good: `    image: greenroom/helper:0.1.0
    args: [wait, 'dns://db']`,
  },
  *check(object) {
    const { pod } = object;
    if (hasActiveDeadline(object)) return;
    for (const { value, name } of pod === undefined ? [] : initContainers(pod)) {
      const words = [...value.list('command'), ...value.list('args')];
      const loop = readShellLoop(words.map(({ text }) => text ?? ''));
      const at = words[2];
      if (loop === undefined || at === undefined) continue;
      const cure =
        loop.target === undefined
          ? {}
          : {
              cure: `the helper's way: args: [wait, '${loop.target}'], for 5m or --deadline; greenroom convert writes it`,
            };
      yield {
        at,
        message: `init container ${name} loops until ${shorten(loop.probe)} succeeds, without a deadline`,
        ...cure,
      };
    }
  },
};

const shorten = (probe: string) => {
  const text = probe.replace(/[a-z][a-z0-9+.-]*:\/\/[^\s/@]*@/gi, '…@');
  return text.length > 40 ? `\`${text.slice(0, 39)}…\`` : `\`${text}\``;
};
