// Every option of a wait step.
import { headerOptions } from './header-options.ts';
import { count, duration, flag, list, type OptionValues, path } from './option.ts';

// a status, a class such as 2xx, or a range such as 200-399 (RFC 9110 §15: 100 to 599)
const statusPattern = /^(?:[1-5]xx|[1-5]\d\d(?:-[1-5]\d\d)?)$/;

export const waitOptions = {
  any: flag({ flag: 'any', summary: 'One target that is ready is enough' }),
  deadlineMs: duration({
    flag: 'deadline',
    default: 300_000,
    atLeastMs: 1,
    summary: 'How long to wait in all',
  }),
  timeoutMs: duration({
    flag: 'timeout',
    default: 3_000,
    atLeastMs: 1,
    summary: 'How long one attempt may take',
  }),
  intervalMs: duration<number | undefined>({
    flag: 'interval',
    default: undefined,
    atLeastMs: 1,
    summary: 'The longest pause between two attempts; by default it depends on the kind of target',
  }),
  statuses: list({
    flag: 'status',
    placeholder: 'STATUS',
    summary: 'An HTTP status, class or range that counts as ready, such as 204, 2xx or 200-399; 2xx if none is given',
    check: (value) =>
      statusPattern.test(value) ? undefined : `${JSON.stringify(value)} is not a status such as 204, 2xx or 200-399`,
  }),
  maxRedirects: count({
    flag: 'max-redirects',
    default: 10,
    atLeast: 0,
    atMost: 50,
    summary: 'How many HTTP redirects to follow; with 0 a redirect is an answer like any other',
  }),
  ...headerOptions,
  caFile: path<string | undefined>({
    flag: 'ca-file',
    default: undefined,
    summary: 'Certificates (PEM) to trust beside those that the image brings',
  }),
} as const;

export type WaitOptions = OptionValues<typeof waitOptions>;
