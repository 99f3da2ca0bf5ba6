// What a fetch step's options must not be together. Pure.
import { Failure } from '../core/failure.ts';
import { type FetchOptions, fetchOptions } from './fetch-options.ts';

import { isStorePrefix, isStoreSource, parseStorePlace } from './source.ts';

/** Whether a step brings many files: those of a list, or all of a prefix. Its destination is a folder then. */
export function fetchesMany(source: string, { list }: Pick<FetchOptions, 'list'>): boolean {
  return list || isStorePrefix(source);
}

/**
 * @param given the options by the words alone; the environment may say more than one step needs
 * @throws Failure USAGE
 */
export function checkFetch(source: string, options: FetchOptions, given: FetchOptions): void {
  const { mirrors, sha256, integrity, checksumFrom, certFile, keyFile } = options;
  if (mirrors.length > 0 && sha256 === undefined && integrity === undefined && checksumFrom === undefined) {
    throw new Failure('USAGE', 'fetch: --mirror needs a digest, by which the copies are known to be the same file', {
      hint: 'Give --sha256, --integrity or --checksum-from',
    });
  }
  const isLocal = source.startsWith('file:');
  if (isLocal && (mirrors.length > 0 || (checksumFrom !== undefined && !options.list))) {
    throw new Failure('USAGE', 'fetch: --mirror and --checksum-from are for sources on the network, not for file:');
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new Failure('USAGE', 'fetch: --cert-file and --key-file belong together');
  }
  const logins = [options.userEnv, options.userFile, options.bearerEnv, options.bearerFile];
  if (logins.filter((one) => one !== undefined).length > 1) {
    throw new Failure(
      'USAGE',
      'fetch: only one of --user-env, --user-file, --bearer-env and --bearer-file can be sent',
    );
  }
  const { unpack, stripComponents, include } = options;
  const many = fetchesMany(source, options);
  if (many) checkMany(source, options);
  checkCache(options, isLocal, many);
  checkStore(source, options, given);
  if (!unpack && stripComponents > 0) throw new Failure('USAGE', 'fetch: --strip-components needs --unpack');
  if (!unpack && !many && include.length > 0) {
    throw new Failure('USAGE', 'fetch: --include needs --unpack, --list, or a prefix such as s3://bucket/folder/');
  }
  if (unpack && options.mode !== fetchOptions.mode.default) {
    throw new Failure('USAGE', 'fetch: --mode is for a file; what --unpack unpacks has the modes of the archive');
  }
}

function checkCache({ cache, cacheBytes, sha256, integrity }: FetchOptions, isLocal: boolean, many: boolean): void {
  if (cache === undefined) {
    if (cacheBytes === fetchOptions.cacheBytes.default) return;
    throw new Failure('USAGE', 'fetch: --cache-size needs --cache');
  }
  if (many) throw new Failure('USAGE', 'fetch: --cache is for one file');
  if (isLocal) throw new Failure('USAGE', 'fetch: --cache is for sources on the network, not for file:');
  if (sha256 === undefined && integrity === undefined) {
    throw new Failure(
      'USAGE',
      'fetch: --cache needs a digest, by which what lies in it is known to be the right file',
      {
        hint: 'Give --sha256 or --integrity, or leave out --cache',
      },
    );
  }
}

function checkMany(source: string, options: FetchOptions): void {
  const { list, unpack, mirrors, sha256, integrity } = options;
  const fault = (what: string, hint?: string) =>
    new Failure('USAGE', `fetch: ${what}`, hint === undefined ? {} : { hint });
  const isPrefix = isStorePrefix(source);
  if (list && isPrefix) throw fault('--list is for a list; a prefix is listed by the store', 'Leave --list out');
  if (unpack) throw fault('--unpack is for one archive, not for many files', 'Unpack each in a step of its own');
  if (mirrors.length > 0) throw fault('--mirror is for one file; a list names each of its files by a URL');
  if (isPrefix && (sha256 !== undefined || integrity !== undefined)) {
    throw fault('--sha256 and --integrity are for one file', 'Name a list of digests: --checksum-from URL');
  }
}

function checkStore(source: string, options: FetchOptions, given: FetchOptions): void {
  const fault = (what: string, hint?: string) =>
    new Failure('USAGE', `fetch: ${what}`, hint === undefined ? {} : { hint });
  const { checksumFrom } = options;
  const inStore = checksumFrom !== undefined && isStoreSource(checksumFrom);
  if (!isStoreSource(source)) {
    const { endpoint, region, addressing, credentials, anonymous } = given;
    const idle = Object.entries({ endpoint, region, credentials }).find(([, value]) => value !== undefined)?.[0];
    const option = idle ?? (anonymous ? 'anonymous' : addressing === 'auto' ? undefined : 'addressing');
    if (option !== undefined)
      throw fault(`--${option} is for object stores (s3:, gs:), not for ${source.split(':')[0]}:`);
    if (inStore) throw fault('--checksum-from in an object store is for what lies in the same bucket');
    return;
  }
  const { scheme, bucket } = parseStorePlace(source);
  if (inStore) {
    const place = parseStorePlace(checksumFrom);
    if (place.scheme !== scheme || place.bucket !== bucket) {
      throw fault('--checksum-from in an object store is for what lies in the same bucket');
    }
  }
  if (options.anonymous && options.credentials !== undefined) {
    throw fault('--anonymous and --credentials exclude each other');
  }
  const login = [given.userEnv, given.userFile].some((one) => one !== undefined);
  const bearer = [given.bearerEnv, given.bearerFile].some((one) => one !== undefined);
  if (login || (scheme === 's3' && bearer)) {
    const keys = 'Give keys by the environment (AWS_ACCESS_KEY_ID, …) or with --credentials';
    throw fault(
      `${login ? '--user-env and --user-file are' : '--bearer-env and --bearer-file are'} not for ${scheme}:`,
      keys,
    );
  }
}
