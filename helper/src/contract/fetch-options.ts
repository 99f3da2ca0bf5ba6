// Every option of a fetch step.
import { headerOptions } from './header-options.ts';
import { parseIntegrity } from './integrity.ts';
import { count, duration, flag, list, mode, type OptionValues, path, size, text } from './option.ts';
import { sourceFault } from './source.ts';

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
    check: sourceFault,
  }),
  requireIntegrity: flag({
    flag: 'require-integrity',
    summary: 'Fail where no digest, neither given here nor by the server, proves the bytes',
  }),
  mirrors: list({
    flag: 'mirror',
    placeholder: 'URL',
    summary: 'Where the same file is too; asked in turn when a source fails. Needs a digest',
    check: sourceFault,
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
  maxFailures: count({
    flag: 'max-failures',
    default: 1000,
    atLeast: 1,
    atMost: 1_000_000,
    summary: 'Give up after so many attempts in a row that brought nothing; as a rule the deadline is what ends it',
  }),
  mode: mode({
    flag: 'mode',
    default: 0o644,
    summary: 'The permissions of the file; readable by whatever user the app runs as, unless said otherwise',
  }),
  maxSizeBytes: size<number | undefined>({
    flag: 'max-size',
    default: undefined,
    summary: 'Refuse a source that is larger',
  }),
  maxRedirects: count({
    flag: 'max-redirects',
    default: 10,
    atLeast: 0,
    atMost: 50,
    summary: 'How many redirects to follow',
  }),
  ...headerOptions,
  caFile: path<string | undefined>({
    flag: 'ca-file',
    default: undefined,
    summary: 'Certificates (PEM) to trust beside those that the image brings',
  }),
} as const;

export type FetchOptions = OptionValues<typeof fetchOptions>;
