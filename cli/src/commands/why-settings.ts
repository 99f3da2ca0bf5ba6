// The arguments of `greenroom why` → the question, and the flags for kubectl.
import { suggest } from '../../../helper/src/contract/index.ts';
import { Fault } from '../fault.ts';
import { kindNames, kindOf } from '../why/kube/kinds.ts';
import type { Target } from '../why/question.ts';
import { readDurationFlag } from './workload-inputs.ts';

/** What yargs read for `why`. */
export type WhyArguments = Readonly<Record<string, unknown>> & {
  readonly what: readonly string[] | undefined;
  readonly namespace: string | undefined;
  readonly 'all-namespaces': boolean | undefined;
  readonly selector: string | undefined;
  readonly watch: boolean | undefined;
  readonly 'fail-fast': boolean | undefined;
  readonly timeout: string | undefined;
  readonly output: 'text' | 'json';
  readonly 'request-timeout': string;
  readonly 'helper-image': string | undefined;
};

const passedOn = ['context', 'cluster', 'user', 'as', 'kubeconfig'] as const;

/** @returns words for kubectl, as `--context=prod` */
export const kubectlFlags = (args: WhyArguments): string[] =>
  passedOn.flatMap((name) => (args[name] === undefined ? [] : [`--${name}=${String(args[name])}`]));

/** @throws Fault usage */
export function checkWhyArguments(args: WhyArguments): {
  targets: Target[];
  timeoutMs: number | undefined;
  requestTimeoutMs: number;
} {
  const fault = (text: string, cure?: string) => new Fault('usage', `why: ${text}`, cure === undefined ? {} : { cure });
  if (args.namespace !== undefined && args['all-namespaces'] === true) throw fault('-n and -A exclude each other');
  if (args.watch !== true && args['fail-fast'] === true) throw fault('--fail-fast needs --watch');
  if (args.watch !== true && args.timeout !== undefined) throw fault('--timeout needs --watch');
  const targets = readTargets(args.what ?? []);
  if (args.selector !== undefined && targets.some(({ name }) => name !== undefined)) {
    throw fault('a name and -l exclude each other');
  }
  if (args['all-namespaces'] === true && targets.some(({ name }) => name !== undefined)) {
    throw fault('a name and -A exclude each other', 'name its namespace: -n NAMESPACE');
  }
  const timeoutMs = args.timeout === undefined ? undefined : readDurationFlag('why', 'timeout', args.timeout);
  return { targets, timeoutMs, requestTimeoutMs: readRequestTimeout(args['request-timeout']) };
}

/** kubectl takes whole seconds without a unit too, and 0 for none. */
function readRequestTimeout(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : readDurationFlag('why', 'request-timeout', text);
  return ms === 0 ? 24 * 3_600_000 : ms;
}

/**
 * `pod/x`, `deploy/a job/b`, and as kubectl takes them too: `deployment web`, `pods a b`, `jobs`.
 * @throws Fault usage
 */
export function readTargets(words: readonly string[]): Target[] {
  if (words.some((word) => word.includes('/'))) {
    return words.map((word) => {
      const [kind = '', name = '', ...rest] = word.split('/');
      if (name === '' || rest.length > 0) throw unknownTarget(word);
      return { kind: knownKind(kind), name };
    });
  }
  const [first, ...names] = words;
  if (first === undefined) return [];
  const kind = kindOf(first);
  if (kind === undefined) return words.map((name) => ({ kind: 'Pod', name }));
  return names.length === 0 ? [{ kind, name: undefined }] : names.map((name) => ({ kind, name }));
}

const unknownTarget = (word: string): Fault =>
  new Fault('usage', `why: ${JSON.stringify(word)} is not of the form KIND/NAME, such as pod/web-0`);

function knownKind(word: string): Target['kind'] {
  const kind = kindOf(word);
  if (kind !== undefined) return kind;
  const known = kindNames.map((name) => name.toLowerCase());
  const nearest = suggest(word, known);
  throw new Fault('usage', `why: ${word} is not a kind that runs pods`, {
    cure: nearest === undefined ? `it is one of ${known.join(', ')}` : `did you mean ${nearest}?`,
  });
}
