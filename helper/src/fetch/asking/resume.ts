// The two decisions on which resuming safely rests: what to ask for, and what to make of the answer. Pure; nothing
// else in the helper decides where bytes of an answer go.
import { Failure } from '../../core/failure.ts';
import { statusFailure } from '../../http/classify.ts';
import type { Header } from '../../http/header-values.ts';
import {
  compareValidators,
  type Held,
  rangeCondition,
  readValidators,
  strongEtag,
  type Validators,
} from '../backstage/validators.ts';

/** How to ask for the rest. `bare`: without If-Range, by a server that has shown that it mishandles it. */
export type Asking = 'whole' | 'conditional' | 'bare';

/**
 * What to ask for.
 *
 * | held                                   | digest known | ask                                        |
 * | nothing                                | any          | whole                                      |
 * | strong ETag, or a strong date          | any          | conditional: Range with If-Range           |
 * | the same, If-Range is mishandled       | any          | bare: Range, and the answer's validators decide |
 * | weak validator or none                 | yes          | bare: Range, and the digest decides        |
 * | weak validator or none                 | no           | whole                                      |
 */
export function chooseAsking(held: Held | undefined, digestKnown: boolean, ifRangeFails: boolean): Asking {
  if (held === undefined || held.bytes === 0) return 'whole';
  if (rangeCondition(held.validators) !== undefined) return ifRangeFails ? 'bare' : 'conditional';
  return digestKnown ? 'bare' : 'whole';
}

/**
 * The request headers of an asking.
 * @param to the byte before which to stop; default: all that follows
 */
export function rangeHeaders(asking: Asking, held: Held | undefined, to?: number): Header[] {
  if (asking === 'whole' || held === undefined) return [];
  const range: Header = ['range', `bytes=${held.bytes}-${to === undefined ? '' : to - 1}`];
  const condition = rangeCondition(held.validators);
  return asking === 'bare' || condition === undefined ? [range] : [range, ['if-range', condition]];
}

export interface AnswerHead {
  readonly status: number;
  header(name: string): string | undefined;
}

/** What is known of the object by an answer that is taken. */
export interface Taken {
  readonly validators: Validators;
  readonly sizeBytes?: number;
  /** The bytes that this body shall have; undefined where only its end tells. */
  readonly bodyBytes?: number;
  /** True when something tells the end of the body from a connection that broke. */
  readonly framed: boolean;
}

export type Verdict =
  /** The body continues what is held. */
  | ({ readonly kind: 'append' } & Taken)
  /** The body is the whole object: what is held is dropped. */
  | ({ readonly kind: 'replace' } & Taken)
  /** What is held is the whole object already. */
  | { readonly kind: 'complete' }
  /** Ask again, at once, in another way. */
  | { readonly kind: 'ask'; readonly asking: Asking; readonly why: string }
  | { readonly kind: 'fail'; readonly failure: Failure };

/**
 * What to make of an answer.
 *
 * | asked       | answer                                                         | verdict           |
 * | any         | a coding other than identity, digest not known                 | ask whole; fail, if that was asked |
 * | whole       | 200                                                            | replace           |
 * | whole       | 206 that covers the whole object                               | replace           |
 * | whole       | any other 206                                                  | fail              |
 * | a range     | 206, starts where asked, size and validators as held           | append            |
 * | a range     | 206, another size, other validators, or another place          | ask whole         |
 * | a range     | 206, nothing proves it the same object, digest not known       | ask whole         |
 * | conditional | 200, yet with the validator that was asked for                 | ask bare          |
 * | a range     | 200                                                            | replace           |
 * | a range     | 416, and all is held of what is proven the same object         | complete          |
 * | a range     | 400, 412, 416, 501                                             | ask whole         |
 * | any         | any other status                                               | fail              |
 *
 * @param held of which `asking` is the rest; may be undefined for `whole`
 * @param where the URL without secrets, for messages
 */
