// What can be fetched: a URL. Faults are found here, before any downloading. Pure.
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import { suggest } from '../core/suggest.ts';

/** The schemes that a source may have, and an example of each. */
export const sourceSchemes = {
  http: 'http://files/index.php',
  https: 'https://example.org/index.php',
  file: 'file:///scripts/start.sh',
} as const;

/** What is wrong with a source, in words that complete "…: "; undefined where nothing is. */
export function sourceFault(text: string): string | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  if (scheme === undefined) return 'is not a URL, such as https://example.org/index.php';
  if (!(scheme in sourceSchemes)) {
    const known = Object.keys(sourceSchemes);
    const nearest = suggest(scheme, known);
    const cure = nearest === undefined ? `it is one of ${known.join(', ')}` : `did you mean ${nearest}:?`;
    return `unknown scheme ${scheme}; ${cure}`;
  }
  if (!URL.canParse(text)) return 'is not a URL';
  if (scheme !== 'file') return undefined;
  const { host, search, hash, pathname } = new URL(text);
  const plain = host === '' && search === '' && hash === '' && !/%2f|%00/i.test(pathname) && !pathname.endsWith('/');
  return plain ? undefined : 'must be the absolute path of one file, such as file:///scripts/start.sh';
}

/** As `sourceFault`, for what must come over the network. */
export function webSourceFault(text: string): string | undefined {
  return /^file:/i.test(text) ? 'must be http or https' : sourceFault(text);
}

/**
 * Checks the form of a source.
 * @throws Failure USAGE
 */
export function checkSource(text: string): void {
  const fault = sourceFault(text);
  if (fault !== undefined) throw new Failure('USAGE', `source ${JSON.stringify(redactUrl(text))}: ${fault}`);
}

/** A source with the path in it moved, where it holds one. A rehearsal needs it. */
export function moveSourcePath(text: string, move: (path: string) => string): string {
  if (!text.startsWith('file:')) return text;
  const url = new URL(text);
  // the setter encodes what must be encoded, but for percent signs
  url.pathname = move(decodeURIComponent(url.pathname)).replaceAll('%', '%25');
  return url.href;
}
