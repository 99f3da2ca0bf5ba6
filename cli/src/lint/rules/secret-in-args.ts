// Passwords and tokens in the words of a command, where everybody reads them who may read pods.
import { initContainers } from '../pod.ts';
import type { Remark, Rule } from '../rule.ts';
import { hasPassword, hasSecretHeader } from '../secrets.ts';
import type { Value } from '../value.ts';

export const secretInArgs: Rule = {
  id: 'secret-in-args',
  severity: 'warning',
  reason:
    'A command stands in the manifest, in etcd, in `kubectl describe`, in audit logs and in the process list of the node. A password in it is read by everybody who may read one of them, and is in the repository for ever.',
  cure: 'Put it into a Secret and name it: `--header-env`, `--header-file`, `--user-env`, `--user-file` of the helper; `greenroom inject --secret-env` brings it in.',
  example: {
    bad: `    args: [fetch, 'https://example.org/a', /data/a, --header, 'Authorization: Bearer s3cr3t']`,
    good: `    args: [fetch, 'https://example.org/a', /data/a, --header-env, 'Authorization: TOKEN']`,
  },
  *check({ pod }) {
    for (const { value, name } of pod === undefined ? [] : initContainers(pod)) {
      const words = [...value.list('command'), ...value.list('args')];
      const plan = value
        .list('env')
        .find((each) => each.textAt('name') === 'GREENROOM_PLAN')
        ?.get('value');
      for (const [index, at] of words.entries()) yield* faults(at, words[index - 1]?.text ?? '', name);
      if (plan !== undefined) yield* faults(plan, '', name);
    }
  },
};

function* faults(at: Value, before: string, name: string): Generator<Remark> {
  const text = at.text ?? '';
  if (hasPassword(text)) yield { at, message: `a URL in the arguments of init container ${name} holds a password` };
  if (hasSecretHeader(text, before)) {
    yield { at, message: `a header in the arguments of init container ${name} holds a secret` };
  }
}
