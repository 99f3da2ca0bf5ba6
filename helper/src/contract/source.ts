// What can be fetched: a URL. Faults are found here, before any downloading. Pure.
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import { suggest } from '../core/suggest.ts';

/** The schemes that a source may have, and an example of each. */
export const sourceSchemes = {
  http: 'http://files/index.php',
  https: 'https://example.org/index.php',
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
  return URL.canParse(text) ? undefined : 'is not a URL';
}

/**
 * Checks the form of a source.
 * @throws Failure USAGE
 */
export function checkSource(text: string): void {
  const fault = sourceFault(text);
  if (fault !== undefined) throw new Failure('USAGE', `source ${JSON.stringify(redactUrl(text))}: ${fault}`);
}
