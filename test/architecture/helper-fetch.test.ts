// helper/fetch.md: what it lists is what the code knows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { variableOf } from '../../helper/src/contract/environment.ts';
import { fetchOptions } from '../../helper/src/contract/fetch-options.ts';
import type { Option } from '../../helper/src/contract/option.ts';
import { parseStep } from '../../helper/src/contract/step.ts';
import { splitWords } from '../../helper/src/contract/words.ts';
import { describeByteSize } from '../../helper/src/core/byte-size.ts';
import { describeDuration } from '../../helper/src/core/duration.ts';
import { backoff, longestRetryAfterMs } from '../../helper/src/fetch/asking/patience.ts';
import { highBytes } from '../../helper/src/fetch/backstage/partial-file.ts';
import { flushEveryBytes } from '../../helper/src/fetch/transfer/upkeep.ts';
import { assertSection, markdownTable } from '../support/generated-section.ts';
import { root } from '../support/read-imports.ts';

const page = 'helper/fetch.md';

test('the options of fetch are those of the code', () => {
  const rows = Object.values(fetchOptions as Record<string, Option<unknown>>).map((option) => {
    const { flag, placeholder, kind, default: preset, summary } = option;
    const shown = preset === undefined || kind === 'flag' || kind === 'list' ? '' : `\`${option.format(preset)}\``;
    return [`\`--${flag}${placeholder && ` ${placeholder}`}\``, `\`${variableOf(option)}\``, shown, `${summary}.`];
  });
  assertSection(page, 'options', markdownTable(['option', 'variable', 'default', 'meaning'], rows));
});

test('the numbers of fetch are those of the code', () => {
  const rows = [
    ['first pause after a failure', describeDuration(backoff.initialMs)],
    ['each next one', `× ${backoff.factor}, up to ${describeDuration(backoff.maxMs)}`],
    ['of which chance takes up to', `${backoff.jitter * 100} %`],
    ['`Retry-After` is honoured up to', describeDuration(longestRetryAfterMs)],
    ['a checkpoint every', describeByteSize(flushEveryBytes)],
    ['the server waits when so much is not written yet', describeByteSize(highBytes)],
  ];
  assertSection(page, 'numbers', markdownTable(['what', 'how much'], rows));
});

test('every command for fetch in the documents is one that the helper takes', () => {
  for (const document of [page, 'helper/coming-from.md']) {
    const lines = readFileSync(join(root, document), 'utf8').match(/^greenroom-helper fetch .*$/gm) ?? [];
    for (const line of lines) {
      if (line.includes('SOURCE DESTINATION')) continue;
      assert.doesNotThrow(() => parseStep(splitWords(line).slice(1)), line);
    }
  }
});
