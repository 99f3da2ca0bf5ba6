// What kubectl makes of a scalar without quotes: its parser (go-yaml v2) follows YAML 1.1, with exceptions of its own.
// https://github.com/go-yaml/yaml/blob/v2.4.0/resolve.go

export type PlainValue =
  | { readonly kind: 'text'; readonly value: string }
  /** A bigint where a number would not keep every digit. */
  | { readonly kind: 'number'; readonly value: number | bigint }
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

function readNumber(text: string): number | bigint | undefined {
  // only what begins as a number is tried as one: `_1` stays text
  if (!/^[-+.\d]/.test(text)) return undefined;
  const plain = text.replaceAll('_', '');
  const whole = readWhole(plain);
  if (whole !== undefined) return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  const value = float.test(plain) ? Number(plain) : undefined;
  return Number.isFinite(value) ? value : undefined;
}

/** A whole number that Go's int64 or uint64 holds. */
function readWhole(text: string): bigint | undefined {
  const [, sign = '', digits = ''] = /^([-+]?)(0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|\d+)$/.exec(text) ?? [];
  if (digits === '') return undefined;
  const size = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits);
  const value = sign === '-' ? -size : size;
  return BigInt.asIntN(64, value) === value || (sign === '' && BigInt.asUintN(64, value) === value) ? value : undefined;
}
