// An answer that is read whole: a page of a listing, a token, a refusal. Bounded in time and size.
import { describeDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import type { Agent, Answer, HttpRequest } from '../http/agent.ts';
import type { Clock } from '../ports/clock.ts';

export interface SmallAnswer {
  readonly status: number;
  readonly header: Answer['header'];
  readonly text: string;
}

// a page of 1,000 names of 1,024 bytes, each of them escaped
const longestBytes = 8 << 20;

/** @throws Failure TIMED_OUT, TOO_LARGE, or as Agent.request */
export async function askSmall(
  agent: Agent,
  request: Omit<HttpRequest, 'maxRedirects'>,
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<SmallAnswer> {
  const late = new AbortController();
  const over = new AbortController();
  const why = new Failure(
    'TIMED_OUT',
    `no whole answer within ${describeDuration(timeoutMs)} from ${redactUrl(request.url)}`,
  );
  clock.sleep(timeoutMs, over.signal).then(
    () => late.abort(why),
    () => {},
  );
  try {
    const signal = AbortSignal.any([request.signal, late.signal]);
    const answer = await agent.request({ ...request, maxRedirects: 0, signal });
    return { status: answer.status, header: answer.header, text: await readText(answer) };
  } finally {
    over.abort();
  }
}

/** Reads a body to its end. */
export async function readText(answer: Answer, limitBytes = longestBytes): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  await answer.receive((piece) => {
    bytes += piece.length;
    if (bytes > limitBytes) {
      throw new Failure('TOO_LARGE', `more than ${limitBytes} bytes from ${redactUrl(answer.url.href)}`);
    }
    pieces.push(piece);
  });
  return Buffer.concat(pieces).toString('utf8');
}
