// One request of a download, and the wait for the head of its answer.
import { describeDuration } from '../../core/duration.ts';
import { Failure } from '../../core/failure.ts';
import type { Agent, Answer } from '../../http/agent.ts';
import type { Header } from '../../http/header-values.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';
import type { Clock } from '../../ports/clock.ts';

export interface Ask {
  readonly agent: Agent;
  readonly clock: Clock;
  readonly url: string;
  readonly headers: readonly Header[];
  readonly ownHeaders: readonly Header[];
  readonly maxRedirects: number;
  /** Bounds the time until the head of the answer is there, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the exchange, the reading of the body included. */
  readonly signal: AbortSignal;
}

/** @throws Failure TIMED_OUT, or as Agent.request */
export async function ask(options: Ask): Promise<Answer> {
  const { clock, timeoutMs, signal } = options;
  const late = new AbortController();
  const answered = new AbortController();
  let doing = 'looking for the server';
  clock.sleep(timeoutMs, answered.signal).then(
    () => late.abort(new Failure('TIMED_OUT', `no answer within ${describeDuration(timeoutMs)}, ${doing}`)),
    () => {},
  );
  try {
    return await options.agent.request({
      method: 'GET',
      url: options.url,
      headers: options.headers,
      ownHeaders: options.ownHeaders,
      maxRedirects: options.maxRedirects,
      signal: AbortSignal.any([signal, late.signal]),
      onPhase: (phase) => {
        doing = phase.kind === 'resolve' ? `looking up ${phase.name}` : `from ${phase.endpoint}`;
      },
    });
  } finally {
    answered.abort();
  }
}

/** Adds to a refusal what only the answer knows: how long to wait, and what a redirect took away. */
export function refusal(failure: Failure, answer: Answer, clock: Clock): Failure {
  const retryAfterMs = parseRetryAfter(answer.header('retry-after'), answer.header('date'), clock.wallTime());
  const leftOut = !answer.trusted && (answer.status === 401 || answer.status === 403);
  const hint = leftOut
    ? 'A redirect led to another origin, and the headers and credentials were not sent there; name its URL as the source'
    : failure.hint;
  return new Failure(failure.code, failure.message, {
    ...(hint !== undefined && { hint }),
    details: { ...failure.details, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  });
}
