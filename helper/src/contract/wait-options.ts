// Every option of a wait step. Which kinds of target take which of them: target-kinds.ts.
import { moveGuardPaths } from './guard-paths.ts';
import { headerOptions, splitHeader } from './header-options.ts';
import { loginOptions } from './login-options.ts';
import { choice, count, duration, flag, list, type OptionValues, path, size, text } from './option.ts';

// a status, a class such as 2xx, or a range such as 200-399 (RFC 9110 §15: 100 to 599)
const statusPattern = /^(?:[1-5]xx|[1-5]\d\d(?:-[1-5]\d\d)?)$/;

function isStatus(value: string): boolean {
  const [first = '', last = first] = value.split('-');
  return statusPattern.test(value) && first <= last;
}

function checkPattern(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'mu');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** All that a guard may have too. */
const targetOptions = {
  any: flag({ flag: 'any', summary: 'One target that is ready is enough' }),
  atLeast: count<number | undefined>({
    flag: 'at-least',
    default: undefined,
    atLeast: 1,
    atMost: 1_000,
    summary: 'So many targets that are ready are enough; by default all must be',
  }),
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
  splayMs: duration({
    flag: 'splay',
    default: 0,
    summary: 'Begin after a random part of this time, so that a thousand pods do not knock at the same moment',
  }),
  successes: count({
    flag: 'successes',
    default: 1,
    atLeast: 1,
    atMost: 1_000,
    summary: 'How many attempts in a row must find a target ready',
  }),
  stableForMs: duration({
    flag: 'stable-for',
    default: 0,
    summary: 'How long attempt after attempt must find a target ready',
  }),
  gone: flag({
    flag: 'gone',
    summary:
      'Wait until it is gone: the name unknown, the connection refused, the file not there. A silence proves nothing, so it does not count',
  }),

  holdMs: duration({
    flag: 'hold',
    default: 0,
    summary: 'How long a connection must stay open once it is accepted; what a server says first will do as well',
  }),

  record: choice({
    flag: 'record',
    choices: ['address', 'A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'],
    default: 'address',
    summary: 'The type of DNS record to ask for; address is A or AAAA, and /etc/hosts counts too',
  }),
  minRecords: count({
    flag: 'min-records',
    default: 1,
    atLeast: 1,
    atMost: 10_000,
    summary: 'How many records there must be',
  }),
  wantedRecords: list({
    flag: 'expect-record',
    placeholder: 'RECORD',
    summary: 'A record that must be among them, such as 10.0.0.7, or "0 100 5432 db-0.db" for SRV',
  }),

  statuses: list({
    flag: 'status',
    placeholder: 'STATUS',
    summary: 'An HTTP status, class or range that counts as ready, such as 204, 2xx or 200-399; 2xx if none is given',
    check: (value) =>
      isStatus(value) ? undefined : `${JSON.stringify(value)} is not a status such as 204, 2xx or 200-399`,
  }),
  wantedHeaders: list({
    flag: 'expect-header',
    placeholder: 'NAME: PATTERN',
    summary: 'A header that the answer must have, and a regular expression that must match its value',
    check: (value) => {
      const header = splitHeader(value);
      return header === undefined ? 'is not of the form "Name: pattern"' : checkPattern(header.rest);
    },
  }),
  contains: list({
    flag: 'contains',
    placeholder: 'TEXT',
    summary: 'A text that the body, or the file, must contain',
  }),
  matches: list({
    flag: 'matches',
    placeholder: 'PATTERN',
    summary: "A regular expression (JavaScript's, ^ and $ at each line) that must match in the body, or in the file",
    check: checkPattern,
  }),
  jsonConditions: list({
    flag: 'expect-json',
    placeholder: 'CONDITION',
    summary:
      'What must hold of the body, or of the Kubernetes object: a condition as in a filter of JSONPath (RFC 9535), where @ is the whole, such as \'@.status == "green"\'',
  }),
  http2: flag({
    flag: 'http2',
    summary: 'Ask by HTTP/2: with http:// at once (prior knowledge), with https:// by ALPN. No redirect is followed',
  }),
  method: choice({
    flag: 'method',
    choices: ['GET', 'HEAD', 'POST', 'PUT'],
    default: 'GET',
    summary: 'The method of the request',
  }),
  body: text<string | undefined>({
    flag: 'body',
    placeholder: 'TEXT',
    default: undefined,
    summary: 'The body of the request; with one, no redirect is followed. Its type is said with --header',
  }),
  maxRedirects: count({
    flag: 'max-redirects',
    default: 10,
    atLeast: 0,
    atMost: 50,
    summary: 'How many HTTP redirects to follow; with 0 a redirect is an answer like any other',
  }),
  ...headerOptions,
  unixSocket: path<string | undefined>({
    flag: 'unix-socket',
    default: undefined,
    summary: 'Connect to this socket; the host of the URL is only named to the server',
  }),
  caFile: path<string | undefined>({
    flag: 'ca-file',
    default: undefined,
    summary: 'Certificates (PEM) to trust beside those that the image brings',
  }),
  certFile: path<string | undefined>({
    flag: 'cert-file',
    default: undefined,
    summary: "The client's own certificate (PEM), for servers that ask for one",
  }),
  keyFile: path<string | undefined>({
    flag: 'key-file',
    default: undefined,
    summary: 'The key of that certificate (PEM)',
  }),
  serverName: text<string | undefined>({
    flag: 'server-name',
    placeholder: 'NAME',
    default: undefined,
    summary: 'The name that the certificate must be for, where it is not that of the target',
  }),
  validForMs: duration({
    flag: 'valid-for',
    default: 0,
    summary: 'How long the certificate must still be valid, such as 168h for a week',
  }),
  ...loginOptions,
  namespace: text<string | undefined>({
    flag: 'namespace',
    placeholder: 'NAMESPACE',
    default: undefined,
    summary: "The namespace of the Kubernetes objects; the pod's own if none is given",
    // RFC 1123 label
    check: (value) =>
      /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value) ? undefined : `${JSON.stringify(value)} is no namespace`,
  }),
  selector: text<string | undefined>({
    flag: 'selector',
    placeholder: 'SELECTOR',
    default: undefined,
    summary: 'Labels, as for kubectl, that choose the objects; there must be one, and all must be ready',
  }),
  condition: text<string | undefined>({
    flag: 'condition',
    placeholder: 'TYPE[=STATUS]',
    default: undefined,
    summary: 'The condition that must be True, or have the status given, in place of the rule for its kind',
    check: (value) => (/^[\w./-]+(?:=[\w-]+)?$/.test(value) ? undefined : 'is not of the form Ready or Ready=False'),
  }),
  clusterScoped: flag({
    flag: 'cluster-scoped',
    summary:
      'The objects are in no namespace. The helper finds that out by itself; whoever writes its rights must know it, of custom resources',
  }),
  minSizeBytes: size({
    flag: 'min-size',
    default: 0,
    summary: 'How large the file must be',
  }),
} as const;

export const waitOptions = {
  ...targetOptions,
  failIf: list({
    flag: 'fail-if',
    placeholder: 'WAIT',
    summary:
      'A target with its options, in one value, such as "k8s://job/migrate --condition Failed": as soon as it is found so, the wait ends as failed for good',
    movePath: (guard, move) => moveGuardPaths(targetOptions, guard, move),
  }),
} as const;

export type WaitOptions = OptionValues<typeof waitOptions>;
