// helper/targets.md and helper/hints.md: what they list is what the code knows.
import { test } from 'node:test';
import { variableOf } from '../../helper/src/contract/environment.ts';
import type { Option } from '../../helper/src/contract/option.ts';
import { targetSchemes } from '../../helper/src/contract/target.ts';
import { optionsOfAllKinds, targetKinds } from '../../helper/src/contract/target-kinds.ts';
import { waitOptions } from '../../helper/src/contract/wait-options.ts';
import { describeDuration, formatDuration } from '../../helper/src/core/duration.ts';
import { Failure } from '../../helper/src/core/failure.ts';
import { hints } from '../../helper/src/wait/hints/hints.ts';
import { protocols } from '../../helper/src/wait/protocols.ts';
import { herdTable } from '../bench/herd.ts';
import { latenessTable } from '../bench/wait-curve.ts';
import { assertSection, markdownTable } from '../support/generated-section.ts';

const targets = 'helper/targets.md';

function optionTable(names: readonly string[]): string {
  const rows = names.map((name) => {
    const option = waitOptions[name as keyof typeof waitOptions] as Option<unknown>;
    const { flag, placeholder, kind, default: preset, summary } = option;
    const shown = preset === undefined || kind === 'flag' || kind === 'list' ? '' : `\`${option.format(preset)}\``;
    return [`\`--${flag}${placeholder && ` ${placeholder}`}\``, `\`${variableOf(option)}\``, shown, `${summary}.`];
  });
  return markdownTable(['option', 'variable', 'default', 'meaning'], rows);
}

test('the kinds of targets are those of the code', () => {
  const rows = Object.entries(targetKinds).map(([kind, { ready, schemes }]) => {
    const examples = schemes.map((scheme) => `\`${targetSchemes[scheme]}\``);
    return [`[${kind}](#${kind})`, examples.join(', '), ready];
  });
  assertSection(targets, 'kinds', markdownTable(['kind', 'such as', 'ready when'], rows));
});

test('the options of all kinds are those of the code', () => {
  assertSection(targets, 'all options', optionTable(optionsOfAllKinds));
});

for (const [kind, { options, examples }] of Object.entries(targetKinds)) {
  test(`the options and examples of ${kind} are those of the code`, () => {
    const code = ['```', ...examples.map((example) => `greenroom-helper wait ${example}`), '```'].join('\n');
    assertSection(targets, kind, options.length === 0 ? code : `${optionTable(options)}\n\n${code}`);
  });
}

test('the pauses are those of the code', () => {
  const rows = Object.entries(protocols).map(
    ([
      kind,
      {
        pauses: { backoff, longestMs },
      },
    ]) => [
      kind,
      formatDuration(backoff.initialMs),
      `× ${backoff.factor}`,
      describeDuration(backoff.maxMs),
      describeDuration(longestMs),
      `${backoff.jitter * 100} %`,
    ],
  );
  const head = ['kind', 'first', 'each next one', 'up to', 'after a long wait up to', 'of which chance takes up to'];
  assertSection(targets, 'pauses', markdownTable(head, rows));
});

test('what the pauses lead to is what the simulation gives', () => {
  assertSection(targets, 'lateness', latenessTable());
  assertSection(targets, 'herd', herdTable());
});

test('the hints are those of the code', () => {
  // as they are said of a Service that the manifests and tests know
  const facts: Parameters<(typeof hints)[number]['say']>[0] = {
    ...{ cause: new Failure('CONNECTION_REFUSED', ''), code: '' },
    fact: (name) => ({ name: 'migrate', resource: 'jobs.batch', namespace: 'shop' })[name] ?? '',
    ...{ host: 'db', port: 5432, pod: { namespace: 'shop', domain: 'cluster.local' } },
    ...{ othersRefuse: 2, mesh: { name: 'Istio', isUp: true, seenBy: 'port 15001' } },
    service: { service: 'db', namespace: 'shop', certain: true },
  };
  const rows = hints.map(({ id, seen, say }) => [`\`${id}\``, seen, say(facts).replace(/[^?]$/, '$&.')]);
  assertSection('helper/hints.md', 'hints', markdownTable(['hint', 'seen', 'what it says'], rows));
});
