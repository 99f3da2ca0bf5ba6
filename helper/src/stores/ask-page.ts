// A page of a store's listing, as text.
import { redactUrl } from '../core/redact.ts';
import type { Agent } from '../http/agent.ts';
import type { Clock } from '../ports/clock.ts';
import { askSmall } from './read-small.ts';
import { readRefusal, refusalFailure } from './refusal.ts';

/** @throws Failure of the status where it is not 200, or as askSmall */
export async function askPage(
  agent: Agent,
  url: string,
  signal: AbortSignal,
  about: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<string> {
  const { status, text } = await askSmall(agent, { method: 'GET', url, headers: [], signal }, about);
  if (status === 200) return text;
  const refusal = readRefusal(text, () => undefined);
  throw refusalFailure(status, redactUrl(url), refusal, undefined, 0);
}
