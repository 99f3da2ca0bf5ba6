// What a step can say: of every wait, of a wait for one kind of target, of a fetch. Made from the helper's own tables.
import {
  describeDefault,
  type Option,
  type OptionTable,
  sourceSchemes,
  stepOptions,
  targetKinds,
  targetSchemes,
} from '../../../helper/src/contract/index.ts';
import type { Writer } from '../streams.ts';
import { table, widthOf, wrap } from './columns.ts';

type TargetKindName = keyof typeof targetKinds;

/** What a kind of target is asked by. */
export const schemeWords: readonly string[] = Object.keys(targetSchemes);

/** The kind of target whose scheme a word is, with or without `://`. */
export const targetKindOf = (word: string): TargetKindName | undefined =>
  (Object.keys(targetKinds) as TargetKindName[]).find((kind) =>
    targetKinds[kind].schemes.some((scheme) => scheme === word.replace(/:.*/s, '')),
  );

const kinds = Object.values(targetKinds);
const ofSome = new Set<string>(kinds.flatMap(({ options }) => options));
const ofAll = Object.keys(stepOptions.wait).filter((name) => !ofSome.has(name));

export function waitHelp(program: string, to: Writer): string {
  const targets = kinds.map(
    // the first sentence; the page of the kind tells all
    ({ schemes: [scheme], ready }) => [scheme ? targetSchemes[scheme] : '', ready.replace(/\. .*/s, '.')] as const,
  );
  return page([
    "  --wait 'tcp://db:5432 --deadline 2m'",
    "  --wait 'dns://myappb https://api/health --any'",
    '',
    ...wrap('Waits until every target (with --any: one of them) is ready.', widthOf(to)),
    '\nTargets:',
    ...table(targets, to),
    '\nOptions of every target:',
    ...optionRows(stepOptions.wait, ofAll, to),
    '',
    ...wrap(
      `${program} help wait http tells what a wait for http:// or https:// takes besides, and so on.`,
      widthOf(to),
    ),
  ]);
}

export function targetHelp(program: string, kind: TargetKindName, to: Writer): string {
  const { examples, ready, options, schemes } = targetKinds[kind];
  return page([
    ...examples.map((example) => `  --wait ${quote(example)}`),
    '',
    ...wrap(ready, widthOf(to)),
    ...(options.length === 0
      ? []
      : [
          `\nOptions of ${schemes.map((scheme) => `${scheme}://`).join(' and ')}:`,
          ...optionRows(stepOptions.wait, options, to),
        ]),
    '',
    ...wrap(`${program} help wait tells the options of every target.`, widthOf(to)),
  ]);
}

export function fetchHelp(to: Writer): string {
  return page([
    "  --fetch 'https://example.org/index.php /var/www/html/index.php'",
    "  --fetch 'https://example.org/model.bin /models/ --sha256 9f86d0…'",
    "  --fetch 'https://example.org/v1/SHA256SUMS /data/v1 --list'",
    "  --fetch 's3://models/llama-3/ /models/llama-3'",
    '',
    ...wrap('Downloads a source; the destination appears whole and verified, or not at all.', widthOf(to)),
    '\nSources:',
    ...wrap(Object.values(sourceSchemes).join('  '), widthOf(to) - 2).map((line) => `  ${line}`),
    '\nOptions:',
    ...optionRows(stepOptions.fetch, Object.keys(stepOptions.fetch), to),
  ]);
}

const page = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** As a shell takes it, whatever quotes the step has itself. */
const quote = (text: string): string =>
  text.includes("'") && !/["$`\\!]/.test(text) ? `"${text}"` : `'${text.replaceAll("'", String.raw`'\''`)}'`;

const optionRows = (options: OptionTable, names: readonly string[], to: Writer): string[] =>
  table(
    names.flatMap((name) => {
      const option: Option<unknown> | undefined = options[name];
      if (option === undefined) return [];
      const { flag, placeholder, summary } = option;
      return [[`--${flag} ${placeholder}`.trimEnd(), summary + describeDefault(option)] as const];
    }),
    to,
  );
