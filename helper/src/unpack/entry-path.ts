// The name of an entry → a path below the destination, or why there is none. Pure.
import { Failure } from '../core/failure.ts';
import { parseNamePattern } from '../core/name-pattern.ts';
import { maxDepth, maxPathBytes } from './limits.ts';

/** A fault of the archive that no retry mends. The name is shown as JSON has it, so that it cannot forge a log. */
export function refused(name: string, why: string): Failure {
  const shown = name.length > 200 ? `${name.slice(0, 200)}…` : name;
  return new Failure('ARCHIVE_REFUSED', `the archive's entry ${JSON.stringify(shown)} ${why}`, {
    hint: 'If the archive can be trusted, pack it anew without that entry, or choose what is unpacked with --include',
  });
}

/**
 * The parts of an entry's path: no empty one, no `.`, no `..`. Empty for the root itself.
 * @throws Failure ARCHIVE_REFUSED for a name that leads outside, or that no Linux file system takes as it is
 */
export function pathParts(name: string): string[] {
  if (name === '') throw refused(name, 'has no name');
  if (name.includes('\0')) throw refused(name, 'has a NUL in its name');
  if (name.includes('\uFFFD')) throw refused(name, 'has a name that is not UTF-8');
  if (name.startsWith('/')) throw refused(name, 'has an absolute path');
  // to a program on Windows these are separators; here they would be a part of the name
  if (/^(?:[A-Za-z]:)?\\|^[A-Za-z]:[\\/]/.test(name)) throw refused(name, 'has an absolute path of Windows');
  if (name.split(/[\\/]/).includes('..')) throw refused(name, 'leads outside of the destination');
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (Buffer.byteLength(name) > maxPathBytes) throw refused(name, `has a path of more than ${maxPathBytes} bytes`);
  if (parts.length > maxDepth) throw refused(name, `lies more than ${maxDepth} folders deep`);
  const long = parts.find((part) => Buffer.byteLength(part) > 255);
  if (long !== undefined) throw refused(name, 'has a name of more than 255 bytes');
  return parts;
}

/** Which entries are wanted, and where they go. */
export interface Selection {
  /** Patterns (`parseNamePattern`); empty for everything. A folder that matches stands for all that is in it. */
  readonly include: readonly string[];
  readonly stripComponents: number;
}

/**
 * What becomes of the parts of a path.
 * @returns undefined for what is left out
 * @throws Failure USAGE for a pattern that is none; the arguments were refused for it before
 */
export function createSelect({
  include,
  stripComponents,
}: Selection): (parts: readonly string[]) => string | undefined {
  const matchers = include.map((pattern) => {
    const matcher = parseNamePattern(pattern);
    if (matcher === undefined) throw new Failure('USAGE', `--include: ${JSON.stringify(pattern)} is no pattern`);
    return matcher;
  });
  return (parts) => {
    if (parts.length <= stripComponents) return undefined;
    const chosen =
      matchers.length === 0 ||
      parts.some((_, index) => {
        const path = parts.slice(0, index + 1).join('/');
        return matchers.some((pattern) => pattern.test(path));
      });
    return chosen ? parts.slice(stripComponents).join('/') : undefined;
  };
}
