// What texts that nobody would write are made of, for whoever makes them: at random, or by mutation.
import fc from 'fast-check';

// the tongues of all of them, names that every object has, and what counts differently in bytes
export const pieces: readonly string[] = [
  ...['tcp://', 'http://', 'k8s://job/', 's3://a/', 'constructor', '__proto__', 'toString', 'hasOwnProperty', '://'],
  ...['wait', 'fetch', '--', '--deadline', '--any', '5m', '1.5', 'Mi', 'e9', '99999999999999999999', '-', '0x', '08'],
  ...[
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '? ',
    '- ',
    ': ',
    '|\n',
    '<<: ',
    '!!',
    '#',
    '"',
    "'",
    '\\',
    '$(',
    '${',
    '`',
    ';',
  ],
  ...[
    'nameserver ',
    'options ndots:',
    'machine ',
    'login ',
    'password ',
    'macdef ',
    'default',
    'bytes ',
    '*/',
    '0-1/2',
  ],
  ...['<a>', '</a>', '&lt;', '&constructor;', '&#x110000;', '<![CDATA[', 'sha256:', 'sha-256=:', '  a.bin', '../', '/'],
  ...[
    'kind: ResourceList',
    'items:',
    'services:',
    'apiVersion: v1\n',
    'steps:',
    'together:',
    'if ',
    'then ',
    'while ',
    'do ',
    'done',
    'until ',
    '((',
    '|',
    '&&',
    '>',
    '<<',
  ],
  ...[
    '\n',
    '\r\n',
    '\r',
    '\t',
    '\0',
    '\u001b[2J',
    '\u202e',
    '\ufeff',
    '\ud800',
    '\u{1f600}',
    '\u2028',
    '::1',
    '[',
    '%00',
    '%2e',
  ],
];
const some = fc.constantFrom(...pieces);
export const texts = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(fc.oneof(some, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 12 })
      .map((all) => all.join('')),
  },
  { weight: 1, arbitrary: fc.tuple(some, some).map(([first, piece]) => first + piece.repeat(300)) },
);

/** Right bytes in which some are wrong. */
export function bytesOf(seeds: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const changes = fc.array(fc.tuple(fc.nat(4_096), fc.nat(255)), { maxLength: 4 });
  return fc.tuple(fc.constantFrom(...seeds), changes, fc.nat(4_096)).map(([seed, some, length]) => {
    const input = Buffer.from(seed);
    for (const [at, byte] of some) if (input.length > 0) input[at % input.length] = byte;
    return length % 3 === 0 ? input.subarray(0, length % (input.length + 1)) : input;
  });
}
