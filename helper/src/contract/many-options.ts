// The options of a fetch step that are for many files at once, and for object stores.
import { choice, count, flag, path, text } from './option.ts';

export const manyOptions = {
  list: flag({
    flag: 'list',
    summary:
      'The source is a list of files (SHA256SUMS, or URLs by line); the destination is the folder that appears, whole, in one step',
  }),
  concurrency: count({
    flag: 'concurrency',
    default: 8,
    atLeast: 1,
    atMost: 64,
    summary: 'How many files of a list or a prefix are fetched at once',
  }),
} as const;

export const storeOptions = {
  endpoint: text<string | undefined>({
    flag: 'endpoint',
    placeholder: 'URL',
    default: undefined,
    summary:
      'The object store, where it is not that of AWS or Google; else AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or STORAGE_EMULATOR_HOST',
    check: endpointFault,
  }),
  region: text<string | undefined>({
    flag: 'region',
    placeholder: 'REGION',
    default: undefined,
    summary: "The bucket's region, for s3; else AWS_REGION, AWS_DEFAULT_REGION, or what the store says",
    check: (value) => (/^[a-z0-9-]+$/i.test(value) ? undefined : 'must be the name of a region, such as eu-central-1'),
  }),
  addressing: choice({
    flag: 'addressing',
    default: 'auto',
    choices: ['auto', 'path', 'virtual'],
    summary: "Where the bucket's name stands, for s3: in the path, or in the host; auto: in the host at AWS alone",
  }),
  credentials: path<string | undefined>({
    flag: 'credentials',
    default: undefined,
    summary:
      "A file with keys (AWS's credentials file, the JSON key of a Google service account), or a folder with a file for each (AWS_ACCESS_KEY_ID, …), such as a mounted Secret",
  }),
  anonymous: flag({
    flag: 'anonymous',
    summary: 'Ask an object store for what is public, and look for no keys',
  }),
} as const;

/** What is wrong with the URL of a store; undefined where nothing is. */
export function endpointFault(value: string): string | undefined {
  const url = URL.parse(value);
  const plain =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    `${url.search}${url.hash}${url.username}${url.password}` === '';
  return plain ? undefined : 'must be the URL of a store alone, such as http://minio:9000';
}
