// The names that files of a list get: they come from outside, and lead nowhere else. Pure.
import { Failure } from '../../core/failure.ts';
import { maxDepth, maxPathBytes } from '../../unpack/limits.ts';

/** A fault of a list that no retry mends. */
export function listFault(where: string, what: string): Failure {
  return new Failure('LIST_REFUSED', `${where} ${what}`);
}

/** A name as it may be shown, as JSON has it, so that it cannot forge a log. */
export function shownName(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}

/**
 * What is wrong with a name, in words that complete "names …, which "; undefined where nothing is.
 * @param name a path below the destination, its parts separated by slashes
 */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return 'has a control character';
  if (name.includes('\uFFFD') || !name.isWellFormed()) return 'is not UTF-8';
  if (name.startsWith('/')) return 'is absolute';
  if (name.includes('\\')) return 'has a backslash';
  const parts = name.split('/');
  if (parts.includes('..')) return 'leads outside of the destination';
  if (parts.includes('') || parts.includes('.')) return 'has an empty part, or one that is a dot';
  if (Buffer.byteLength(name) > maxPathBytes) return `has more than ${maxPathBytes} bytes`;
  if (parts.length > maxDepth) return `lies more than ${maxDepth} folders deep`;
  return parts.some((part) => Buffer.byteLength(part) > 255) ? 'has a part of more than 255 bytes' : undefined;
}

/**
 * Checks all names, before anything is fetched.
 * @param where the list, for the message
 * @throws Failure LIST_REFUSED
 */
export function checkNames(names: Iterable<string>, where: string): void {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const name of names) {
    const fault = nameFault(name);
    if (fault !== undefined) throw listFault(where, `names ${shownName(name)}, which ${fault}`);
    if (files.has(name)) throw listFault(where, `names ${shownName(name)} twice`);
    files.add(name);
    for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) folders.add(name.slice(0, at));
  }
  for (const name of files) {
    if (folders.has(name)) throw listFault(where, `names ${shownName(name)} both as a file and as a folder`);
  }
}
