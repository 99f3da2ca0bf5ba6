// The user's request headers with their values, read when a request is made: a Secret that is mounted late, or
// rotated while the helper waits, is read as it is then.
import { splitHeader } from '../contract/header-options.ts';
import { Failure } from '../core/failure.ts';

export type Header = readonly [name: string, value: string];

/** Where header values come from; see contract/header-options.ts. */
export interface HeaderSources {
  readonly headers: readonly string[];
  readonly envHeaders: readonly string[];
  readonly fileHeaders: readonly string[];
}

// A mounted Secret holds 1 MiB at most, and servers take no header of more than some KiB.
const longestValue = 65_536;

/**
 * Reads the values.
 * @throws Failure USAGE for a variable that is not set, a file that cannot be read, or a value that no header can hold;
 *   the value itself is never part of the message
 */
export async function readHeaders(
  sources: HeaderSources,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Header[]> {
  const headers: Header[] = [];
  for (const text of sources.headers) {
    const { name, rest } = split(text);
    headers.push([name, checkValue(rest, `--header ${name}`)]);
  }
  for (const text of sources.envHeaders) {
    const { name, rest: variable } = split(text);
    const value = env[variable];
    if (value === undefined || value === '') {
      throw new Failure('USAGE', `header ${name}: the environment variable ${variable} is not set`, {
        hint: 'Set it in the init container with env: valueFrom: secretKeyRef',
      });
    }
    headers.push([name, checkValue(value.trim(), `header ${name}, from ${variable}`)]);
  }
  for (const text of sources.fileHeaders) {
    const { name, rest: path } = split(text);
    headers.push([name, checkValue((await readValue(name, path)).trim(), `header ${name}, from ${path}`)]);
  }
  return headers;
}

function split(text: string): { name: string; rest: string } {
  const header = splitHeader(text);
  if (header === undefined) throw new Failure('BUG', 'a header that its option did not check');
  return header;
}

async function readValue(name: string, path: string): Promise<string> {
  try {
    // who gives no such header needs none of it, and it brings along readline and watchers
    const { readFile } = await import('node:fs/promises');
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure('USAGE', `header ${name}: ${path} cannot be read (${code})`, {
      hint:
        code === 'EACCES'
          ? 'A mounted Secret is readable by the group that securityContext.fsGroup names; or set its defaultMode'
          : 'Is the Secret mounted in the init container?',
      cause: error,
    });
  }
}

/** RFC 9110 §5.5: visible characters, spaces and tabs; a line break would begin a header of its own. */
function checkValue(value: string, where: string): string {
  const fault =
    value === ''
      ? 'is empty'
      : value.length > longestValue
        ? `is longer than ${longestValue} characters`
        : /[\r\n]/.test(value)
          ? 'contains a line break'
          : /[^\t\x20-\x7e\x80-\xff]/.test(value)
            ? 'contains a character that no header can hold'
            : undefined;
  if (fault !== undefined) throw new Failure('USAGE', `${where}: the value ${fault}`);
  return value;
}