export function judgeAnswer(
  answer: AnswerHead,
  asking: Asking,
  held: Held | undefined,
  digestKnown: boolean,
  where: string,
): Verdict {
  const { status } = answer;
  const validators = readValidators(answer.header);
  const whole = (why: string): Verdict => ({ kind: 'ask', asking: 'whole', why });
  const unexpected = (what: string): Verdict => ({
    kind: 'fail',
    failure: new Failure('UNEXPECTED_ANSWER', `${what}, from ${where}`, { details: { status } }),
  });
  const ranged = asking !== 'whole' && held !== undefined;

  if (status !== 200 && status !== 206) {
    if (!ranged) return { kind: 'fail', failure: statusFailure(status, where) };
    if (status === 416 && isComplete(answer, held, validators, digestKnown)) return { kind: 'complete' };
    if (status === 400 || status === 412 || status === 416 || status === 501) return whole(`HTTP ${status} to a range`);
    return { kind: 'fail', failure: statusFailure(status, where) };
  }

  const coding = answer.header('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (coding !== 'identity' && coding !== '' && (ranged || !digestKnown)) {
    if (ranged) return whole(`the rest came in the coding ${coding}`);
    return {
      kind: 'fail',
      failure: new Failure('HTTP_REFUSED', `the body comes compressed (${coding}) though that was refused: ${where}`, {
        hint: 'Turn compression off for this file at the server; or, if the compressed bytes are what you want, say so with --sha256',
        details: { status },
      }),
    };
  }

  const length = contentLength(answer);
  if (length === 'invalid') return unexpected('a Content-Length that is no number');
  const chunked = answer.header('transfer-encoding') !== undefined;

  if (status === 200) {
    if (asking === 'conditional' && held !== undefined && sameByCondition(held.validators, validators)) {
      return { kind: 'ask', asking: 'bare', why: 'the server ignores If-Range' };
    }
    const sizes = length === undefined ? {} : { sizeBytes: length, bodyBytes: length };
    return { kind: 'replace', validators, ...sizes, framed: chunked || length !== undefined };
  }

  const range = parseContentRange(answer.header('content-range'));
  if (range === undefined) return ranged ? whole('206 without a proper Content-Range') : unexpected('an unasked 206');
  const bodyBytes = range.last - range.first + 1;
  if (length !== undefined && length !== bodyBytes) {
    return ranged ? whole('206 whose length is not that of its range') : unexpected('206 with two lengths');
  }
  const taken = {
    validators,
    bodyBytes,
    ...(range.sizeBytes !== undefined && { sizeBytes: range.sizeBytes }),
    framed: true,
  };
  if (!ranged) {
    return range.first === 0 && bodyBytes === range.sizeBytes
      ? { kind: 'replace', ...taken }
      : unexpected('an unasked 206');
  }
  if (range.first !== held.bytes) return whole('206 for another place than the one asked for');
  if (range.sizeBytes !== undefined && held.sizeBytes !== undefined && range.sizeBytes !== held.sizeBytes) {
    return whole('the size has changed');
  }
  const comparison = compareValidators(held.validators, validators);
  if (comparison === 'other') return whole('the object has changed');
  // A 206 repeats the ETag (RFC 9110 §15.3.7), so one without it comes from a server that goes by other rules. The
  // date need not be repeated: asked with it as the condition, a 206 says by itself that it is the same object.
  const byDate = asking === 'conditional' && strongEtag(held.validators) === undefined;
  if (comparison === 'unknown' && !byDate && !digestKnown) return whole('nothing proves it the same object');
  const sizeBytes = range.sizeBytes ?? held.sizeBytes;
  // what only a digest will prove must not be gone on with later by a validator
  const proven = comparison === 'same' || byDate ? held.validators : {};
  return { kind: 'append', ...taken, validators: proven, ...(sizeBytes !== undefined && { sizeBytes }) };
}

function isComplete(answer: AnswerHead, held: Held, validators: Validators, digestKnown: boolean): boolean {
  const total = /^bytes \*\/(\d{1,15})$/i.exec(answer.header('content-range')?.trim() ?? '')?.[1];
  const sizeBytes = total === undefined ? undefined : Number(total);
  if (sizeBytes !== held.bytes || (held.sizeBytes !== undefined && held.sizeBytes !== held.bytes)) return false;
  const comparison = compareValidators(held.validators, validators);
  return comparison === 'same' || (comparison === 'unknown' && digestKnown);
}

/** Whether an answer carries the very validator that If-Range was asked with. */
function sameByCondition(held: Validators, answered: Validators): boolean {
  const etag = strongEtag(held);
  return etag === undefined
    ? held.lastModified !== undefined && held.lastModified === answered.lastModified
    : etag === answered.etag;
}

function contentLength(answer: AnswerHead): number | undefined | 'invalid' {
  // chunks win over a length (RFC 9112 §6.3)
  if (answer.header('transfer-encoding') !== undefined) return undefined;
  const text = answer.header('content-length');
  if (text === undefined) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : 'invalid';
}

function parseContentRange(
  text: string | undefined,
): { first: number; last: number; sizeBytes: number | undefined } | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(text?.trim() ?? '');
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  const sizeBytes = match[3] === '*' ? undefined : Number(match[3]);
  return last < first || (sizeBytes !== undefined && last >= sizeBytes) ? undefined : { first, last, sizeBytes };
}
