// A part of an object of which some is there already: taken only where it is proven to be of the same one.
import { Failure } from '../../core/failure.ts';
import { redactUrl } from '../../core/redact.ts';
import type { Answer } from '../../http/agent.ts';
import type { Extent } from '../backstage/extents.ts';
import { type Held, rangeCondition } from '../backstage/validators.ts';
import { type Ask, ask, refusal } from './ask.ts';
import { type AnswerHead, type Asking, judgeAnswer, rangeHeaders, type Taken } from './resume.ts';

/** Whether parts may be asked for, by the answer that began it. */
export function mayGiveParts({ validators, sizeBytes }: Taken, answer: AnswerHead): boolean {
  const ranges = answer.status === 206 || /\bbytes\b/i.test(answer.header('accept-ranges') ?? '');
  return ranges && sizeBytes !== undefined && rangeCondition(validators) !== undefined;
}

/** The server gives no parts of this object, or not any more: one connection goes on, as long as it lasts. */
export class NoParts extends Failure {}

export interface Part {
  readonly answer: Answer;
  /** Where its body ends. */
  readonly end: number;
}

/** @throws NoParts, or a Failure of the request */
export async function askPart(
  request: Ask,
  asking: Asking,
  object: Held,
  digestKnown: boolean,
  [from, to]: Extent,
): Promise<Part> {
  if (asking === 'whole') throw new NoParts('UNEXPECTED_ANSWER', 'nothing proves parts to be of the same object');
  const held = { ...object, bytes: from };
  const answer = await ask({ ...request, ownHeaders: rangeHeaders(asking, held, to) });
  const verdict = judgeAnswer(answer, asking, held, digestKnown, redactUrl(answer.url.href));
  if (verdict.kind === 'append') return { answer, end: from + (verdict.bodyBytes ?? to - from) };
  answer.close();
  if (verdict.kind === 'fail' && verdict.failure.retryable) throw refusal(verdict.failure, answer, request.clock);
  // whether that is the end is for a request to say that does not depend on parts
  const { status } = answer;
  throw new NoParts('UNEXPECTED_ANSWER', `the server gives no part of the same object (HTTP ${status})`, {
    details: { status },
  });
}
