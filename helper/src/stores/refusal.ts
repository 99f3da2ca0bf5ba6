// What a store says when it refuses, and what can be done about it. Pure.
import { describeDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import { statusFailure } from '../http/classify.ts';
import { type Element, parseXml, textOf } from './xml.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
// https://cloud.google.com/storage/docs/xml-api/reference-status
const hints: Readonly<Record<string, string>> = {
  NoSuchBucket: "Check the bucket's name, and --endpoint",
  NoSuchKey: 'Check the name: capitals count; a folder ends with /',
  AccessDenied:
    'The keys may not read it (s3:GetObject; for a prefix s3:ListBucket), or it is not there and the keys may not list',
  InvalidAccessKeyId: 'The store does not know the access key: check the Secret, and --endpoint',
  SignatureDoesNotMatch: 'The secret key is not that of the access key: check the Secret, also for white space in it',
  ExpiredToken: 'The session token has expired: give a new one, or a web identity, which is renewed',
  InvalidToken: 'The session token is not one of these keys',
  InvalidObjectState: 'The object is archived: restore it first',
  InvalidBucketName: "Check the bucket's name",
  AuthenticationRequired: 'Give the bucket public access, or keys',
};

export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** Where the bucket is, as far as the answer tells. */
  readonly region: string | undefined;
}

/** Reads the body of a refusal; what is none of a store's has an empty code. */
export function readRefusal(text: string, header: (name: string) => string | undefined): Refusal {
  let root: Element | undefined;
  try {
    root = parseXml(text);
  } catch {
    // a page of a proxy, or plain text
  }
  const error = root?.name === 'ErrorResponse' ? root.children.find(({ name }) => name === 'Error') : root;
  const endpoint = textOf(error, 'Endpoint') ?? '';
  const region =
    header('x-amz-bucket-region') ??
    textOf(error, 'Region') ??
    /(?:^|\.)s3[.-]([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(endpoint)?.[1];
  const message = textOf(error, 'Message') ?? '';
  return { code: textOf(error, 'Code') ?? '', message: oneLine(message), region };
}

/** As much of what a server says as fits a log, in one line. */
export function oneLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain;
}

/**
 * @param where the URL without its secrets
 * @param date what the store says the time is
 * @param wallTimeMs what we take it for
 */
export function refusalFailure(
  status: number,
  where: string,
  { code, message, region }: Refusal,
  date: string | undefined,
  wallTimeMs: number,
): Failure {
  const { code: failureCode, hint, details } = statusFailure(status, where);
  const said = [code, message].filter((part) => part !== '').join(', ');
  const cure =
    code === 'RequestTimeTooSkewed'
      ? skew(date, wallTimeMs)
      : status === 301 || status === 307
        ? `The bucket is ${region === undefined ? 'elsewhere' : `in ${region}`}: say so with --region or --endpoint`
        : Object.hasOwn(hints, code)
          ? hints[code]
          : hint;
  return new Failure(failureCode, `HTTP ${status} from ${where}${said === '' ? '' : ` (${said})`}`, {
    ...(cure !== undefined && { hint: cure }),
    details: { ...details, ...(code !== '' && { storeCode: code }) },
  });
}

function skew(date: string | undefined, wallTimeMs: number): string {
  const byMs = wallTimeMs - Date.parse(date ?? '');
  if (Number.isNaN(byMs)) return "The node's clock is wrong: signatures are good for 15 minutes";
  const by = `${describeDuration(Math.abs(byMs))} ${byMs > 0 ? 'fast' : 'slow'}`;
  return `The node's clock is ${by} by the store's; signatures are good for 15 minutes: set it (NTP)`;
}
