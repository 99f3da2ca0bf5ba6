// Every option of a fetch step.
import { parseNamePattern } from '../core/name-pattern.ts';
import { headerOptions } from './header-options.ts';
import { parseIntegrity } from './integrity.ts';
import { manyOptions, storeOptions } from './many-options.ts';
import { count, duration, flag, folder, list, mode, type OptionValues, path, size, text, variable } from './option.ts';
import { checksumSourceFault, webSourceFault } from './source.ts';

export const fetchOptions = {
  sha256: text<string | undefined>({
    flag: 'sha256',
    placeholder: 'HEX',
    default: undefined,
    summary: 'The digest that the whole file must have; with it, a file that is there and right is not fetched again',
    check: (value) => (/^[0-9a-f]{64}$/i.test(value) ? undefined : 'must be 64 hexadecimal digits'),
  }),
  integrity: text<string | undefined>({
    flag: 'integrity',
    placeholder: 'DIGEST',
    default: undefined,
    summary: 'The same, as sha512:HEX or as in package locks and HTML: sha384-BASE64',
    check: (value) => {
      const parsed = parseIntegrity(value);
      return 'fault' in parsed ? parsed.fault : undefined;
    },
  }),
  checksumFrom: text<string | undefined>({
    flag: 'checksum-from',
    placeholder: 'URL',
    default: undefined,
    summary: 'A list of checksums that names the file (SHA256SUMS, in the style of GNU or BSD), or the digest alone',
    check: checksumSourceFault,
  }),
  requireIntegrity: flag({
    flag: 'require-integrity',
    summary: 'Fail where no digest, neither given here nor by the server, proves the bytes',
  }),
  mirrors: list({
    flag: 'mirror',
    placeholder: 'URL',
    summary: 'Where the same file is too; asked in turn when a source fails. Needs a digest',
    check: webSourceFault,
  }),
  deadlineMs: duration({
    flag: 'deadline',
    default: 300_000,
    atLeastMs: 1,
    summary: 'How long the whole download may take, with all its attempts',
  }),
  timeoutMs: duration({
    flag: 'timeout',
    default: 30_000,
    atLeastMs: 1,
    summary: 'How long the server may stay silent, before its answer or within it, until the attempt is given up',
  }),
  minSpeedBytes: size({
    flag: 'min-speed',
    default: 1024,
    summary: 'Give an attempt up that brings less than this a second, over a minute; 0 for no such limit',
  }),
  connections: text({
    flag: 'connections',
    placeholder: 'N|auto',
    default: 'auto',
    summary:
      'How many connections one file may come over, 1 to 16; auto begins with one, and takes more where each of them brings more',
    check: (value) => (/^(?:auto|[1-9]|1[0-6])$/.test(value) ? undefined : 'must be auto, or from 1 to 16'),
  }),
  maxFailures: count({
    flag: 'max-failures',
    default: 1000,
    atLeast: 1,
    atMost: 1_000_000,
    summary: 'Give up after so many attempts in a row that brought nothing; as a rule the deadline is what ends it',
  }),
  cache: folder<string | undefined>({
    flag: 'cache',
    default: undefined,
    summary:
      'A folder that pods share, on a node or a claim: one of them downloads, all copy from it. Needs --sha256 or --integrity',
  }),
  cacheBytes: size({
    flag: 'cache-size',
    default: 10 * 2 ** 30,
    summary: 'How much may lie in that folder; what was not asked for the longest goes first',
  }),
  mode: mode({
    flag: 'mode',
    default: 0o644,
    summary: 'The permissions of the file; readable by whatever user the app runs as, unless said otherwise',
  }),
  owner: text<string | undefined>({
    flag: 'owner',
    placeholder: 'UID[:GID]',
    default: undefined,
    summary: 'Whom the files shall belong to; only root may give files away, others only to a group of their own',
    check: (value) =>
      /^\d{1,10}(?::\d{1,10})?$/.test(value) ? undefined : 'must be numbers, such as 1000 or 1000:1000',
  }),
  ...manyOptions,
  unpack: flag({
    flag: 'unpack',
    summary:
      'Unpack the archive (tar, tar.gz, tar.zst, tar.xz, zip); the destination is the folder that appears, whole, in one step',
  }),
  stripComponents: count({
    flag: 'strip-components',
    default: 0,
    atLeast: 0,
    atMost: 64,
    summary: 'Leave so many leading parts of the paths in the archive out',
  }),
  include: list({
    flag: 'include',
    placeholder: 'PATTERN',
    summary:
      'Of an archive, a list or a prefix take only what matches, in the whole path as it stands there: * and ? within a name, ** over several; a folder stands for all that is in it',
    check: (value) =>
      parseNamePattern(value) === undefined ? `${JSON.stringify(value.slice(0, 80))} is no pattern` : undefined,
  }),
  maxUnpackedBytes: size({
    flag: 'max-unpacked-size',
    default: 10 * 2 ** 30,
    summary: 'Refuse an archive whose files are larger, all together',
  }),
  maxEntries: count({
    flag: 'max-entries',
    default: 100_000,
    atLeast: 1,
    atMost: 10_000_000,
    summary: 'Refuse an archive with more entries, a list or a prefix with more files',
  }),
  maxRatio: count({
    flag: 'max-ratio',
    default: 1000,
    atLeast: 1,
    atMost: 1_000_000,
    summary: 'Refuse an archive that unpacks to more than so many times its own size',
  }),
  maxSizeBytes: size<number | undefined>({
    flag: 'max-size',
    default: undefined,
    summary: 'Refuse a source that is larger; of a list or a prefix all files together',
  }),
  maxRedirects: count({
    flag: 'max-redirects',
    default: 10,
    atLeast: 0,
    atMost: 50,
    summary: 'How many redirects to follow',
  }),
  ...storeOptions,
  ...headerOptions,
  userEnv: variable('user-env', 'The variable that holds USER:PASSWORD, for basic authentication'),
  userFile: path<string | undefined>({
    flag: 'user-file',
    default: undefined,
    summary: 'The file that holds USER:PASSWORD, for basic authentication',
  }),
  bearerEnv: variable('bearer-env', 'The variable that holds a bearer token'),
  bearerFile: path<string | undefined>({
    flag: 'bearer-file',
    default: undefined,
    summary: 'The file that holds a bearer token, read anew for each request',
  }),
  netrcFile: path<string | undefined>({
    flag: 'netrc-file',
    default: undefined,
    summary: 'Logins by host, for basic authentication of the source and of mirrors',
  }),
  certFile: path<string | undefined>({
    flag: 'cert-file',
    default: undefined,
    summary: 'The certificate (PEM) that we show to the server; needs --key-file',
  }),
  keyFile: path<string | undefined>({
    flag: 'key-file',
    default: undefined,
    summary: 'The key (PEM) of that certificate',
  }),
  denyPrivate: flag({
    flag: 'deny-private',
    summary: 'Refuse every address that is not out in the Internet, redirects included: for sources that users name',
  }),
  caFile: path<string | undefined>({
    flag: 'ca-file',
    default: undefined,
    summary: 'Certificates (PEM) to trust beside those that the image brings',
  }),
} as const;

export type FetchOptions = OptionValues<typeof fetchOptions>;
