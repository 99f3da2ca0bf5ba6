// What kubectl makes of a scalar without quotes: its parser (go-yaml v2) follows YAML 1.1, with exceptions of its own.
// https://github.com/go-yaml/yaml/blob/v2.4.0/resolve.go

export type PlainValue =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'nothing' };

const truths = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const untruths = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const nothings = /^(?:|~|null|Null|NULL)$/;
const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const special = /^(?:\.nan|\.NaN|\.NAN|[-+]?\.inf|[-+]?\.Inf|[-+]?\.INF)$/;

/** Reads a plain scalar as kubectl does. Dates and sexagesimals stay text there. */
export function readPlain(text: string): PlainValue {
  if (nothings.test(text)) return { kind: 'nothing' };
  if (truths.test(text)) return { kind: 'boolean', value: true };
  if (untruths.test(text)) return { kind: 'boolean', value: false };
  const value = special.test(text) ? Number.NaN : readNumber(text);
  return value === undefined ? { kind: 'text', value: text } : { kind: 'number', value };
}

function readNumber(text: string): number | undefined {
  // only what begins as a number is tried as one: `_1` stays text
  if (!/^[-+.\d]/.test(text)) return undefined;
  const plain = text.replaceAll('_', '');
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/s.exec(plain) ?? [];
  const prefixed = /^0(?:[xX][\da-fA-F]+|[oO][0-7]+|[bB][01]+)$/.test(digits)
    ? Number(digits.toLowerCase())
    : /^0[0-7]+$/.test(digits)
      ? Number.parseInt(digits, 8)
      : undefined;
  if (prefixed !== undefined) return sign === '-' ? -prefixed : prefixed;
  return float.test(plain) ? Number(plain) : undefined;
}
