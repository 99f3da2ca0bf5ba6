// URLs as they may be shown: without what lets somebody else in.

/**
 * A URL for logs and messages. User, password and fragment are left out; the
 * values of the query (signatures, tokens) are replaced, their names kept.
 * Text that is no URL, or one without a host (`user:password@db`), is returned without anything before an `@` or after
 * a `?`.
 */
export function redactUrl(text: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? URL.parse(text) : null;
  // up to the last @: a password that is not escaped may hold any of / ? # @
  if (url === null) return text.replace(/^((?:[a-z][a-z0-9+.-]*:)?\/\/)?.*@/is, '$1').replace(/[?#].*$/s, '?…');
  url.username = '';
  url.password = '';
  url.hash = '';
  // raw parts: a part without "=" may be a token itself, and searchParams would write the ellipsis as %E2%80%A6
  const parts = url.search
    .slice(1)
    .split('&')
    .filter((part) => part !== '');
  const shown = [...new Set(parts.map((part) => (part.includes('=') ? `${part.slice(0, part.indexOf('='))}=…` : '…')))];
  url.search = '';
  return shown.length === 0 ? url.href : `${url.href}?${shown.join('&')}`;
}
