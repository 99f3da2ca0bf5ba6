// Words are read as a real shell reads them: held against /bin/sh with generated quotes, escapes and variables.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the shell's
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { expandWords } from '../../../../cli/src/convert/script/expand.ts';
import { parseScript } from '../../../../cli/src/convert/script/parse.ts';
import { World } from '../../../../cli/src/convert/script/world.ts';

const piece = fc.oneof(
  fc.stringMatching(/^[a-z0-9:/.%=,@+-]{1,6}$/),
  fc.stringMatching(/^[a-z $"\\;&|<>()#*?]{0,6}$/).map((text) => `'${text}'`),
  fc.stringMatching(/^[a-z ';&|<>()#*?]{0,6}$/).map((text) => `"${text}"`),
  fc.constantFrom(
    '${A}',
    '"$A"',
    '"${B}x"',
    "'$A'",
    '\\$A',
    '\\ ',
    '\\"',
    '"\\$A"',
    '"a\\b"',
    '$((1+2*3))',
    '"$(echo hi)"',
    '$(echo a b)',
    '${A:-x}',
    '\\\n',
  ),
);
const word = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));

test('words become what a shell makes of them', () => {
  const samples = fc.sample(fc.array(word, { minLength: 1, maxLength: 4 }), { numRuns: 400, seed: 7 });
  // a tilde, an assignment or a comment would be another matter
  const lines = samples.map((words) => `emit ${words.map((each) => `x${each}`).join(' ')}`);
  const script = `emit() { printf '%s\\0' "$#" "$@"; }\nA=one; B='two  three'\n${lines.join('\n')}\n`;
  const printed = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0');
  const world = new World(
    new Map([
      ['A', 'one'],
      ['B', 'two  three'],
    ]),
    {},
    { scripts: new Map(), numbers: new Map() },
  );
  for (const line of lines) {
    const count = Number(printed.shift());
    const expected = printed.splice(0, count);
    const [only] = parseScript(line);
    const command = only?.first.commands[0]?.command;
    assert.ok(command?.kind === 'simple', line);
    assert.deepEqual(expandWords(command.words.slice(1), world), expected, line);
  }
});
