// What a fetch step's options must not be together. Pure.
import { Failure } from '../core/failure.ts';
import { type FetchOptions, fetchOptions } from './fetch-options.ts';

/** @throws Failure USAGE */
export function checkFetch(source: string, options: FetchOptions): void {
  const { mirrors, sha256, integrity, checksumFrom, certFile, keyFile } = options;
  if (mirrors.length > 0 && sha256 === undefined && integrity === undefined && checksumFrom === undefined) {
    throw new Failure('USAGE', 'fetch: --mirror needs a digest, by which the copies are known to be the same file', {
      hint: 'Give --sha256, --integrity or --checksum-from',
    });
  }
  if (source.startsWith('file:') && (mirrors.length > 0 || checksumFrom !== undefined)) {
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
  if (!unpack && (stripComponents > 0 || include.length > 0)) {
    throw new Failure('USAGE', `fetch: ${include.length > 0 ? '--include' : '--strip-components'} needs --unpack`);
  }
  if (unpack && options.mode !== fetchOptions.mode.default) {
    throw new Failure('USAGE', 'fetch: --mode is for a file; what --unpack unpacks has the modes of the archive');
  }
}
