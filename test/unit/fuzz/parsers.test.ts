// Every parser, with inputs that nobody would write: it answers, or throws what the user is meant to read, and soon.
// GREENROOM_FUZZ=N tries N of them a parser, GREENROOM_SEED=N others than the same ones each time: to find more is for
// `npm run fuzz`, not for whoever has changed something else. What was found once lies in corpus/ and is tried first.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { root } from '../../support/read-imports.ts';
import { parsers, readCorpus, tryInput } from './parsers.ts';
import { bytesOf, texts } from './pieces.ts';

const numRuns = Number(process.env.GREENROOM_FUZZ ?? 60);
const seed = Number(process.env.GREENROOM_SEED ?? 1);
// what is quadratic takes minutes with longer texts
const mostMs = 5_000;

const found = JSON.parse(readFileSync(join(root, 'test/unit/fuzz/corpus/texts.json'), 'utf8')) as string[];
const long = ['a', ' ', '(', '[', '"', 'a=', 'a.', '\n', '0', '/', '&', '<a', '$'].map((piece) => piece.repeat(20_000));

describe('an input of any kind is read, or refused in words', () => {
  for (const parser of parsers) {
    test(parser.name, async () => {
      const known = [...parser.seeds, ...readCorpus(parser)];
      const always = parser.takes === 'text' ? [...found, ...long].map((text) => Buffer.from(text)) : [];
      for (const input of [...known, ...always]) await tryInput(parser, input, mostMs);
      const inputs = parser.takes === 'text' ? texts.map((text) => Buffer.from(text)) : bytesOf(parser.seeds);
      await fc.assert(
        fc.asyncProperty(inputs, (input) => tryInput(parser, input, mostMs)),
        { seed, numRuns: parser.takes === 'text' ? numRuns : Math.ceil(numRuns / 4) },
      );
    });
  }
});
