// Programs of others that wait for ever unless they are told not to.
import { posix } from 'node:path';
import { type Container, initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';
import { hasActiveDeadline } from '../world.ts';

interface EndlessProgram {
  /** What the message calls it. */
  readonly name: string;
  /** The word that it is called by, or the last part of its image where the image brings the command. */
  readonly calls: readonly string[];
  /** Whether words like these, after its own, leave it without an end. */
  readonly isEndless: (words: readonly string[]) => boolean;
}

const zero = /^0+(?:\.0+)?(?:[a-z]+)?$/;

/** The value of an option in any of its spellings; undefined where it is not given. */
function optionOf(words: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    const [name = '', value] = word.split(/=(.*)/s);
    if (names.includes(name)) return value ?? words[index + 1] ?? '';
  }
  return undefined;
}

const programs: readonly EndlessProgram[] = [
  { name: 'k8s-wait-for', calls: ['k8s-wait-for', 'wait_for.sh'], isEndless: () => true },
  { name: 'kubernetes-entrypoint', calls: ['kubernetes-entrypoint'], isEndless: () => true },
  {
    // https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_status/
    name: 'kubectl rollout status',
    calls: ['kubectl'],
    isEndless: (words) =>
      words.includes('rollout') && words.includes('status') && zero.test(optionOf(words, '--timeout') ?? '0s'),
  },
  {
    name: 'wait-for-it',
    calls: ['wait-for-it', 'wait-for-it.sh', 'wait-for'],
    isEndless: (words) => zero.test(optionOf(words, '-t', '--timeout') ?? '15'),
  },
  {
    name: 'wait4x',
    calls: ['wait4x'],
    isEndless: (words) => zero.test(optionOf(words, '-t', '--timeout') ?? '10s'),
  },
];

export const noDeadline: Rule = {
  id: 'no-deadline',
  severity: 'warning',
  reason:
    'Some programs wait for ever, always or when their timeout is 0 or is left out (`kubectl rollout status`). What never comes is never reported: the pod hangs in Init:0/1, and nobody is told why.',
  cure: 'Give it a timeout where it has one, or wait with the helper, which has a deadline: `greenroom convert` writes what it is sure of.',
  example: {
    bad: `    command: [kubectl, rollout, status, deployment/db]`,
    good: `    command: [kubectl, rollout, status, deployment/db, --timeout=5m]`,
  },
  *check(object) {
    const { pod } = object;
    if (pod === undefined || hasActiveDeadline(object)) return;
    for (const container of initContainers(pod)) {
      if (container.role !== 'init') continue;
      const { words, at } = callOf(container);
      const [called = '', ...rest] = words;
      const program = programs.find(({ calls }) => calls.includes(called));
      if (program?.isEndless(rest) !== true) continue;
      yield { at, message: `init container ${container.name} runs ${program.name}, which waits without a deadline` };
    }
  },
};

/** The words of a call; by the name of its image where that brings the command. */
function callOf({ value, image }: Container) {
  const words = [...value.list('command'), ...value.list('args')];
  const texts = words.map(({ text }) => text ?? '');
  const [first] = value.list('command');
  const brought = posix.basename(image.replace(/@.*$/, '')).replace(/:.*$/, '');
  if (first === undefined) return { words: [brought, ...texts], at: words[0] ?? value.get('image') ?? value };
  return { words: [posix.basename(first.text ?? ''), ...texts.slice(1)], at: first };
}
