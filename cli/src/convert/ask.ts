// What a program asks of the world: something to be ready, or a file to be there. Values may hold what the kubelet fills in.
import { Unsure } from './script/syntax.ts';

/** A wait: how often the program tries is the caller's matter. */
export interface WaitAsk {
  readonly kind: 'wait';
  readonly targets: readonly string[];
  /** Options of the helper's wait, as words. */
  readonly options: readonly string[];
  /** How long the program itself goes on trying until it fails; 0: it tries once. Infinity: it never fails. */
  readonly lastsS: number;
}

export interface FetchAsk {
  readonly kind: 'fetch';
  readonly source: string;
  /** Absolute. */
  readonly destination: string;
  readonly options: readonly string[];
  readonly lastsS: number;
}

export type Ask = WaitAsk | FetchAsk;

/** What a program does: asks in order, then perhaps another program. */
export interface Doing {
  readonly asks: readonly Ask[];
  /** The words of the program that runs once all is ready. */
  readonly next?: readonly string[];
}

/** How a program is called. */
export interface Calling {
  /** The words behind its name. */
  readonly args: readonly string[];
  /** The current folder, where it is known. */
  readonly folder: string | undefined;
  /** The host that a client asks that names none: where it runs beside its server, as a health check does. */
  readonly self: string | undefined;
  /** Whether what it prints is thrown away. */
  readonly silent: boolean;
  /** The container's variables: the value, a reference that the kubelet fills in, or undefined. */
  variable(name: string): string | undefined;
}

/** @throws Unsure where the call does, or may do, something that has no step */
export type ProgramReader = (calling: Calling) => Doing;

export const waitFor = (target: string, options: readonly string[] = [], lastsS = 0): Doing => ({
  asks: [{ kind: 'wait', targets: [target], options, lastsS }],
});

/** A value that the kubelet fills in stands between these two, by its name. */
const open = '\uE000';
const close = '\uE001';
/** The pod's own namespace, read from its file. */
export const namespaceMark = '\uE002';
/** A text that is not known, such as the time of day. */
export const unknownMark = '\uE003';

export const referTo = (name: string): string => open + name + close;
export const referencePattern = /\uE000([^\uE001]*)\uE001/g;
export const namesIn = (text: string): string[] => [...text.matchAll(referencePattern)].map(([, name = '']) => name);

/**
 * A host as a target names it: a name or address, IPv6 in brackets; a Service of the pod's own namespace by its short name.
 * @throws Unsure
 */
export function hostOf(text: string): string {
  const short = text.replace(/^([a-z0-9-]+(?:\.[a-z0-9-]+)?)\.\uE002(?:\.svc(?:\.cluster\.local\.?)?)?$/, '$1');
  if (short.includes(namespaceMark)) throw new Unsure('the namespace stands where none is expected in a name');
  if (/^[0-9A-Fa-f]*(?::[0-9A-Fa-f]*){2,7}$/.test(short)) return `[${short}]`;
  if (/^\[[0-9A-Fa-f:.]+\]$/.test(short)) return short;
  if (/^(?:[A-Za-z0-9_]|\uE000\w+\uE001)(?:[A-Za-z0-9_.-]|\uE000\w+\uE001)*$/.test(short)) return short;
  throw new Unsure(short === '' ? 'no host is named' : `${shown(short)} is not a host`);
}

export function portOf(text: string | undefined): string {
  if (text !== undefined && /^(?:[1-9]\d{0,4}|\uE000\w+\uE001)$/.test(text)) return text;
  throw new Unsure(text === undefined || text === '' ? 'no port is named' : `${shown(text)} is not a port`);
}

/** `db:5432`, also with an address of IPv6 in brackets. */
export function hostAndPort(text: string): string {
  const [, host, port] = /^(\[[^\]]+\]|[^:]*):([^:/]+)$/.exec(text) ?? [];
  if (host === undefined) throw new Unsure(`${shown(text)} is not HOST:PORT`);
  return `${hostOf(host)}:${portOf(port)}`;
}

/** A URL of the web; the pod's own namespace is left out of its host. */
export function webUrl(text: string): string {
  const whole = /^https?:\/\//i.test(text)
    ? text
    : /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
      ? undefined
      : `http://${text}`;
  const [, scheme, authority, rest] = /^(https?):\/\/([^/?#]+)(.*)$/is.exec(whole ?? '') ?? [];
  if (scheme === undefined || authority === undefined || rest === undefined)
    throw new Unsure(`${shown(text)} is not a URL that the helper asks`);
  if (authority.includes('@')) throw new Unsure('a password stands in the URL');
  const [, host = '', port] = /^(\[[^\]]+\]|[^:]*)(?::(.*))?$/.exec(authority) ?? [];
  if (rest.includes(namespaceMark) || /[\s\uE003]/.test(rest)) throw new Unsure(`${shown(text)} is not a plain URL`);
  return `${scheme.toLowerCase()}://${hostOf(host)}${port === undefined ? '' : `:${portOf(port)}`}${rest}`;
}

/** A text for people, as the script has it. */
export const shown = (text: string): string =>
  JSON.stringify(
    text.replace(referencePattern, '$$($1)').replaceAll(namespaceMark, '$(namespace)').replaceAll(unknownMark, '…'),
  );
