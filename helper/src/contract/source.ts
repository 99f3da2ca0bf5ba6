// What can be fetched: a URL. Faults are found here, before any downloading. Pure.
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import { suggest } from '../core/suggest.ts';

/** The schemes that a source may have, and an example of each. */
export const sourceSchemes = {
  http: 'http://files/index.php',
  https: 'https://example.org/index.php',
} as const;

/**
 * Checks the form of a source.
 * @throws Failure USAGE
 */
export function checkSource(text: string): void {
  const fault = (what: string) => new Failure('USAGE', `source ${JSON.stringify(redactUrl(text))}: ${what}`);
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  if (scheme === undefined) throw fault('is not a URL, such as https://example.org/index.php');
  if (!(scheme in sourceSchemes)) {
    const known = Object.keys(sourceSchemes);
    const nearest = suggest(scheme, known);
    throw fault(
      `unknown scheme ${scheme}; ${nearest === undefined ? `it is one of ${known.join(', ')}` : `did you mean ${nearest}:?`}`,
    );
  }
  if (!URL.canParse(text)) throw fault('is not a URL');
}
