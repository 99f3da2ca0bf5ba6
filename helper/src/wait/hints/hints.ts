// The last cause → what to look at, in Kubernetes' words. One table, in order: the first hint that fits is said.
// helper/hints.md explains each; a test holds the two together.
import { isAddress } from '../../core/address.ts';
import type { Case, Hint, HintFacts } from './hint.ts';
import { answerHints } from './hints-of-answers.ts';
import { networkHints } from './hints-of-network.ts';
import { parseServiceName } from './service-name.ts';

export const hints: readonly Hint[] = [...networkHints, ...answerHints];

/** The hint for a cause, where one is known. */
export function hintFor(facts: HintFacts): { readonly id: string; readonly text: string } | undefined {
  const { host, pod, cause } = facts;
  const service = host === undefined || isAddress(host) ? undefined : parseServiceName(host, pod.namespace, pod.domain);
  const fact = (name: string) => String(cause.details[name] ?? '');
  const it: Case = { ...facts, code: cause.code, fact, service };
  const hint = hints.find(({ fits }) => fits(it));
  return hint === undefined ? undefined : { id: hint.id, text: hint.say(it) };
}
