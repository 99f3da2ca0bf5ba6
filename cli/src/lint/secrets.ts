// Passwords and tokens in text, found by their form: a URL with a password, a header that proves who asks.

// neither user nor password is a placeholder such as $PASSWORD or <password>
const inUrl = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:"'$<>{}]*:([^\s/@"'$<>{}()]+)@/gi;
const headerNames = [
  ...['authorization', 'proxy-authorization', 'private-token', 'job-token', 'x-api-key', 'x-auth-token'],
  ...['x-jfrog-art-api', 'x-vault-token'],
].join('|');
// a value that is written out, up to the quote or the end of the line; one with $TOKEN in it is none
const header = `(?:${headerNames})[ \\t]*:[ \\t]*([^\\s"'$<{][^"'\\n$<{]*)(?=["'\\n]|$)`;
// as curl and wget take it in a line of a shell
const inFlag = new RegExp(`(?:-H|--header)(?:[ \\t]+|=)?["']?${header}`, 'gi');
const asWord = new RegExp(`^${header}$`, 'i');
// the helper's --header-env and --header-file only name where the value lies
const anywhere = new RegExp(`(?<!-(?:env|file)["',= \\t-]*)\\b${header}`, 'gi');

export function hasPassword(text: string): boolean {
  return text.search(inUrl) !== -1;
}

/** @param before the word before it */
export function hasSecretHeader(text: string, before: string): boolean {
  return text.search(inFlag) !== -1 || ((before === '-H' || before === '--header') && asWord.test(text));
}

/** A line as it may be shown: with stars for whatever could be a secret. */
export function maskSecrets(line: string): string {
  return [inUrl, anywhere].reduce(
    (text, pattern) => text.replace(pattern, (match, secret: string) => match.replace(secret, '********')),
    line,
  );
}
