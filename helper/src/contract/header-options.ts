// Request headers as options: given outright, or by name of where a secret value lies.
import { list } from './option.ts';

// field-name is a token, RFC 9110 §5.1 and §5.6.2
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Splits `Name: rest`; undefined where there is no such pair. */
export function splitHeader(text: string): { name: string; rest: string } | undefined {
  const colon = text.indexOf(':');
  const name = text.slice(0, colon).trim();
  const rest = text.slice(colon + 1).trim();
  return colon < 1 || !token.test(name) || rest === '' ? undefined : { name, rest };
}

// The helper asks for ranges and codings itself, and frames its own messages: another's would make it misread answers.
const own =
  /^(?:range|if-range|accept-encoding|te|connection|keep-alive|upgrade|expect|content-length|transfer-encoding)$/i;

const check = (what: string) => (value: string) =>
  splitHeader(value) === undefined
    ? `${value.includes(':') ? `${JSON.stringify(value.split(':')[0])} … ` : ''}is not of the form "Name: ${what}"`
    : own.test(splitHeader(value)?.name ?? '')
      ? `${splitHeader(value)?.name} is for the helper itself to set`
      : // a line break would be a second header (RFC 9112 §11.1)
        /[\r\n\0]/.test(value)
        ? 'must not contain a line break'
        : undefined;

export const headerOptions = {
  headers: list({
    flag: 'header',
    placeholder: 'NAME: VALUE',
    summary: 'A header of the request. For secrets use --header-env or --header-file',
    check: check('value'),
  }),
  envHeaders: list({
    flag: 'header-env',
    placeholder: 'NAME: VARIABLE',
    summary: 'A header whose value is read from an environment variable',
    check: check('VARIABLE'),
  }),
  fileHeaders: list({
    flag: 'header-file',
    placeholder: 'NAME: PATH',
    summary: 'A header whose value is read from a file, such as a mounted Secret; white space at its ends is left out',
    check: check('/path'),
    movePath: (value, move) => {
      const header = splitHeader(value);
      return header === undefined ? value : `${header.name}: ${move(header.rest)}`;
    },
  }),
} as const;
