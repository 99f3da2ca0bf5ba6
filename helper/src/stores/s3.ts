// S3, of AWS and of those who speak as it does. Signatures (SigV4) are aws4's.
import aws4 from 'aws4';
import { Failure } from '../core/failure.ts';
import type { Agent, Answer, HttpRequest } from '../http/agent.ts';
import type { Header } from '../http/header-values.ts';
import { askPage } from './ask-page.ts';
import { readText } from './read-small.ts';
import { readRefusal, refusalFailure } from './refusal.ts';
import { type Keys, s3Keys } from './s3-keys.ts';
import {
  encodeKey,
  formatQuery,
  type ListedPage,
  type ObjectStore,
  type StoreOptions,
  type StoreWorld,
} from './store.ts';
import { type Element, parseXml, textOf } from './xml.ts';

// Whoever has other keys by now, or another region, is asked again: twice, and then it is the end.
const turns = 3;

// Statuses that the room above decides about itself.
const forOthers = new Set([304, 412, 416]);

const staleKeys = new Set(['ExpiredToken', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken']);

export async function openS3(bucket: string, options: StoreOptions, world: StoreWorld): Promise<ObjectStore> {
  const { env, clock } = world;
  const endpoint = options.endpoint ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  const base = endpoint === undefined || endpoint === '' ? undefined : URL.parse(endpoint);
  if (base === null || base?.search || base?.username) {
    throw new Failure(
      'USAGE',
      'AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is not the URL of a store, such as http://minio:9000',
    );
  }
  // in a host of its own a dot would begin another name than the certificate's
  const inHost =
    options.addressing === 'virtual' || (options.addressing === 'auto' && base === undefined && !bucket.includes('.'));
  const prefix = inHost ? '' : `/${encodeURIComponent(bucket)}`;
  const configured = options.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1';
  let region = configured;
  const originIn = (where: string): string => {
    const domain = where.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    const { protocol, host } = base ?? new URL(`https://s3.${where}.${domain}`);
    return `${protocol}//${inHost ? `${bucket}.` : ''}${host}`;
  };
  const origin = originIn(configured);
  const keys = options.anonymous
    ? async () => undefined
    : await s3Keys(options.credentials, configured, world, options);

  const signed = (method: string, url: URL, given: Keys | undefined, whole: boolean): Header[] => {
    // of a part the store would give the part's digest
    const own: Record<string, string> = whole ? { 'x-amz-checksum-mode': 'ENABLED' } : {};
    if (given === undefined) return Object.entries(own);
    const date = new Date(clock.wallTime()).toISOString().replace(/[:-]|\.\d{3}/g, '');
    const { headers } = aws4.sign(
      {
        ...{ service: 's3', region, method, host: url.host, path: url.pathname + url.search },
        headers: { ...own, host: url.host, 'x-amz-date': date },
      },
      given,
    );
    return Object.entries(headers).flatMap(([name, value]) =>
      name === 'host' ? [] : [[name.toLowerCase(), String(value)] as const],
    );
  };

  const request = async (asked: HttpRequest): Promise<Answer> => {
    const wanted = new URL(asked.url);
    if (wanted.origin !== origin) return world.agent.request(asked);
    let given = await keys(asked.signal);
    for (let turn = 1; ; turn++) {
      const url = new URL(wanted.pathname + wanted.search, originIn(region));
      const whole = !asked.ownHeaders?.some(([name]) => name === 'range') && wanted.search === '';
      const headers = [...asked.headers, ...signed(asked.method, url, given, whole)];
      const answer = await world.agent.request({ ...asked, url: url.href, headers, maxRedirects: 0 });
      if (answer.status < 300 || answer.status >= 500 || forOthers.has(answer.status)) return answer;
      const told = readRefusal(await readText(answer, 65_536).catch(() => ''), answer.header);
      if (
        turn < turns &&
        told.region !== undefined &&
        told.region !== region &&
        [301, 307, 400].includes(answer.status)
      ) {
        region = told.region;
        continue;
      }
      if (turn < turns && given !== undefined && staleKeys.has(told.code)) {
        const fresh = await keys(asked.signal, given);
        if (
          fresh !== undefined &&
          fresh.accessKeyId + fresh.secretAccessKey !== given.accessKeyId + given.secretAccessKey
        ) {
          given = fresh;
          continue;
        }
      }
      throw refusalFailure(
        answer.status,
        `${url.origin}${url.pathname}`,
        told,
        answer.header('date'),
        clock.wallTime(),
      );
    }
  };

  const agent: Agent = { request, close: () => world.agent.close() };
  return {
    agent,
    url: (key) => `${origin}${prefix}/${encodeKey(key)}`,
    list: async (keyPrefix, page, signal) => {
      const query = formatQuery({
        ...{ 'list-type': '2', 'encoding-type': 'url', 'max-keys': '1000', prefix: keyPrefix },
        'continuation-token': page,
      });
      const url = `${origin}${prefix}/?${query}`;
      return readListing(await askPage(agent, url, signal, { clock, timeoutMs: options.timeoutMs }));
    },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function readListing(text: string): ListedPage {
  const root = parseXml(text);
  if (root.name !== 'ListBucketResult')
    throw new Failure('UNEXPECTED_ANSWER', 'the store does not answer with a listing');
  const isEncoded = textOf(root, 'EncodingType') === 'url';
  const objects = root.children
    .filter(({ name }) => name === 'Contents')
    .map((entry: Element) => {
      const raw = textOf(entry, 'Key') ?? '';
      const sizeBytes = Number(textOf(entry, 'Size'));
      if (raw === '' || !Number.isSafeInteger(sizeBytes)) {
        throw new Failure('UNEXPECTED_ANSWER', 'the store lists an object without a name or a size');
      }
      const version = textOf(entry, 'ETag');
      return { key: isEncoded ? decodeName(raw) : raw, sizeBytes, ...(version && { version }) };
    });
  const isCut = textOf(root, 'IsTruncated') === 'true';
  const next = isCut ? textOf(root, 'NextContinuationToken') : undefined;
  if (isCut && !next) throw new Failure('UNEXPECTED_ANSWER', 'the store lists a part, and does not say how to go on');
  return { objects, next };
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    throw new Failure('UNEXPECTED_ANSWER', 'the store lists a name that is not UTF-8');
  }
}
